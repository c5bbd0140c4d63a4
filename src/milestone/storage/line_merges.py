"""Put right what git's merge of lines made of records: it takes a moved one for another that looks like it."""

import contextlib
from collections.abc import Iterable, Mapping

from milestone import errors
from milestone.storage import merged_text, versions
from milestone.storage.versions import Version

Sides = tuple[Mapping[str, str], Mapping[str, str], Mapping[str, str], Mapping[str, str]]
Placed = dict[str, tuple[str, Version]]  # by uid


def mended(texts: Mapping[str, str], merges: Iterable[Sides]) -> dict[str, str]:
    """Return a checkout's texts with what each merge (base, ours, theirs, result) lost or misplaced brought back.

    What the sides say together by fields is merged into what stands now, from what git made of them; where both
    agree nothing happens.
    """
    found = dict(texts)
    for sides in merges:
        base, ours, theirs, result = (_by_uid(side) for side in sides)
        for uid in sorted({*ours, *theirs}):
            wanted = _together(base.get(uid), ours.get(uid), theirs.get(uid))
            if wanted is not None:
                # A place that holds what nobody can read is named as such, and stays.
                with contextlib.suppress(errors.UnreadableFile):
                    _mend(found, uid, wanted, result.get(uid))
    return found


def _mend(texts: dict[str, str], uid: str, wanted: tuple[str, Version], made: tuple[str, Version] | None) -> None:
    if made is not None and made[1].body == wanted[1].body:
        return
    now = _by_uid(texts).get(uid)
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
    return path, merged_text.joined(base[1] if base else None, one[1], other[1])


def _by_uid(texts: Mapping[str, str]) -> Placed:
    found: Placed = {}
    for path, text in sorted(texts.items()):
        try:
            found.update({version.uid: (path, version) for version in versions.read(text, path)})
        except errors.UnreadableFile:
            continue
    return found
