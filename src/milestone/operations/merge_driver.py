"""What git calls to merge one record's file: `milestone merge-driver %O %A %B %P %L`."""

from milestone import errors, strict_yaml
from milestone.storage import disk, git_lines, merged_text

MERGED, LEFT = 0, 1  # 1: git's own merge stands there, with markers


def merge(base: str, ours: str, theirs: str, path: str, *, marker_size: int = 7) -> int:
    """Merge three files into `ours` and return the exit code git expects.

    `path` is the record's place in the repository. A side that is no record is merged by git's own lines.
    """
    try:
        old, one, other = (strict_yaml.decode(disk.read(file) or b"", path) for file in (base, ours, theirs))
        merged = merged_text.merge(old, one, other, "/".join(path.split("/")[-2:]))
    except (errors.MilestoneError, OSError, ValueError):
        return MERGED if git_lines.merge_in_place(ours, base, theirs, marker_size=marker_size) else LEFT
    with open(ours, "w", encoding="utf-8", newline="") as file:
        file.write(merged)
    return MERGED
