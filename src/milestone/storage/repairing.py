"""Make a damaged store whole: keep what the log proves, set the rest aside, take files in as they are."""

import os
from collections.abc import Iterator, Sequence

from milestone import errors
from milestone.storage import disk, located, locks, log_packing, salvage, summaries
from milestone.storage.event_log import START, Head
from milestone.storage.located import Location
from milestone.storage.moment import head_of
from milestone.storage.place import Place
from milestone.storage.salvage import Salvaged, Source
from milestone.storage.verifying import known_to_summary


def repair(root: str, *, timeout: float, others: Sequence[Source] = ()) -> list[str]:
    """Return a sentence for each thing put right in the log; none when all is well.

    A damaged log is copied to `logs/damaged/`. Its lines and those of `others` (backups) are put together by their
    hashes; what nobody has any more is cut off, and the next transaction takes in the files as they are, under a
    new epoch.

    Raises:
        Busy: another process writes.
        NotWritable: the disk refused; the log is as it was.
    """
    place = Place(root)
    with disk.telling(place.root):
        place.make()
        with locks.commit_turn(place.local, timeout):
            return _repair_log(place, others)


def repair_note(root: str) -> list[str]:
    """Return a sentence when the note of which store is used was broken; it is found again from what is there.

    A database that was left says where the project went from it, so one that is there is the right place to begin.
    """
    try:
        located.read(root)
        return []
    except errors.Damaged:
        there = os.path.exists(os.path.join(root, "database", "milestones.db"))
        found = Location("sqlite" if there else "file", place=located.place_of(root))
    with disk.telling(root):
        located.mark_files(root, None if found.is_files else found)
        located.write(root, found)
    return [f"The note of which store is used was broken; {found.backend} is what is there."]


def rebuild(root: str, *, timeout: float) -> str:
    """Forget summary and kept documents, so that the next opener folds them from the log; return what was done."""
    place = Place(root)
    with locks.commit_turn(place.local, timeout):
        _forget(place)
    return "The summary and the kept documents were folded anew from the log."


def _repair_log(place: Place, others: Sequence[Source]) -> list[str]:
    head, problem = _sound(place)
    if problem is None and (head.seq or not others):
        return []
    salvaged = salvage.put_together([("the log", _lines(place)), *others])
    if problem is None and not salvaged.lines:
        return []
    known = _known(place)
    where = os.path.relpath(_set_aside(place), place.root)
    if salvaged.seq > head.seq:
        _write(place, salvaged)
    else:
        place.log.cut(head)
    whole = salvaged.holds(*known) if known is not None else _is_whole(place, where, salvaged)
    _forget(place)
    if not whole:
        disk.remove(os.path.join(place.local, "epoch"))
    why = problem or "it was gone"
    told = [f"The log was damaged: {why}. All of it is kept in {where}/.", *_told(salvaged, whole=whole)]
    return [" ".join(told)]


def _told(salvaged: Salvaged, *, whole: bool) -> list[str]:
    """Return what came from where, and what came from nowhere."""
    told = [salvage.told(each) for each in salvaged.found if each[0] != "the log"]
    if whole:
        return [*told, f"It is whole again, up to event {salvaged.seq}: nothing is lost."]
    lost = (
        f"It goes up to event {salvaged.seq}; what came after is in no backup: records are taken from their files."
    )
    return [*told, f"{lost} A new epoch begins."]


def _known(place: Place) -> tuple[int, str] | None:
    """Return the last line that the summary remembers; None without a summary."""
    summary = summaries.load(place.root)
    if summary is None:
        return None
    known = head_of(summary)
    return known.seq, known.hash


def _is_whole(place: Place, where: str, salvaged: Salvaged) -> bool:
    """Tell whether every sound line of the log that was set aside is in what was put together."""
    kept = os.path.join(place.root, where)
    there = {
        text for name in disk.names(kept) for text in _texts(os.path.join(kept, name)) if salvage.is_sound(text)
    }
    return bool(there) and there <= set(salvaged.lines)


def _lines(place: Place) -> Iterator[bytes]:
    for name in disk.names(place.log.folder):
        yield from _texts(os.path.join(place.log.folder, name))


def _texts(path: str) -> list[bytes]:
    """Return the lines of a segment, plain or packed, as far as they can be read."""
    data = log_packing.readable(path) if path.endswith(log_packing.SUFFIX) else disk.read(path)
    return [text for text in (data or b"").split(b"\n") if text]


def _write(place: Place, salvaged: Salvaged) -> None:
    """Let the log be what was put together, in one segment."""
    first = place.log.path(1)
    disk.replace(first, b"".join(text + b"\n" for text in salvaged.lines), place.drafts)
    for name in disk.names(place.log.folder):
        if name != os.path.basename(first):
            disk.remove(os.path.join(place.log.folder, name))
    disk.sync_folder(place.log.folder)


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
