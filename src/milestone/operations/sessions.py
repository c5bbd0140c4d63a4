"""Sessions: which runs there were, where one stopped, a note for whoever goes on, and cleaning up behind them."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from milestone import errors
from milestone.domain import asks, spending, tasks
from milestone.domain.context import Context
from milestone.domain.decide import agents as of_agents
from milestone.domain.decide import session as of_session
from milestone.domain.document import Document, Event
from milestone.engine.attempt import find_session, milestone_of
from milestone.integrations.git import repository as repositories
from milestone.integrations.git import worktrees
from milestone.integrations.git.repository import Repository
from milestone.operations import presences, running
from milestone.reports import costs
from milestone.storage.base import Reading, Txn
from milestone.workspace.base import Workspace, Written

View = dict[str, Any]
CURRENT = ("session-current", "current", "@")
JOURNAL = 12  # lines shown


def listed(workspace: Workspace, reading: Reading) -> list[View]:
    """Return a line for every session, the latest first."""
    found = sorted(reading.find("session"), key=_age, reverse=True)
    return [_line(workspace, session, milestone_of(reading, session)) for session in found]


def shown(workspace: Workspace, reading: Reading, name: str | None) -> View:
    """Return one session: its line, its tasks, its context, and the end of its journal.

    Raises:
        SessionNotFound: there is none with that id, or none at all.
    """
    session = find(reading, name)
    milestone = milestone_of(reading, session)
    known: Mapping[str, Any] = session.body.get("tasks") or {}
    return {
        **_line(workspace, session, milestone),
        "agents": session.body.get("agents"),
        "branch": session.body.get("branch"),
        "base": session.body.get("base"),
        "reason": session.body.get("reason"),
        "paused": bool(session.body.get("paused")),
        "messages": [
            {
                "from": m.body.get("from"),
                "to": m.body.get("to"),
                "text": m.body.get("text"),
                "at": m.body.get("at"),
            }
            for m in of_agents.in_order(reading.find("message"))
            if not m.body.get("received") and str(m.body.get("to")).partition("/")[0] == session.body.get("id")
        ],
        "cost": costs.of_session(session.body),
        "asks": asks.of(session.body),
        "breakers": session.body.get("breakers") or {},
        "tasks": [{"ref": ref, **_without_steps(task)} for ref, task in sorted(known.items())],
        "context": session.body.get("context") or {},
        "notes": session.body.get("notes") or [],
        "journal": _journal(workspace.root / "sessions" / f"{session.body['id']}.log"),
    }


def note(workspace: Workspace, text: str, name: str | None = None) -> Written:
    """Keep a note with a session; whoever goes on reads it first.

    Raises:
        InvalidRequest: there is nothing to keep.
        SessionNotFound: there is no session yet.
    """
    if not text.strip():
        raise errors.InvalidRequest("A note needs words.", next=['milestone sessions note "what I was doing"'])

    def decide(txn: Txn, _ctx: Context) -> list[Event]:
        return [of_session.event(find(txn, name), "session.saved", note=text.strip())]

    return workspace.write(decide)


def clean(workspace: Workspace, name: str | None = None) -> list[str]:
    """Remove the worktrees, logs and copies of sessions that are over, and agents that died; what went, by path.

    Records stay, and so does every worktree with changes that are on no branch.
    """
    with workspace.reading() as reading:
        sessions = [find(reading, name)] if name else list(reading.find("session"))
    over = [s for s in sessions if _state(workspace, s) not in ("running", "interrupted", "waiting") or name]
    gone: list[str] = []
    for session in over:
        if _state(workspace, session) == "running":
            raise errors.Refused(f"{session.body['id']} is running.", why="it needs its worktrees", code="running")
        gone += _clean(workspace, session)
    _forget_dead_agents(workspace)
    return gone


def find(reading: Reading, name: str | None) -> Document:
    """Return the session with this id, or the last one.

    Raises:
        SessionNotFound: there is none; known ones are named.
    """
    found = sorted(reading.find("session"), key=_age)
    if name is None or name in CURRENT:
        if found:
            return found[-1]
        raise errors.SessionNotFound("There is no session yet.", next=["milestone execute ID"])
    session = find_session(reading, name)
    if session is None:
        names = [str(s.body.get("id")) for s in found]
        raise errors.SessionNotFound(
            f"{name} is no session here.", candidates=names, next=["milestone sessions list"]
        )
    return session


def registry(reading: Reading) -> list[View]:
    """Return every agent that a run has entered: what it does, for which task, and how it is."""
    return [
        {
            "name": agent.body.get("name"),
            "role": agent.body.get("role"),
            "state": agent.body.get("state"),
            "session": agent.body.get("session"),
            "task": agent.body.get("task"),
            "executor": agent.body.get("executor"),
            "since": agent.body.get("since"),
            "reason": agent.body.get("reason"),
        }
        for agent in sorted(reading.find("agent"), key=lambda a: str(a.body.get("name")))
        if agent.body.get("state") != "gone"
    ]


def _line(workspace: Workspace, session: Document, milestone: Document | None) -> View:
    body = milestone.body if milestone else {}
    above = tasks.parents(body)
    every = [t for t in tasks.of(body) if str(t.get("id")) not in above and tasks.status(t) != "cancelled"]
    done = [t for t in every if tasks.status(t) == "completed"]
    state = _state(workspace, session)
    return {
        "id": session.body.get("id"),
        "milestone": (session.body.get("milestones") or [None])[0],
        "title": body.get("title"),
        "state": state,
        "started": session.body.get("started"),
        "last_saved": session.body.get("last_saved"),
        "resumable": state in ("interrupted", "waiting") and len(done) < len(every),
        "completed": len(done),
        "remaining": len(every) - len(done),
    }


def _state(workspace: Workspace, session: Document) -> str:
    """Return a session's state; one that runs by its record, and whose process is gone, was interrupted."""
    state = str(session.body.get("state"))
    return "interrupted" if state == "running" and not presences.of(workspace).lives(session.body) else state


