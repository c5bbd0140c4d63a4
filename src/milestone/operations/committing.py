"""Offer the structured commit of a finished task in the checkout its worker stands in."""

from pathlib import Path

import msgspec

from milestone.domain import tasks
from milestone.domain.decide import rules
from milestone.domain.document import Event
from milestone.integrations.git import commits, repository
from milestone.integrations.git.command import GitFailed
from milestone.integrations.git.repository import Repository
from milestone.operations import proving
from milestone.workspace import finding
from milestone.workspace.base import Workspace


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A commit that could be made now."""

    uid: str
    milestone: str
    task: str
    folder: Path
    branch: str
    paths: tuple[str, ...]
    message: commits.Message

    @property
    def header(self) -> str:
        """The first line of its message."""
        return self.message.text([]).partition("\n")[0]


def offer(workspace: Workspace, start: Path, ref: str) -> Offer | None:
    """Return the commit of a task's changes; None without git, on a detached HEAD, or where nothing changed."""
    found = repository.find(workspace.root)
    if found is None:
        return None
    folder = proving.folder(workspace.root, start)
    try:
        branch = found.at(folder, "symbolic-ref", "--quiet", "--short", "HEAD", ok=(0, 1, 128)).line
        paths = repository.changed_paths(found, folder)
    except GitFailed:
        return None
    if not branch or not paths:
        return None
    with workspace.reading() as reading:
        document, task = finding.task(reading, ref, writing=True)
    message = commits.Message(
        milestone=rules.name(document),
        task=str(task["id"]),
        title=tasks.title(task),
        category=str(document.body.get("category") or ""),
        footer=str(workspace.settings.get("git.footer") or ""),
    )
    return Offer(
        uid=document.uid,
        milestone=message.milestone,
        task=message.task,
        folder=folder,
        branch=branch,
        paths=paths,
        message=message,
    )


def commit(workspace: Workspace, offered: Offer) -> str:
    """Make the commit of exactly the offered paths and record it; return its hash."""
    found = repository.find(workspace.root)
    assert found is not None, "an offer comes from a repository"
    text = offered.message.text(_changes(found, offered))
    found.at(offered.folder, "add", "--all", "--", *(f":(top,literal){path}" for path in offered.paths))
    found.at(offered.folder, "commit", "--quiet", "-m", text, "--", *(f":(top,literal){p}" for p in offered.paths))
    made = found.at(offered.folder, "rev-parse", "HEAD").line
    event = Event(
        kind="commit.recorded",
        document="milestone",
        uid=offered.uid,
        milestone=offered.milestone,
        task=offered.task,
        data={"commit": made, "branch": offered.branch},
    )
    workspace.write(lambda _txn, _ctx: [event])
    return made


def _changes(found: Repository, offered: Offer) -> list[commits.Change]:
    """Return what the offered paths are: added, changed or removed."""
    listed = found.at(
        offered.folder, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames"
    ).fields
    letters = {field[3:]: field[:2].strip()[:1].replace("?", "A") for field in listed}
    return [commits.Change(status=letters.get(path, "M"), path=path) for path in offered.paths]
