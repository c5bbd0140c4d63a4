"""Put right what git's merge of lines made of records: it takes a moved one for another that looks like it."""

import contextlib
from collections.abc import Collection, Iterable, Mapping

import msgspec

from milestone import errors
from milestone.storage import merged_text, versions
from milestone.storage.versions import Version

Texts = Mapping[str, str]
Placed = dict[str, tuple[str, Version]]  # by uid


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """A merge: the files before, on both sides, and as git left them; text by path."""

    base: Texts
    ours: Texts
    theirs: Texts
    result: Texts
    settled: Collection[str] = ()  # paths that somebody settled since: what they say is trusted


def together(base: Texts, ours: Texts, theirs: Texts) -> dict[str, str]:
    """Return the files of two sides joined record by record, wherever each lies; the same whichever side is which.

    A file nobody can read is left out.
    """
    before, one, other = (_by_uid(side) for side in (base, ours, theirs))
    found: dict[str, list[Version]] = {}
    for uid in sorted({*one, *other}):
        wanted = _together(before.get(uid), one.get(uid), other.get(uid))
        if wanted is not None:
            found.setdefault(wanted[0], []).append(wanted[1])
    return {path: versions.write(there) for path, there in found.items()}


def mended(texts: Texts, merges: Iterable[Sides]) -> dict[str, str]:
    """Return a checkout's texts with what each merge lost or misplaced brought back.

    What the sides say together by fields is merged into what stands now, from what git made of them; where both
    agree nothing happens. A file that still is as git marked it says nothing of its own.
    """
    found = dict(texts)
    for sides in merges:
        made = dict(sides.result)
        for path in [path for path, text in made.items() if versions.MARKERS.search(text) is not None]:
            if found.get(path) == made[path]:
                found[path] = made[path] = ""
        _bring_together(found, msgspec.structs.replace(sides, result=made))
    return found


def _bring_together(texts: dict[str, str], sides: Sides) -> None:
    base, ours, theirs, result = (_by_uid(side) for side in (sides.base, sides.ours, sides.theirs, sides.result))
    for uid in sorted({*ours, *theirs}):
        places = {side[uid][0] for side in (base, ours, theirs, result) if uid in side}
        if places & {*sides.settled}:
            continue
        wanted = _together(base.get(uid), ours.get(uid), theirs.get(uid))
        if wanted is not None:
            # A place that holds what nobody can read is named as such, and stays.
            with contextlib.suppress(errors.UnreadableFile):
                _mend(texts, uid, wanted, result.get(uid))


def _mend(texts: dict[str, str], uid: str, wanted: tuple[str, Version], made: tuple[str, Version] | None) -> None:
    if made is not None and made[1].body == wanted[1].body:
        return
    now = _lies(texts, uid)
    if now is None and made is None:
        path, version = wanted
        there = versions.read(texts[path], path) if path in texts else []
        texts[path] = versions.write([*there, version])
    elif now is not None and made is not None:
        path, version = now
        joined = merged_text.joined(made[1], version, wanted[1])
        there = [joined if each.uid == uid else each for each in versions.read(texts[path], path)]
        texts[path] = versions.write(there)


def _together(
    base: tuple[str, Version] | None, one: tuple[str, Version] | None, other: tuple[str, Version] | None
) -> tuple[str, Version] | None:
    """Return what both sides say of a record, and where: a side that moved it says that too."""
    if one is None or other is None:
        there = one or other
        untouched = base is not None and there is not None and there[1].body == base[1].body
        return None if untouched else there
    path = other[0] if base is not None and one[0] == base[0] else one[0]
    if base is None or base[0] not in (one[0], other[0]):
        path = max(one[0], other[0])  # both moved it: one that is archived stays so
    return path, merged_text.joined(base[1] if base else None, one[1], other[1])


def _lies(texts: Texts, uid: str) -> tuple[str, Version] | None:
    """Return where a record lies and what it says; of a thousand files those are read that may hold it."""
    likely = {path: text for path, text in texts.items() if uid in text or "uid" not in text}
    return _by_uid(likely).get(uid)


def _by_uid(texts: Texts) -> Placed:
    found: Placed = {}
    for path, text in sorted(texts.items()):
        try:
            found.update({version.uid: (path, version) for version in versions.read(text, path)})
        except errors.UnreadableFile:
            continue
    return found
