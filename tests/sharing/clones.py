"""Clones of one project, made with real git."""

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from milestone.domain import vocabulary
from milestone.domain.context import Context
from milestone.domain.decide import creation
from milestone.domain.document import Event
from milestone.operations import update
from milestone.operations.init import InitRequest, init
from milestone.operations.sync import Synced, SyncRequest, sync
from milestone.uids import new_uid
from milestone.workspace.base import Workspace
from milestone.workspace.opening import open_workspace

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "Ana",
    "GIT_AUTHOR_EMAIL": "ana@example.org",
    "GIT_COMMITTER_NAME": "Ana",
    "GIT_COMMITTER_EMAIL": "ana@example.org",
    "GIT_MERGE_AUTOEDIT": "no",
    "GIT_EDITOR": "true",
    # A history is thousands of commands, and nothing of it outlives the test.
    "GIT_CONFIG_COUNT": "4",
    **{
        f"GIT_CONFIG_KEY_{n}": key
        for n, key in enumerate(("core.fsync", "gc.auto", "maintenance.auto", "rerere.enabled"))
    },
    **{f"GIT_CONFIG_VALUE_{n}": value for n, value in enumerate(("none", "0", "false", "false"))},
}


def git(folder: Path, *words: str, ok: bool = True, more: Mapping[str, str] | None = None) -> str:
    """Return what git printed; with `ok=False` a failure too."""
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **ENVIRONMENT, **(more or {})},
    )
    if ok and done.returncode != 0:
        raise AssertionError(f"git {' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def unmerged(folder: Path) -> list[str]:
    """Return the paths git could not merge."""
    return sorted({line.partition("\t")[2] for line in git(folder, "ls-files", "-u").splitlines()})


class Clone:
    """A checkout with its own store, worked on by one person."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.root = folder / ".milestones"
        self.author = {f"GIT_{who}_NAME": name for who in ("AUTHOR", "COMMITTER")}

    def git(self, *words: str, ok: bool = True) -> str:
        return git(self.folder, *words, ok=ok, more=self.author)

    def workspace(self) -> Workspace:
        return open_workspace(self.folder, project=str(self.folder), as_=self.name, environ={})

    def commit(self, message: str = "plan") -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", message, ok=False)

    def sync(self, **wanted: bool) -> Synced:
        return sync(self.workspace(), SyncRequest(**wanted))

    def create(self, title: str, **fields: object) -> str:
        """Make a milestone as `plan` does and return its id."""

        def decide(_txn: object, ctx: Context) -> list[Event]:
            uid = new_uid(datetime.now(UTC))
            return creation.create([{"title": title, **fields}], [uid], ctx)

        [document] = self.workspace().write(decide).documents
        return str(document.body["id"])

    def update(self, ref: str, **wanted: object) -> None:
        update.apply(self.workspace(), self.folder, [ref], update.Update(**wanted))

    def records(self) -> dict[str, dict]:
        """Return the live records by title, as this clone's store says it, in the words of a file."""
        with self.workspace().reading() as reading:
            bodies = [document.body for document in reading.find("milestone")]
        return {str(body["title"]): vocabulary.understand(body, "").body for body in bodies}

    def path(self, name: str, folder: str = "active") -> Path:
        return self.root / folder / f"{name}.yaml"


def a_project(folder: Path, name: str = "ana") -> Clone:
    """Return the first clone, with the project committed."""
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    init(InitRequest(start=folder), environ={"HOME": "/nonexistent"})
    clone = Clone(folder, name)
    clone.commit("init")
    return clone


def cloned(origin: Clone, folder: Path, name: str) -> Clone:
    """Return another clone, on the same branch, that knows the first as `origin`."""
    git(folder.parent, "clone", "-q", str(origin.folder), str(folder))
    return Clone(folder, name)
