"""What a merge left of the records' files, as texts to settle."""

from collections.abc import Mapping

import msgspec

from milestone import errors
from milestone.domain.document import Body
from milestone.storage import line_merges, markers, merged_text, versions
from milestone.storage.base import Warning
from milestone.storage.line_merges import Sides

Stages = tuple[str | None, str | None, str | None]  # base, ours, theirs; None: that side has no such file


class Remains(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a checkout after a merge."""

    texts: Mapping[str, str]  # what each says, sides merged
    there: Mapping[str, str]  # what lies on the disk
    bases: Mapping[str, Body]  # by uid: what both sides of the merge came from
    unmerged: tuple[str, ...]  # paths git could not merge, those that are nowhere included
    left: Mapping[str, Warning]


def of(
    there: Mapping[str, str],
    stages: Mapping[str, Stages],
    left: Mapping[str, Warning],
    merges: tuple[Sides, ...] = (),
    under_way: Sides | None = None,
) -> Remains:
    """Return the texts with every unmerged file merged field by field; one that cannot be stays as it is.

    `merges` are those that git made by lines since the last time. `under_way` is the one the stages are from: git
    may have taken a record that was moved for another, so its sides say more than the stages of a path. Where
    it is not known the stages have to do.
    """
    texts = dict(there)
    open_paths = {path for path, said in stages.items() if not _is_resolved(there.get(path), said)}
    texts.update(dict.fromkeys(open_paths, ""))
    if under_way is None:
        bases = _stages_merged(texts, there, {path: stages[path] for path in open_paths})
    else:
        bases = _bodies(under_way.base)
        made = {path: text for path, text in under_way.result.items() if path not in open_paths}
        merges = (*merges, msgspec.structs.replace(under_way, result=made))
    texts = line_merges.mended(texts, merges)
    for path, text in texts.items():
        if versions.MARKERS.search(text) is not None:
            texts[path] = _unmarked(text, path)
    return Remains(texts=texts, there=there, bases=bases, unmerged=tuple(sorted(stages)), left=left)


def _is_resolved(there: str | None, sides: Stages) -> bool:
    """Tell whether a person settled the file already: it is what neither side says, and has no markers."""
    if there is None or versions.MARKERS.search(there) is not None:
        return False
    return there not in sides and sides[1] is not None and sides[2] is not None


def _bodies(texts: Mapping[str, str]) -> dict[str, Body]:
    found: dict[str, Body] = {}
    for path, text in texts.items():
        try:
            found.update({each.uid: each.body for each in versions.read(text, path)})
        except errors.UnreadableFile:
            continue
    return found


def _stages_merged(
    texts: dict[str, str], there: Mapping[str, str], stages: Mapping[str, Stages]
) -> dict[str, Body]:
    """Merge each path by its stages; return what is known of the records before."""
    bases: dict[str, Body] = {}
    for path, said in stages.items():
        try:
            bases.update({each.uid: each.body for each in versions.read(said[0] or "", path)})
            texts[path] = _merged(path, said, there.get(path))
        except errors.UnreadableFile:
            texts[path] = there.get(path, "")
    return bases


def _merged(path: str, sides: Stages, there: str | None) -> str:
    base, ours, theirs = sides
    if ours is None and theirs is None:
        return ""  # it is under two other names
    if ours is None or theirs is None:
        kept = theirs if ours is None else ours
        return merged_text.merge(base or "", there or kept or "", "", path)
    return merged_text.merge(base or "", ours, theirs, path)


def _unmarked(text: str, path: str) -> str:
    """Return a text with markers merged by its sides; as it is where they are no records."""
    sides = markers.sides(text)
    try:
        return merged_text.merge(sides.base or "", sides.ours, sides.theirs, path)
    except errors.UnreadableFile:
        return text
