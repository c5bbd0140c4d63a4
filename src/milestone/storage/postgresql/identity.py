"""Which project a folder is, so that two projects never write into one schema; clones of one project agree."""

import contextlib
import os

from milestone.storage import disk, git_text


def of(root: str) -> str:
    """Return the project's identity: git's first commit and the folder in it, else one made up for this folder.

    It is kept in `local/`, so that a project that gets a repository later stays the same.
    """
    path = os.path.join(root, "local", "project")
    kept = _kept(path)
    if not kept:
        with disk.telling(root):
            disk.make_folder(os.path.dirname(path))
            _keep(path, _of_git(root) or f"folder:{os.urandom(8).hex()}")
        kept = _kept(path)
    return kept


def _kept(path: str) -> str:
    return (disk.read(path) or b"").decode("utf-8", "replace").strip()


def _keep(path: str, said: str) -> None:
    """Write it, whole at once; the first of several processes is believed."""
    draft = f"{path}.{os.getpid()}"
    disk.remove(draft)
    disk.write_new(draft, said.encode() + b"\n")
    with contextlib.suppress(FileExistsError):
        if not disk.link(draft, path):
            os.rename(draft, path)
    disk.remove(draft)


def _of_git(root: str) -> str | None:
    folder = os.path.dirname(root)
    if git_text.ask(folder, "rev-parse", "--is-shallow-repository").strip() != "false":
        return None
    first = git_text.ask(folder, "rev-list", "--max-parents=0", "HEAD").split()
    prefix = git_text.ask(folder, "rev-parse", "--show-prefix").strip().strip("/")
    return f"git:{min(first)[:16]}:{prefix}" if first else None