def _age(session: Document) -> tuple[str, str]:
    return str(session.body.get("started")), str(session.body.get("id"))


def _without_steps(task: Mapping[str, Any]) -> View:
    hidden = ("work", "verify", "fresh", "began", "files", "spent")
    return {**{key: value for key, value in task.items() if key not in hidden}, "cost": _cost(task)}


def _cost(task: Mapping[str, Any]) -> View | None:
    return costs.view(spending.total(task.get("spent")))


def _journal(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()[-JOURNAL:]
    except OSError:
        return []


def _clean(workspace: Workspace, session: Document) -> list[str]:
    name = str(session.body["id"])
    root = workspace.root.resolve()
    folder = workspace.settings.get("worktree.dir")
    place = ((root.parent / str(folder)) if folder else root / "worktrees") / name
    gone = _clean_worktrees(repositories.find(root), place)
    for path in (
        root / "local" / "runs" / name,
        root / "temp" / name,
        root / "sessions" / f"{name}.yaml",
        root / "sessions" / f"{name}.log",
    ):
        if path.exists():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            gone.append(path.relative_to(root.parent).as_posix())
    return gone


def _clean_worktrees(repository: Repository | None, place: Path) -> list[str]:
    gone = []
    for folder in sorted(place.iterdir()) if place.is_dir() else []:
        if repository is not None and not worktrees.is_on_a_branch(repository, folder):
            continue  # work that is on no branch is never removed
        if repository is not None:
            worktrees.remove(repository, folder)
        else:
            shutil.rmtree(folder)
        gone.append(folder.name)
    if place.is_dir() and not any(place.iterdir()):
        place.rmdir()
    return gone


def _forget_dead_agents(workspace: Workspace) -> None:
    def decide(txn: Txn, _ctx: Context) -> Sequence[Event]:
        return of_agents.clean_up(txn.find("agent"), txn.find("message"))

    running.ledger_of(workspace).write("", decide)
