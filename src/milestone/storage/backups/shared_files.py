"""The files under `.milestones` worth keeping: not those of this machine, and no secret."""

import os
from collections.abc import Iterator, Sequence

FOLDERS = ("active", "completed", "config", "deliverables", "templates")
_SECRET = (".key", ".local.yaml", ".local.yml")
LEFT_OUT = b"(left out of the backup)"


def scan(root: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield each file's path under the root with what the disk says of it; links are passed over."""
    for folder in ("", *FOLDERS):
        yield from _inside(root, folder, deep=bool(folder))


def _inside(root: str, folder: str, *, deep: bool) -> Iterator[tuple[str, os.stat_result]]:
    try:
        entries = sorted(os.scandir(os.path.join(root, folder)), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_dir(follow_symlinks=False):
            if deep:
                yield from _inside(root, path, deep=True)
        elif entry.is_file(follow_symlinks=False) and not _is_secret(path):
            yield path, entry.stat(follow_symlinks=False)


def _is_secret(path: str) -> bool:
    return path.startswith("config/") and path.endswith(_SECRET)


def without_secrets(path: str, data: bytes, secrets: Sequence[str]) -> bytes:
    """Return a configuration file without the secrets that stand in it; every other file as it is."""
    if not path.startswith("config/"):
        return data
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        data = data.replace(secret.encode(), LEFT_OUT)
    return data
