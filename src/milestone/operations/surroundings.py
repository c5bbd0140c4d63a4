"""What lies around the records: git's ignore list, the disk, Python's caches, files left over."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from milestone import clock
from milestone.integrations.git import repository
from milestone.integrations.git.command import GitFailed
from milestone.operations.findings import Finding, finding
from milestone.operations.init import GITIGNORE
from milestone.storage import base, recommended

NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs", "ncpfs"}
)
DAY_NS = 86_400 * 10**9
SECRET = ("local", "logs", "sessions", "config/*.key", "config/*.local.yaml")


def findings(root: Path, *, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is amiss around a `.milestones` folder."""
    yield from _of_git(root)
    yield from _of_disk(root)
    word = recommended.said(root)
    if word is not None and word not in recommended.WORDS:
        message = f'It recommends "{word}", which is no backend.'
        known = ", ".join(sorted(recommended.WORDS))
        yield finding("warning", "unknown_backend", recommended.NAME, message, f"Write one of {known}.")
    if environ.get("PYTHONDONTWRITEBYTECODE") or not _has_bytecode():
        message = "Python keeps no compiled files here, so every command starts about three times as slowly."
        yield finding("note", "no_bytecode", sys.executable, message, "Unset PYTHONDONTWRITEBYTECODE.")
    old = _left_over(root)
    if old:
        message = f"{len(old)} temporary files are older than a day."
        yield finding("note", "left_over", "temp/", message, "milestone doctor --clean")


def repair(root: Path) -> list[Finding]:
    """Put the missing lines into `.gitignore` and return what was done."""
    missing = _not_ignored(root)
    if not missing or repository.find(root) is None:
        return []
    path = root / ".gitignore"
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    start = before if not before or before.endswith("\n") else before + "\n"
    path.write_text(start + "".join(f"{line}\n" for line in missing), encoding="utf-8")
    message = f"Git ignores these now: {', '.join(missing)}."
    return [finding("warning", "not_ignored", ".gitignore", message, repaired=True)]


def _of_git(root: Path) -> Iterator[Finding]:
    found = repository.find(root)
    if found is None:
        return
    missing = _not_ignored(root)
    if missing:
        message = f"Git does not ignore what belongs to this machine alone: {', '.join(missing)}."
        yield finding("warning", "not_ignored", ".gitignore", message, "milestone doctor --repair")
    try:
        tracked = found.git("ls-files", "-z", "--", *(f"{found.records_path}/{path}" for path in SECRET)).fields
    except GitFailed:
        return
    if tracked:
        message = f"Git tracks {len(tracked)} files that may hold secrets or belong to this machine: {tracked[0]}."
        yield finding("warning", "tracked_local", tracked[0], message, "git rm --cached FILE")


def _not_ignored(root: Path) -> list[str]:
    """Return the lines of the ignore list that are not there."""
    path = root / ".gitignore"
    there = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    known = {line.strip().strip("/") for line in there}
    wanted = [line for line in GITIGNORE.splitlines() if line and not line.startswith("#")]
    return [line for line in wanted if line.strip("/") not in known]


def _of_disk(root: Path) -> Iterator[Finding]:
    kind = file_system(root)
    if kind in NETWORK:
        message = f"The project lies on a network file system ({kind}), where locks may not hold between machines."
        yield finding("warning", "network_disk", str(root), message, "Work on it from one machine at a time.")


def file_system(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str:
    """Return the kind of file system a path lies on; empty where the machine does not say."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        words, _, about = line.partition(" - ")
        point = words.split(" ")[4].replace("\\040", " ")
        inside = point == "/" or str(path.resolve()) == point or str(path.resolve()).startswith(point + "/")
        if inside and len(point) >= len(best):
            best, kind = point, about.split(" ")[0]
    return kind


def _has_bytecode() -> bool:
    return any((Path(base.__file__).parent / "__pycache__").glob("*.pyc"))


def _left_over(root: Path) -> list[Path]:
    oldest = clock.wall_ns() - DAY_NS
    there = [path for path in (root / "temp").rglob("*") if path.is_file() and not path.is_symlink()]
    return [path for path in there if path.stat().st_mtime_ns < oldest]
