"""Seal the log: at the end of a run, with a backup and a sync, and with every line of a long-lived process."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from milestone import clock
from milestone.operations import mirrors
from milestone.storage import disk, sealed, sealing, seals
from milestone.storage.base import Mark
from milestone.workspace.base import Workspace

PINS = "pins"  # folder in the mirror
SHORT = 12  # digits of the name of a place


def seal(workspace: Workspace) -> bool:
    """Sign and pin where the log ends now; tell whether it is. A disk that refuses stops nothing."""
    with workspace.reading() as reading:
        mark = reading.mark
    return _signed(workspace, mark, [seals.pin_path(os.fspath(workspace.root)), *_outside(workspace)])


def sign_line(workspace: Workspace, mark: Mark) -> bool:
    """Sign the line a long-lived process has just written; the next seal pins it."""
    return _signed(workspace, mark, ())


def verify(workspace: Workspace) -> Mapping[str, Any]:
    """Return `{ok, events, head, epoch, keys, gaps, unsigned, findings}`: chain, records, seals and pins."""
    result = dict(workspace.store.verify())
    if not result["ok"]:  # a log that is broken by itself is not held against its seals
        return result | {"keys": [], "gaps": [], "unsigned": result["events"]}
    root = os.fspath(workspace.root)
    found, findings = sealed.read(root)
    pins = seals.pins([seals.pin_path(root), *_outside(workspace)])
    with workspace.reading() as reading:
        log = sealed.chain(reading.lines(), reading.mark, sealed.wanted(found, pins))
    verdict = sealed.judge(found, pins, log, len(seals.lines(root)))
    findings = [*result["findings"], *findings, *verdict.findings]
    return result | {
        "ok": not findings,
        "epoch": log.mark.epoch,
        "keys": verdict.keys,
        "gaps": verdict.gaps,
        "unsigned": verdict.unsigned,
        "findings": findings,
    }


def _signed(workspace: Workspace, mark: Mark, pins: Sequence[str]) -> bool:
    at = clock.format_moment(workspace.clock.now())
    try:
        sealing.seal(os.fspath(workspace.root), mark, at, pins=pins)
    except (OSError, ValueError):  # unsigned, as `log --verify` says
        return False
    return True


def _outside(workspace: Workspace) -> list[str]:
    """Return where a pin lies that a change inside the project does not reach: in the backups' mirror."""
    folder = mirrors.place(workspace)
    if folder is None or not folder.is_dir():
        return []
    # Other clones have logs of their own: one pin for the place, and one for the folder itself, which goes with it
    # where it is moved on its disk. A copy is another folder at another place.
    itself = f"{os.uname().nodename}:{workspace.root.stat().st_ino}".encode()
    names = [disk.digest(each)[:SHORT] for each in (os.fsencode(workspace.root.resolve()), itself)]
    return [str(folder / PINS / f"{mirrors.name(workspace)}-{each}.json") for each in names]
