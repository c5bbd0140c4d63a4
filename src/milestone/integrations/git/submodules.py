"""Submodules of a worktree, filled from those the user's own checkout has: nothing is fetched from anywhere."""

from collections.abc import Iterator
from pathlib import Path

from milestone.integrations.git.command import git
from milestone.integrations.git.repository import Repository


def fill(repository: Repository, worktree: Path) -> None:
    """Check out in a worktree every submodule that the main checkout has, and theirs in turn.

    Raises:
        GitFailed: the main checkout lacks the commit that is wanted.
    """
    _fill(repository, repository.top, worktree)


def _fill(repository: Repository, source: Path, target: Path) -> None:
    for name, path in _listed(target):
        store = _store(source / path)
        if store is None:
            continue  # its owner never asked for it
        settings = (*repository.drivers_off, f"submodule.{name}.url={store}", f"submodule.{name}.active=true")
        arguments = ("submodule", "--quiet", "update", "--init", "--force", "--no-recommend-shallow", "--", path)
        git(target, *arguments, config=settings, transport="file")
        _fill(repository, source / path, target / path)


def _listed(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield name and path of the submodules a checkout names; odd names are left out."""
    if not (folder / ".gitmodules").is_file() or (folder / ".gitmodules").is_symlink():
        return
    asked = ("config", "--file", ".gitmodules", "-z", "--get-regexp", r"^submodule\..*\.path$")
    for field in git(folder, *asked, ok=(0, 1)).fields:
        key, _, path = field.partition("\n")
        name = key.removeprefix("submodule.").removesuffix(".path")
        odd = "=" in name or name.startswith("-") or ".." in Path(path).parts or Path(path).is_absolute()
        if path and not odd:
            yield name, path


def _store(folder: Path) -> str | None:
    """Return where the objects of a checked-out submodule lie; None when it is not checked out."""
    if not (folder / ".git").exists():
        return None
    return git(folder, "rev-parse", "--absolute-git-dir", ok=(0, 128)).line or None
