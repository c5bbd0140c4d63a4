"""What a worktree's own git folder notes: whose it is, what was put into it, whether it waits for a task."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

OWNER, FURNITURE, PARKED = "milestone-owner", "milestone-furniture", "milestone-parked"


class Furniture(msgspec.Struct, frozen=True, kw_only=True):
    """What was put into a worktree that is not git's: dependencies, copied and linked files."""

    key: str = ""  # what it was made for; another key makes it anew
    paths: tuple[str, ...] = ()  # seen from the worktree; a folder ends with a slash


NOTHING = Furniture()


def folders(place: Path) -> Iterator[Path]:
    """Yield the worktrees that lie in a folder."""
    with suppress(OSError):
        yield from sorted(each for each in place.iterdir() if own_folder(each) is not None)


def own_folder(worktree: Path) -> Path | None:
    """Return the git folder a linked worktree has for itself; None for anything else."""
    with suppress(OSError, UnicodeDecodeError):
        text = (worktree / ".git").read_text(encoding="utf-8")
        found = Path(text.removeprefix("gitdir:").strip())
        if text.startswith("gitdir:") and found.is_absolute() and found.parent.name == "worktrees":
            return found
    return None


def owner(worktree: Path) -> str:
    """Return whose a worktree is; empty when nobody said so."""
    own = own_folder(worktree)
    return _read(own / OWNER) if own is not None else ""


def give(worktree: Path, name: str) -> None:
    """Say whose a worktree is from now on."""
    own = own_folder(worktree)
    if own is not None:
        (own / OWNER).write_text(name, encoding="utf-8")


def furnished(worktree: Path) -> Furniture:
    """Return what was put into a worktree; nothing where that is not known."""
    own = own_folder(worktree)
    with suppress(ValueError, TypeError, KeyError):
        kept = json.loads(_read(own / FURNITURE)) if own is not None else {}
        return Furniture(key=str(kept["key"]), paths=tuple(str(path) for path in kept["paths"]))
    return NOTHING


def left_out(worktree: Path) -> list[str]:
    """Return the pathspecs that leave out of a commit what was put into a worktree."""
    return [f":(top,exclude,literal){path.rstrip('/')}" for path in furnished(worktree).paths]


def furnish(worktree: Path, found: Furniture) -> None:
    """Keep what was put into a worktree."""
    own = own_folder(worktree)
    if own is not None:
        text = json.dumps({"key": found.key, "paths": list(found.paths)})
        (own / FURNITURE).write_text(text, encoding="utf-8")


def park(worktree: Path) -> bool:
    """Let a worktree wait for the next task; say whether it can."""
    own = own_folder(worktree)
    if own is None:
        return False
    (own / PARKED).touch()
    return True


def is_parked(worktree: Path) -> bool:
    """Say whether a worktree waits for the next task."""
    own = own_folder(worktree)
    return own is not None and (own / PARKED).exists()


def take(worktree: Path, name: str) -> bool:
    """Give a parked worktree to somebody; say whether they got it. Of two who ask at once one does."""
    own = own_folder(worktree)
    if own is None:
        return False
    try:
        (own / PARKED).unlink()
    except OSError:
        return False
    give(worktree, name)
    return True


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
