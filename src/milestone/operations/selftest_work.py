"""What one process of the load simulator does: mixed operations on a project that others change at once."""

import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from milestone import errors
from milestone.domain.context import Context
from milestone.domain.decide import task_fields
from milestone.domain.decide.time import LogTime
from milestone.domain.document import Document, Event
from milestone.operations import task, update
from milestone.workspace import finding
from milestone.workspace.base import Workspace, WriteOptions, Written
from milestone.workspace.opening import open_workspace

PATIENCE = 120.0  # seconds to wait for other writers: a busy store is slow, not wrong
REPEATED = 0.1  # share of writes that are tried again with the same key, as after a lost answer
TASKS = 4  # of each milestone


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """The part of one process."""

    folder: str
    number: int  # of the process
    seed: int
    milestones: int
    operations: int
    environ: Mapping[str, str]


class Act(NamedTuple):
    """One operation and what came of it."""

    kind: str
    seconds: float
    key: str = ""  # of a write
    events: int = 0  # that were acknowledged
    refused: str = ""  # the code of the rule that said no
    wrong: str = ""  # what must not happen


def work(share: Share) -> list[Act]:
    """Do a share of the operations, chosen by its seed, and return what happened."""
    chance = random.Random(f"{share.seed}-{share.number}")
    worker = Worker(share, chance)
    found: list[Act] = []
    for place in range(share.operations):
        found += worker.act(chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0], place)
    worker.workspace.store.close()
    return found


class Worker:
    """A process with the project open."""

    def __init__(self, share: Share, chance: random.Random) -> None:
        self.share = share
        self.chance = chance
        self.start = Path(share.folder)
        self.workspace = open_workspace(self.start, as_=f"load-{share.number}", environ=share.environ)
        self.seen = 0  # the highest `seq` this process was shown

    def act(self, kind: str, place: int) -> list[Act]:
        """Do one operation; a write now and then a second time under its key."""
        if kind == "read":
            return [self._read()]
        key = f"load-{self.share.number}-{place}"
        call = WRITES[kind]
        ref = f"m{self.chance.randint(1, self.share.milestones)}"
        step = f"{ref}/t{self.chance.randint(1, TASKS)}"
        word = self.chance.choice(("low", "medium", "high"))
        first = self._write(kind, key, lambda: call(self.workspace, self.start, ref, step, word))
        if not first.events or self.chance.random() >= REPEATED:
            return [first]
        again = self._write("again", key, lambda: call(self.workspace, self.start, ref, step, word))
        same = again.events == first.events
        return [first, again if same else again._replace(wrong=f"{key} answered otherwise the second time")]

    def _read(self) -> Act:
        began = time.perf_counter()
        with self.workspace.reading() as reading:
            seq = reading.seq
            finding.milestone(reading, f"m{self.chance.randint(1, self.share.milestones)}")
        wrong = f"seq fell from {self.seen} to {seq}" if seq < self.seen else ""
        self.seen = max(self.seen, seq)
        return Act("read", time.perf_counter() - began, wrong=wrong)

    def _write(self, kind: str, key: str, call: Callable[[], Written]) -> Act:
        self.workspace.options = WriteOptions(key=key, lock_timeout=PATIENCE)
        began = time.perf_counter()
        try:
            written = call()
        except errors.Refused as refused:
            return Act(kind, time.perf_counter() - began, key, refused=refused.code)
        except errors.MilestoneError as error:
            return Act(kind, time.perf_counter() - began, key, wrong=f"{key}: {error.message}")
        seconds = time.perf_counter() - began
        wrong = f"seq fell from {self.seen} to {written.seq}" if written.seq < self.seen else ""
        self.seen = max(self.seen, written.seq)
        return Act(kind, seconds, key, len(written.events), wrong=wrong)


Call = Callable[[Workspace, Path, str, str, str], Written]


def _update(workspace: Workspace, start: Path, ref: str, _step: str, word: str) -> Written:
    return update.apply(workspace, start, [ref], update.Update(fields={"priority": word})).written


def _start(workspace: Workspace, start: Path, _ref: str, step: str, _word: str) -> Written:
    return task.begin(workspace, start, [step], None).written


def _done(workspace: Workspace, start: Path, _ref: str, step: str, _word: str) -> Written:
    return task.done(workspace, start, task.Done(refs=[step])).written


def _note(workspace: Workspace, start: Path, _ref: str, step: str, word: str) -> Written:
    def rule(document: Document, name: str, ctx: Context) -> list[Event]:
        return task_fields.note(document, task_fields.NoteTask(task=name, note=f"found it {word}", next=None), ctx)

    return task.apply(workspace, start, [step], rule).written


def _log(workspace: Workspace, start: Path, _ref: str, step: str, _word: str) -> Written:
    return task.log(workspace, start, step, LogTime(task="", hours=0.25)).written


WRITES: dict[str, Call] = {"update": _update, "start": _start, "done": _done, "note": _note, "log": _log}
WEIGHTS = {"read": 40, "update": 20, "start": 10, "done": 15, "note": 10, "log": 5}
