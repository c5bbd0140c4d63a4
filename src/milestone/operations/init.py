"""Make a project: the folder, what git ignores, its first settings. Repeating it overwrites nothing."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from milestone import errors
from milestone.domain import scale, schema
from milestone.integrations.git import merge_entry
from milestone.storage import located
from milestone.storage.located import Location
from milestone.storage.place import check_inside
from milestone.workspace import place

GITIGNORE = """\
# What stays on this machine; everything else here is meant to be committed.
local/
worktrees/
temp/
logs/
database/
sessions/
agents/
backups/
performance/
web-dashboard/
config/*.key
config/*.local.yaml
"""
SCALE = """\
# When this project outgrows its store: the most a store is meant for.
file: {max_milestones: 25, max_team_size: 5}
hybrid: {max_milestones: 100, max_team_size: 20}
override: auto  # file, hybrid, database or postgresql instead of what is measured
"""
STORES = {
    "file": "on plain files",
    "hybrid": "on files with an index",
    "sqlite": "in SQLite",
    "postgres": "in PostgreSQL",
}


class InitRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants of a new project."""

    start: Path  # the folder the call came from
    name: str | None = None
    timezone: str | None = None
    backend: str = "auto"
    git: bool = True  # enter the merge driver in the repository's configuration


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What `init` made: the `.milestones` folder, its project, the files that are new."""

    root: Path
    name: str
    files: tuple[str, ...] = ()  # relative to the project's folder
    in_git: bool = False
    merges: str | None = None  # what to tell of the merge driver
    backend: str = "file"  # what its records are kept in
    further: str | None = None  # what to tell of the backend

    @property
    def sentences(self) -> list[str]:
        """What to tell: what was made, what git ignores, whose choice committing is."""
        if not self.files:
            there = f"{place.FOLDER}/ is there already; nothing was overwritten."
            return [each for each in (there, self.further, self.merges) if each]
        told = [f"Made {place.FOLDER}/ {STORES[self.backend]} in {self.root.parent.name or '/'}."]
        told += [self.further] if self.further else []
        if self.in_git:
            told.append(f"Git ignores its log, sessions, worktrees and keys ({place.FOLDER}/.gitignore).")
        told += [self.merges] if self.merges else []
        return [*told, "Commit it when you like; nothing was staged."]


def make_project(start: Path, *, environ: Mapping[str, str] | None = None) -> list[str]:
    """Make a project for a folder and return the sentences that say what was made."""
    return init(InitRequest(start=start), environ=environ or os.environ).sentences


def init(request: InitRequest, *, environ: Mapping[str, str]) -> Made:
    """Return what was made; files that are there stay as they are.

    Raises:
        InvalidRequest: unknown time zone or backend, or PostgreSQL without an address.
        NotWritable: the folder cannot be written.
    """
    backend = _check(request, environ)
    folder = project_folder(request.start, environ)
    name = request.name or folder.name or "project"
    root = folder / place.FOLDER
    files = {
        ".gitignore": GITIGNORE,
        "config/scale-detection.yaml": SCALE,
        # Each record's first line names it, so editors complete and check what is typed.
        "config/milestone.schema.json": json.dumps(schema.milestone(), indent=1) + "\n",
    }
    if request.name or request.timezone:
        files["config/milestone-config.yaml"] = project_config(name, request.timezone)
    check_inside(root)
    try:
        made = [path for path, text in files.items() if write_new(root / path, text)]
        (root / "active").mkdir(exist_ok=True)
        further = _choose(root, backend)
    except OSError as error:
        raise errors.NotWritable(
            f"{root} cannot be written.", why=str(error.strerror), next=["milestone init"]
        ) from error
    merges = _merge_driver(root, request)
    return Made(
        root=root,
        name=name,
        files=tuple(f"{place.FOLDER}/{path}" for path in made),
        in_git=(folder / ".git").exists(),
        merges=merges,
        backend=located.read(root).backend,
        further=further,
    )


def _choose(root: Path, backend: str | None) -> str | None:
    """Let a new project keep its records there; a project that has some already is told how they get there."""
    known = located.read(root).backend
    if backend is None or backend == known:
        return None
    if known != "file" or any((root / "logs" / "events").glob("*.jsonl*")):
        return f"Its records are kept {STORES[known]}; milestone migrate --to {backend} moves them."
    location = Location(backend=backend, place=located.place_of(root))
    located.write(root, location)
    if not location.is_files:
        located.mark_files(root, location)  # when local/ is lost, the files say where the store is
    if not location.is_files and any((root / "active").glob("*.y*ml")):
        return "milestone sync takes in the records that lie here as files."
    return None


def project_folder(start: Path, environ: Mapping[str, str]) -> Path:
    """Return where the project belongs: where one is, else the top of the git checkout, else the folder itself.

    A home directory under git (dotfiles) is no project: the folder the call came from is taken there.
    """
    found = place.nearest(start)
    if found is not None:
        return found.parent
    home = Path(environ.get("HOME") or "/")
    for folder in place.searched(start):
        git = folder / ".git"
        if folder == home or folder == Path(folder.anchor):
            return start
        if git.is_dir():
            return folder
        if git.is_file():
            return place.main_worktree(git) or folder
    return start


def project_config(name: str, timezone: str | None, **more: object) -> str:
    """Return the text of a first `milestone-config.yaml`."""
    lines = ["project:", f"  name: {quoted(name)}"]
    if timezone:
        lines.append(f"  timezone: {timezone}")
    lines += [f"  {key}: {value}" for key, value in more.items() if value is not None]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return a YAML double-quoted text."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def write_new(path: Path, text: str) -> bool:
    """Write a file that is not there yet, durably; False when it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return True


def _merge_driver(root: Path, request: InitRequest) -> str | None:
    if request.git:
        return merge_entry.enter(root)
    merge_entry.leave_out(root)
    return "Git's configuration was left alone; milestone sync settles what a merge leaves."


def _check(request: InitRequest, environ: Mapping[str, str]) -> str | None:
    """Return the backend wanted; None for the usual one."""
    backend = None if request.backend == "auto" else scale.WORDS.get(request.backend)
    if backend is None and request.backend != "auto":
        raise errors.InvalidRequest(
            f'There is no backend "{request.backend}".',
            why="there are auto, file, hybrid, sqlite (or database) and postgres (or postgresql)",
            next=["milestone init --backend auto"],
        )
    if backend == "postgres" and not environ.get("MILESTONE_DSN"):
        raise errors.InvalidRequest(
            "PostgreSQL needs an address.",
            why="MILESTONE_DSN is not set",
            next=["export MILESTONE_DSN=postgresql://…", "milestone init --backend postgres"],
        )
    if request.timezone:
        try:
            ZoneInfo(request.timezone)
        except (OSError, ValueError, LookupError):
            raise _unknown_zone(request.timezone) from None
    return backend


def _unknown_zone(name: str) -> errors.InvalidRequest:
    return errors.InvalidRequest(
        f'There is no time zone "{name}".',
        why="names look like Europe/Berlin",
        next=["milestone init --timezone UTC"],
    )
