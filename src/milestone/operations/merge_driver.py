"""What git calls to merge one record's file: `milestone merge-driver %O %A %B %P %L`."""

from pathlib import Path

from milestone import errors, strict_yaml
from milestone.registry import load
from milestone.storage import disk, git_lines, merged_text, versions

MERGED, LEFT = 0, 1  # 1: git's own merge stands there, with markers
BEFORE = "milestone.integrations.git.common_version:texts"  # asks git, where it did not say


def merge(base: str, ours: str, theirs: str, path: str, *, marker_size: int = 7) -> int:
    """Merge three files into `ours` and return the exit code git expects.

    `path` is the record's place in the repository. A side that is no record is merged by git's own lines.
    """
    place = "/".join(path.split("/")[-2:])
    try:
        old, one, other = (strict_yaml.decode(disk.read(file) or b"", path) for file in (base, ours, theirs))
        merged = merged_text.merge(_with_moved(old, one, other, path, (ours, theirs)), one, other, place)
    except (errors.MilestoneError, OSError, ValueError):
        return MERGED if git_lines.merge_in_place(ours, base, theirs, marker_size=marker_size) else LEFT
    with open(ours, "w", encoding="utf-8", newline="") as file:
        file.write(merged)
    return MERGED


def _with_moved(base: str, one: str, other: str, path: str, files: tuple[str, str]) -> str:
    """Return the base with what a record was that both sides have here and git knows no base of."""
    if one == other:
        return base
    before, ones, others = ({each.uid for each in versions.read(said, path)} for said in (base, one, other))
    there = [
        each
        for uid in sorted((ones & others) - before)
        for text in load(BEFORE)(Path.cwd() / Path(path).parent.parent, uid, *files)
        for each in versions.read(text, path)
        if each.uid == uid
    ]
    return versions.write([*versions.read(base, path), *there]) if there else base
