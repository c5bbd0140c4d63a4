"""A worktree made usable: copied and linked files, submodules, set-up commands run once for what they need."""

import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from milestone.agents.executors.base import Job
from milestone.agents.executors.process import run_program
from milestone.digests import sha256
from milestone.integrations.git import furniture, submodules, worktrees
from milestone.integrations.git.command import GitFailed
from milestone.integrations.git.repository import Repository

# What a set-up reads: where one of them differs between two commits, it is run again.
MANIFESTS = (
    *("pyproject.toml", "uv.lock", "poetry.lock", "requirements*.txt", "setup.py", "setup.cfg"),
    *("package.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"),
    *("Cargo.toml", "Cargo.lock", "go.mod", "go.sum"),
    *("Gemfile", "Gemfile.lock", "composer.lock", "Makefile"),
)
TAIL = 300  # characters of a failed command's output


class Furnishing(msgspec.Struct, frozen=True, kw_only=True):
    """What a project's worktrees need besides git's files."""

    setup: tuple[str, ...] = ()  # command lines
    copy: tuple[str, ...] = ()  # untracked files of the user's checkout, patterns
    link: tuple[str, ...] = ()
    seconds: float = 1800.0  # for each command line

    def __bool__(self) -> bool:
        return bool(self.setup or self.copy or self.link)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The worktree that is furnished."""

    repository: Repository
    folder: Path
    base: str  # the commit its session began at
    tip: str  # the commit it stands at
    log: Path
    environment: Mapping[str, str]


class SetupFailed(Exception):
    """A worktree could not be made usable; what was wrong, in one line."""


class Stopped(Exception):
    """The run was stopped in the middle of a set-up."""


def furnish(wanted: Furnishing, place: Place, stop: threading.Event) -> None:
    """Make a worktree usable. Commands are run again only where what they depend on has changed.

    Files of git that a command changed are put back: they would count as the task's own change.

    Raises:
        SetupFailed: a declared file is missing, a command fails, a submodule's commit is not at hand.
        Stopped: `stop` was set meanwhile.
    """
    try:
        submodules.fill(place.repository, place.folder)
    except GitFailed as failed:
        raise SetupFailed(f"a submodule cannot be filled: {failed}") from None
    if not wanted:
        return
    _bring(wanted, place)
    key = _key(wanted, place)
    if furniture.furnished(place.folder).key == key:
        return
    for line in wanted.setup:
        _command(line, place, wanted.seconds, stop)
    worktrees.reset(place.repository, place.folder, place.tip)
    paths = tuple(worktrees.untracked(place.repository, place.folder))
    furniture.furnish(place.folder, furniture.Furniture(key=key, paths=paths))


def _bring(wanted: Furnishing, place: Place) -> None:
    for pattern in wanted.copy:
        for source, target in _sources(pattern, place):
            _copy(source, target)
    for pattern in wanted.link:
        for source, target in _sources(pattern, place):
            _link(source, target, pattern)


def _sources(pattern: str, place: Place) -> Iterator[tuple[Path, Path]]:
    """Yield what a pattern names in the user's checkout, and where it goes."""
    top = place.repository.top.resolve()
    plain = PurePosixPath(pattern)
    if plain.is_absolute() or ".." in plain.parts or plain.parts[:1] in ((".git",), ()):
        raise SetupFailed(f"worktree.copy and worktree.link name files inside the repository, not {pattern}")
    found = sorted(each for each in top.glob(str(plain)) if os.path.lexists(each))
    if not found and not any(c in pattern for c in "*?["):
        raise SetupFailed(f"{pattern} is to be put into every worktree, and is not in your checkout")
    for source in found:
        target = place.folder / source.relative_to(top)
        _check_source(source, place, pattern)
        _check_inside(target, place.folder)
        yield source, target


def _check_source(source: Path, place: Place, pattern: str) -> None:
    records = place.repository.records.resolve()
    if source.resolve().is_relative_to(records) or records.is_relative_to(source.resolve()):
        raise SetupFailed(f"{pattern} holds the records, which no worktree gets")
    if place.folder.resolve().is_relative_to(source.resolve()):
        raise SetupFailed(f"{pattern} holds the worktrees themselves")


def _check_inside(target: Path, folder: Path) -> None:
    # A link that git tracks must not lead what we write out of the worktree.
    above = next(each for each in target.parents if each.exists())
    if not above.resolve().is_relative_to(folder.resolve()):
        raise SetupFailed(f"{target.name} would be written outside the worktree, through a link")
    target.parent.mkdir(parents=True, exist_ok=True)


def _copy(source: Path, target: Path) -> None:
    if target.is_symlink():
        target.unlink()
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target, follow_symlinks=False)


def _link(source: Path, target: Path, pattern: str) -> None:
    if target.is_symlink():
        target.unlink()
    if target.exists():
        raise SetupFailed(f"{pattern} is to be linked, and git has it already")
    target.symlink_to(source)


def _key(wanted: Furnishing, place: Place) -> str:
    asked = [f":(glob)**/{name}" for name in MANIFESTS]
    blobs = place.repository.at(place.folder, "ls-files", "--stage", "-z", "--", *asked).fields
    parts = [place.base, wanted.setup, wanted.copy, wanted.link, blobs]
    return sha256(json.dumps(parts).encode())


def _command(line: str, place: Place, seconds: float, stop: threading.Event) -> None:
    place.log.parent.mkdir(parents=True, exist_ok=True)
    with place.log.open("a", encoding="utf-8") as log:
        log.write(f"$ {line}\n")
    job = Job(
        ref="setup",
        folder=place.folder,
        log=place.log,
        record=place.log.with_suffix(".json"),
        command=line,
        environment=place.environment,
        time_limit=seconds,
    )
    ended = run_program(["/bin/sh", "-c", line], job, stop)
    if ended.stopped:
        raise Stopped
    if not ended.succeeded:
        how = "took longer than its time limit" if ended.timed_out else f"exit {ended.exit_code}"
        raise SetupFailed(f"`{line}` failed ({how}): {_last_words(place.log)}")


def _last_words(log: Path) -> str:
    lines = [
        line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()
    ]
    return lines[-1][-TAIL:] if lines else "it printed nothing"
