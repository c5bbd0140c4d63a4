"""Rules of runs: one run a milestone, one number a session, and what each step leaves behind."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from milestone import errors, uids
from milestone.domain.context import Context
from milestone.domain.document import Body, Document, Event
from milestone.domain.safe_names import branch_name

OVER = frozenset({"ended", "failed"})  # waiting and interrupted ones can go on


class StartSession(msgspec.Struct, frozen=True, kw_only=True):
    """Begin to execute one milestone."""

    milestone: Document
    agents: int
    coordination: str
    executor: str | None = None
    base: str | None = None
    base_branch: str | None = None
    mode: str = "worktrees"
    owner: Mapping[str, Any] = {}  # pid, process, host of the command that asked
    instead_of: str | None = None  # uid of the session that is set aside


def start(sessions: Iterable[Document], request: StartSession, ctx: Context) -> list[Event]:
    """Return the event that begins a session; its document gets a uid of its own.

    Raises:
        Refused: another session runs this milestone.
    """
    known = list(sessions)
    uid, name = request.milestone.uid, str(request.milestone.body["id"])
    for other in running(known):
        if other.uid != request.instead_of and uid in (other.body.get("holds") or ()):
            raise errors.Refused(f"{name} is executed by {other.body['id']} already.", code="already_running")
    body: Body = {
        "id": next_id(known, ctx),
        "run": 1,
        "milestones": [name],
        "holds": [uid],
        "agents": request.agents,
        "coordination": request.coordination,
        "executor": request.executor,
        "mode": request.mode,
        "base": request.base,
        "base_branch": request.base_branch,
        "branch": f"milestone/{branch_name(name)}" if request.mode == "worktrees" else None,
        "tasks": {},
        "notes": [],
        **request.owner,
    }
    return [
        Event(
            kind="session.started",
            document="session",
            uid=uids.uid_from_name(f"{body['id']} {uid} {ctx.now}"),
            milestone=name,
            data={"body": body},
        )
    ]


def resume(session: Document, owner: Mapping[str, Any], changes: Mapping[str, Any]) -> list[Event]:
    """Return the event that lets a session go on, as the next run of the engine.

    A run that was killed goes on as the same run: the engine may know steps that need not be repeated. One that
    was told to stop does not: its unfinished tasks answered the engine that they were stopped.
    """
    run = int(session.body.get("run") or 1)
    crashed = session.body.get("state") == "running"
    fields = {**owner, **changes, "paused": False, "run": run if crashed else run + 1}
    if session.body.get("setup"):
        fields["setup"] = None  # what was wrong with it may be put right by now
    return [event(session, "session.resumed", set=fields)]


def hand_over(session: Document) -> list[Event]:
    """Return the event after which another engine run goes on with a session; nothing when it does not run."""
    run = int(session.body.get("run") or 1) + 1
    return [event(session, "session.saved", set={"run": run})] if session.body.get("state") == "running" else []


def pause(session: Document, on: bool) -> list[Event]:
    """Return the event after which a run stands still before its next step, or goes on; nothing when it does."""
    if bool(session.body.get("paused")) == on:
        return []
    return [event(session, "session.saved", set={"paused": on})]


def interrupt(session: Document, reason: str) -> list[Event]:
    """Return the event that says a run stopped and can go on; nothing for one that is not running."""
    return [event(session, "session.interrupted", reason=reason)] if session.body.get("state") == "running" else []


def end(session: Document, state: str, reason: str = "") -> list[Event]:
    """Return the event that closes a session: `ended`, `failed`, or `waiting` for people."""
    return [event(session, "session.ended", state=state, **({"reason": reason} if reason else {}))]


def event(session: Document, kind: str, /, *, task: str | None = None, **data: Any) -> Event:
    """Return an event of a session, about its milestone and perhaps one of its tasks."""
    names = session.body.get("milestones") or [None]
    return Event(kind=kind, document="session", uid=session.uid, milestone=names[0], task=task, data=data)


def running(sessions: Iterable[Document]) -> list[Document]:
    """Return the sessions whose record says they run."""
    return [session for session in sessions if session.body.get("state") == "running"]


def next_id(sessions: Iterable[Document], ctx: Context) -> str:
    """Return `session-YYYYMMDD-NNN`, the next of the day."""
    prefix = f"session-{ctx.today:%Y%m%d}-"
    names = [str(session.body.get("id")) for session in sessions]
    numbers = [int(name.removeprefix(prefix)) for name in names if name.removeprefix(prefix).isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1:03d}"


def last_of(sessions: Iterable[Document], milestone_uid: str) -> Document | None:
    """Return a milestone's latest session that can go on; None when there is none, or it was set aside."""
    of_it = [s for s in sessions if milestone_uid in (s.body.get("holds") or ())]
    latest = max(of_it, key=lambda s: (str(s.body.get("started")), str(s.body.get("id"))), default=None)
    return None if latest is None or latest.body.get("state") in OVER else latest
