"""What a merge left of the records' files, as texts to settle: stages of the index first, else markers."""

from collections.abc import Mapping

import msgspec

from milestone import errors
from milestone.domain.document import Body
from milestone.storage import markers, merged_text, versions
from milestone.storage.base import Warning

Sides = tuple[str | None, str | None, str | None]  # base, ours, theirs; None: that side has no such file


class Remains(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a checkout after a merge."""

    texts: Mapping[str, str]  # what each says, sides merged
    there: Mapping[str, str]  # what lies on the disk
    bases: Mapping[str, Body]  # by uid: what both sides of the merge came from
    unmerged: tuple[str, ...]  # paths git could not merge, those that are nowhere included
    left: Mapping[str, Warning]


def of(
    there: Mapping[str, str],
    stages: Mapping[str, Sides],
    left: Mapping[str, Warning],
    whole: tuple[Mapping[str, str], Mapping[str, str], Mapping[str, str]] = ({}, {}, {}),
) -> Remains:
    """Return the texts with every unmerged file merged field by field; one that cannot be stays as it is.

    `whole` are the files of base, ours and theirs as committed: git may have taken a record that was moved for
    another, and then the stages themselves hold markers.
    """
    texts = dict(there)
    bases: dict[str, Body] = {}
    for path, said in stages.items():
        sides = _readable(said, whole, path)
        try:
            bases.update({each.uid: each.body for each in versions.read(sides[0] or "", path)})
            texts[path] = _merged(path, _with_base(sides, whole[0], path), there.get(path))
        except errors.UnreadableFile:
            continue
    for path, text in texts.items():
        if versions.MARKERS.search(text) is not None:
            texts[path] = _unmarked(text, path)
    return Remains(texts=texts, there=there, bases=bases, unmerged=tuple(sorted(stages)), left=left)


def _with_base(sides: Sides, before: Mapping[str, str], path: str) -> Sides:
    """Return the sides of a file that is new on both, with what its record was under another name."""
    base, ours, theirs = sides
    if base is not None or ours is None or theirs is None:
        return sides
    uids = {each.uid for side in (ours, theirs) for each in versions.read(side, path)}
    found = [
        text for other, text in before.items() if any(each.uid in uids for each in versions.read(text, other))
    ]
    return "---\n".join(found) or None, ours, theirs


def _are_records(sides: Sides, path: str) -> bool:
    try:
        return all(versions.MARKERS.search(side) is None and versions.read(side, path) for side in sides if side)
    except errors.UnreadableFile:
        return False


def _readable(sides: Sides, whole: tuple[Mapping[str, str], ...], path: str) -> Sides:
    """Return sides that are records: as in the index, with one of several bases, else as committed."""
    base, ours, theirs = sides
    if base is not None and not _are_records((base, None, None), path):
        base = markers.sides(base).ours  # several commits both sides came from, merged by lines
    if _are_records((base, ours, theirs), path):
        return base, ours, theirs
    committed = _committed(whole, path)
    return committed if any(side is not None for side in committed) else sides


def _committed(whole: tuple[Mapping[str, str], ...], path: str) -> Sides:
    base, ours, theirs = (side.get(path) for side in whole)
    return base, ours, theirs


def _merged(path: str, sides: Sides, there: str | None) -> str:
    base, ours, theirs = sides
    if _is_resolved(there, sides):
        return there or ""
    if ours is None and theirs is None:
        return ""  # it is under two other names
    if ours is None or theirs is None:
        kept = theirs if ours is None else ours
        return merged_text.merge(base or "", there or kept or "", "", path)
    return merged_text.merge(base or "", ours, theirs, path)


def _is_resolved(there: str | None, sides: Sides) -> bool:
    """Tell whether a person settled the file already: it is what neither side says, and has no markers."""
    if there is None or versions.MARKERS.search(there) is not None:
        return False
    return there not in sides and sides[1] is not None and sides[2] is not None


def _unmarked(text: str, path: str) -> str:
    """Return a text with markers merged by its sides; as it is where they are no records."""
    sides = markers.sides(text)
    try:
        return merged_text.merge(sides.base or "", sides.ours, sides.theirs, path)
    except errors.UnreadableFile:
        return text
