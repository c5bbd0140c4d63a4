"""Whose a text is: a file whose content is what git's HEAD has came by git, anything else by hand."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterable

from milestone.storage import disk

# A repository can name programs to run in its own configuration; none of them is.
SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never")
# A caller inside a hook would redirect every command to its own repository.
DROPPED = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX"})
UNPACKED_NS = 2 * 10**9
ONE_BY_ONE = 10  # above this many files the commit checked out answers for all
Origin = dict[str, str]  # via, commit, author, from


def origins(root: str, texts: dict[str, str]) -> dict[str, Origin]:
    """Return `{via, commit, author}` for each path whose text is in HEAD; `{via: hand}` for the others."""
    found: dict[str, Origin] = {path: _by_hand(root, path) for path in texts}
    if not texts:
        return found
    blobs, settled = _blobs(root), _settled(root)
    found.update({path: settled[_blob(text)] for path, text in texts.items() if _blob(text) in settled})
    ours = [path for path, text in texts.items() if blobs.get(path) == _blob(text)]
    together = _commit(root, []) if len(ours) > ONE_BY_ONE else None
    for path in ours:
        found[path] = {"via": "git", **(together or _commit(root, [path]))}
    return found


def _by_hand(root: str, path: str) -> Origin:
    return {"via": "hand", "from": "archive"} if is_unpacked(os.path.join(root, path)) else {"via": "hand"}


def is_unpacked(path: str) -> bool:
    """Tell whether a file was put here with an older time of its own, as unpacking an archive does.

    Whoever writes a file gives it the time of that moment, and its place on the disk has the same.
    """
    try:
        found = os.stat(path)
    except OSError:
        return False
    return found.st_ctime_ns - found.st_mtime_ns > UNPACKED_NS


def is_tracked(root: str, path: str) -> bool:
    """Tell whether git knows a file under `root`."""
    return bool(ask(root, "ls-files", "-z", "--", path))


def keep_settled(root: str, texts: Iterable[str], author: str) -> None:
    """Remember texts made of nothing but what git brought, so that nobody takes them for typed by hand."""
    kept = {"author": author, "blobs": sorted(_blob(text) for text in texts)}
    disk.make_folder(os.path.dirname(_kept(root)))
    with open(_kept(root), "w", encoding="utf-8") as file:
        json.dump(kept, file)


def _kept(root: str) -> str:
    return os.path.join(root, "local", "settled.json")


def _settled(root: str) -> dict[str, Origin]:
    """Return the origin of each blob that the last `sync` made."""
    try:
        with open(_kept(root), encoding="utf-8") as file:
            kept = json.load(file)
        return {str(blob): {"via": "git", "author": str(kept["author"])} for blob in kept["blobs"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _blob(text: str) -> str:
    data = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _blobs(root: str) -> dict[str, str]:
    """Return the blob HEAD has for each record, by path under `root`; nothing outside a repository."""
    listed = ask(root, "ls-tree", "-r", "-z", "HEAD", "--", "active", "completed")
    entries = (entry.split("\t", 1) for entry in listed.split("\0") if "\t" in entry)
    return {path: about.split(" ")[2] for about, path in entries}


def _commit(root: str, paths: list[str]) -> Origin:
    said = ask(root, "log", "-1", "--format=%H%x00%an", "HEAD", "--", *paths).strip().split("\0")
    return {"commit": said[0], "author": said[1]} if len(said) == 2 else {}


def ask(root: str, *words: str) -> str:
    """Return what git says; nothing when there is no git, no repository, no commit."""
    inherited = {key: value for key, value in os.environ.items() if key not in DROPPED}
    environ = {**inherited, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}
    try:
        answer = subprocess.run(
            ["git", "-C", root, *SAFE, *words], capture_output=True, check=False, env=environ, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.decode("utf-8", "replace") if answer.returncode == 0 else ""
