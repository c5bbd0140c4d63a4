"""Make a damaged store whole: keep what the log proves, set the rest aside, take files in as they are."""

import os

from milestone import errors
from milestone.storage import disk, locks, summaries
from milestone.storage.event_log import START, Head
from milestone.storage.place import Place
from milestone.storage.verifying import known_to_summary


def repair(root: str, *, timeout: float) -> list[str]:
    """Return a sentence for each thing put right in the log; none when all is well.

    A damaged log is copied to `logs/damaged/` whole and cut back to its last sound line; the next transaction
    takes in the files as they are, under a new epoch.

    Raises:
        Busy: another process writes.
        NotWritable: the disk refused; the log is as it was.
    """
    place = Place(root)
    with disk.telling(place.root):
        place.make()
        with locks.commit_turn(place.local, timeout):
            told = _repair_log(place)
            if told:
                _forget(place)
                disk.remove(os.path.join(place.local, "epoch"))
    return told


def rebuild(root: str, *, timeout: float) -> str:
    """Forget summary and kept documents, so that the next opener folds them from the log; return what was done."""
    place = Place(root)
    with locks.commit_turn(place.local, timeout):
        _forget(place)
    return "The summary and the kept documents were folded anew from the log."


def _repair_log(place: Place) -> list[str]:
    head, problem = _sound(place)
    if problem is None:
        return []
    kept = _set_aside(place)
    place.log.cut(head)
    where = os.path.relpath(kept, place.root)
    return [
        f"The log was cut back to event {head.seq}, the last sound one: {problem}. All of it is kept in {where}/."
    ]


def _sound(place: Place) -> tuple[Head, str | None]:
    """Return where the sound part of the log ends, and why it ends there when that is not as it should be."""
    head = START
    try:
        for _, reached in place.log.walk(START):
            head = reached
        known_to_summary(place, head)
    except errors.Damaged as problem:
        return head, problem.why
    return head, None


def _set_aside(place: Place) -> str:
    """Copy the log as it is and return where."""
    damaged = os.path.join(place.root, "logs", "damaged")
    kept = os.path.join(damaged, str(len(disk.names(damaged)) + 1))
    disk.make_folder(kept)
    for name in disk.names(place.log.folder):
        disk.write_new(os.path.join(kept, name), disk.read(os.path.join(place.log.folder, name)) or b"")
    disk.sync_folder(kept)
    return kept


def _forget(place: Place) -> None:
    summaries.forget(place.root)
    place.snapshots.remove_all()
