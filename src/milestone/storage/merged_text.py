"""Two texts of a record's file and the one both came from, merged field by field; comments stay where they can."""

from milestone import errors, uids
from milestone.domain import joining, merging
from milestone.domain.document import Body
from milestone.storage import git_lines, versions, yaml_edit, yaml_emit, yaml_writer
from milestone.storage.versions import Version


def merge(base: str, one: str, other: str, path: str) -> str:
    """Return what both sides of a file say together; the same whichever side is which.

    `path` is the file's under `.milestones/`. Two new records under one name come out as two documents; a record
    that one side moved away and the other changed keeps the base of that change.

    Raises:
        UnreadableFile: a side, or the base, is no record.
    """
    before = {version.uid: version for version in versions.read(base, path)}
    first, second = (versions.read(side, path) for side in (one, other))
    if not before:
        first, second = _told_apart(first, second, path)
    ones, others = ({version.uid: version for version in side} for side in (first, second))
    found = [_one(before.get(uid), ones.get(uid), others.get(uid)) for uid in sorted({*ones, *others})]
    return versions.write([version for version in found if version is not None])


def joined(base: Version | None, one: Version, other: Version) -> Version:
    """Return two versions of one record as one."""
    body = joining.join(base.body if base else None, one.body, other.body).body
    kept = merging.Merger().value(base.base if base else None, one.base, other.base, ("_base",))
    return Version(
        body=body,
        text=_text(body, base, one, other),
        base=kept if isinstance(kept, dict) else None,
        is_named=one.is_named or other.is_named,
    )


def _one(base: Version | None, one: Version | None, other: Version | None) -> Version | None:
    if one is not None and other is not None:
        return joined(base, one, other)
    there = one or other
    if there is None or base is None:
        return there
    if there.body == base.body:
        return None  # moved or deleted there, and nothing was said here
    return Version(body=there.body, text=there.text, base=there.base or base.body, is_named=there.is_named)


def _told_apart(one: list[Version], other: list[Version], path: str) -> tuple[list[Version], list[Version]]:
    """Tell two hand-made records apart that have their uid from one name: the greater title gets another."""
    if len(one) != 1 or len(other) != 1 or one[0].is_named or other[0].is_named:
        return one, other
    titles = [str(side[0].body.get("title")) for side in (one, other)]
    if titles[0] == titles[1]:
        return one, other
    greater = one[0] if titles[0] > titles[1] else other[0]
    fresh = {**greater.body, "uid": uids.uid_from_name(f"{path}\0{max(titles)}")}
    told = [Version(body=fresh, text=greater.text, is_named=False)]
    return (told, other) if greater is one[0] else (one, told)


def _text(body: Body, base: Version | None, one: Version, other: Version) -> str:
    """Return the text of a merged record: of each side the comments, where both changed them those of one."""
    sides = [_brought(body, one), _brought(body, other)]
    if sides[0] == sides[1]:
        return sides[0]
    if base is not None:
        merged = git_lines.merge(_brought(body, base), *sorted(sides))
        if merged is not None and _says(merged, body):
            return merged
    return max(sides, key=lambda text: (text != yaml_emit.emit(body), text))


def _says(text: str, body: Body) -> bool:
    """Tell whether lines merged by git are the record; a key that moved may stand there twice."""
    try:
        return yaml_edit.reads_as(text, body, f"{body.get('id')}.yaml")
    except errors.UnreadableFile:
        return False


def _brought(body: Body, version: Version) -> str:
    return yaml_writer.write_record(body, before_text=version.text, before_body=version.body)
