"""Somebody who works while a project moves: `python -m torture.client writer|reader FOLDER WHO OUT`.

A writer notes each acknowledged write in a file outside the store as soon as the call has returned; killed, it
goes on with the number after the last it noted. A reader follows by `seq`. Whatever either is told in vain or
finds wrong is noted as an error. Both end when `stop` lies in the folder.
"""

import json
import os
import random
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from milestone import ids
from milestone.domain.context import Context
from milestone.domain.document import Event
from milestone.storage.base import Txn
from milestone.workspace import opening
from milestone.workspace.base import Workspace, WriteOptions

THINKS = float(os.environ.get("TORTURE_THINKS", "0.004"))  # seconds between two calls; more where others work too
PATIENCE = float(os.environ.get("TORTURE_PATIENCE", "10"))  # seconds to wait for one's turn, as people do
NEW = 10  # each tenth write is a new milestone


class Notes:
    """The file of one client, a line of JSON a note."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def add(self, **said: Any) -> None:
        os.write(self._file, json.dumps(said).encode() + b"\n")


def read(path: Path) -> list[dict[str, Any]]:
    """Return the notes of a client; a line torn by a kill was not noted."""
    *whole, _ = path.read_bytes().split(b"\n") if path.exists() else [b""]
    return [json.loads(line) for line in whole]


def opened(folder: Path) -> Workspace:
    workspace = opening.open_workspace(folder, environ=os.environ)
    workspace.growth = None  # when to move is the rig's business
    workspace.options = WriteOptions(lock_timeout=PATIENCE)
    return workspace


def write(workspace: Workspace, who: int, number: int, count: int) -> tuple[int, str]:
    """Make one change and return its `seq` and the record it is in."""
    chance = random.Random(who * 1_000_003 + number)
    made = f"{who + 1:08x}{number:024x}"
    uid = f"{chance.randrange(1, count + 1):032x}"

    def decide(txn: Txn, _ctx: Context) -> list[Event]:
        if number % NEW == 0:
            name = ids.milestone_id(txn.last_number + 1)
            body = {"id": name, "uid": made, "title": f"By {who}, {number}", "status": "planned", "tasks": []}
            return [
                Event(
                    kind="milestone.created", document="milestone", uid=made, milestone=name, data={"body": body}
                )
            ]
        changes = {f"w{who}": number}
        return [Event(kind="milestone.edited", document="milestone", uid=uid, data={"set": changes})]

    written = workspace.write(decide, operation=f"w{who}-{number}")
    return written.events[0].seq, made if number % NEW == 0 else uid


def be_writer(folder: Path, who: int, notes: Notes, past: list[dict[str, Any]]) -> Callable[[], None]:
    workspace = opened(folder)
    count = int(os.environ["TORTURE_COUNT"])
    last = max((note["n"] for note in past if "n" in note), default=0)

    def once() -> None:
        nonlocal last
        began = time.monotonic()
        seq, uid = write(workspace, who, last + 1, count)
        ended = time.monotonic()
        last += 1
        notes.add(n=last, seq=seq, uid=uid, began=began, ended=ended)

    return once


def be_reader(folder: Path, who: int, notes: Notes, _past: list[dict[str, Any]]) -> Callable[[], None]:
    workspace = opened(folder)
    seen, epoch, rows = 0, "", 0

    def once() -> None:
        nonlocal seen, epoch, rows
        began = time.monotonic()
        with workspace.reading() as reading:
            if reading.epoch != epoch:
                notes.add(epoch=reading.epoch)
                epoch = reading.epoch
            if reading.seq < seen:
                notes.add(error=f"seq fell from {seen} to {reading.seq}")
            numbers = [recorded.seq for recorded in reading.events(after=seen)]
            if numbers != list(range(seen + 1, reading.seq + 1)):
                notes.add(error=f"after {seen} came {numbers[:5]}, up to {reading.seq}")
            if who % 2:
                now = len(reading.rows())
                if now < rows:
                    notes.add(error=f"{rows} milestones became {now}")
                rows = now
            seen = max(seen, reading.seq)
        notes.add(read=seen, began=began, ended=time.monotonic())

    with workspace.reading() as reading:
        seen = reading.seq
    return once


ROLES = {"writer": be_writer, "reader": be_reader}


def main(role: str, folder: str, who: str, out: str) -> None:
    past = read(Path(out))
    notes = Notes(Path(out))
    try:
        once = ROLES[role](Path(folder), int(who), notes, past)
        while not (Path(folder) / "stop").exists():
            once()
            time.sleep(THINKS)
    except BaseException:
        notes.add(error=traceback.format_exc())
        raise


if __name__ == "__main__":
    main(*sys.argv[1:])
