"""Git's own merge of lines, for what is no record: comments, and files nobody can read."""

import os
import subprocess
import tempfile


def merge(base: str, one: str, other: str) -> str | None:
    """Return two texts merged line by line; None where both changed a line, or without git."""
    with tempfile.TemporaryDirectory(prefix="milestone-merge-") as folder:
        paths = [_written(folder, name, text) for name, text in (("one", one), ("base", base), ("other", other))]
        done = _git("-p", *paths)
    if done is None or done.returncode != 0:
        return None
    return done.stdout.decode("utf-8", "replace")


def merge_in_place(ours: str, base: str, theirs: str, *, marker_size: int = 7) -> bool:
    """Merge files line by line into the first; tell whether no line had to be marked."""
    labels = ("-L", "ours", "-L", "base", "-L", "theirs")
    done = _git("--quiet", f"--marker-size={marker_size}", *labels, ours, base, theirs)
    return done is not None and done.returncode == 0


def _written(folder: str, name: str, text: str) -> str:
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


def _git(*words: str) -> subprocess.CompletedProcess[bytes] | None:
    try:
        return subprocess.run(["git", "merge-file", *words], capture_output=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
