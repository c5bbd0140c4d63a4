"""A run controlled by another command: paused, steered, stopped, waited for; any process of the project may."""

import os
import time
from collections.abc import Callable

import msgspec

from milestone import errors
from milestone.clock import SystemClock
from milestone.domain.context import Context
from milestone.domain.decide import agents
from milestone.domain.decide import session as of_session
from milestone.domain.document import Document, Event
from milestone.engine import processes
from milestone.engine.host import end_all_left_over
from milestone.operations import sessions
from milestone.storage.base import Txn
from milestone.workspace.base import Workspace, Written

LOOK = 0.2  # seconds between two looks at a run of another process
ENDING = 10.0  # seconds a stopped run gets to end its programs


class Steered(msgspec.Struct, frozen=True, kw_only=True):
    """What was told, and to which workers; none: whoever works for the session next reads it."""

    written: Written
    to: tuple[str, ...] = ()


def pause(workspace: Workspace, name: str | None, *, on: bool = True) -> Written:
    """Let a run stand still before its next step, or go on; nothing when it does so already.

    Raises:
        Refused: it does not run.
        NotPermitted: a task of a run asks.
    """
    _check_outside(workspace, "pause a run")

    def decide(txn: Txn, _ctx: Context) -> list[Event]:
        session = _live(sessions.find(txn, name))
        return of_session.pause(session, on)

    return workspace.write(decide)


def steer(workspace: Workspace, name: str | None, text: str, task: str | None = None) -> Steered:
    """Tell the workers of a run something; each reads it before its next step of work, one of a task with `task`.

    Raises:
        InvalidRequest: there is nothing to tell.
    """
    if not text.strip():
        raise errors.InvalidRequest("Steering takes words.", next=['milestone sessions steer S "use the new key"'])
    told: list[str] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        session = str(sessions.find(txn, name).body["id"])
        number = f"{len(list(txn.find('message'))):08d}-{os.urandom(4).hex()}"  # in order, also within one moment
        if task is not None:
            told[:] = [f"{session}/{task.rpartition('/')[2]}"]
            return [agents.send(ctx.actor.name, told[0], text.strip(), number=number)]
        working = [a for a in txn.find("agent") if a.body.get("session") == session and a.body.get("task")]
        said = agents.broadcast(working, ctx.actor.name, text.strip(), number=number)
        told[:] = [str(event.data["message"]["to"]) for event in said]
        return said or [agents.send(ctx.actor.name, session, text.strip(), number=number)]

    return Steered(written=workspace.write(decide), to=tuple(told))


def stop(workspace: Workspace, name: str | None) -> Written:
    """Stop a run: its state is saved first, then every program it started is ended; `execute` goes on with it.

    Raises:
        Refused: it does not run.
        NotPermitted: a task of a run asks.
    """
    _check_outside(workspace, "stop a run")
    found: list[Document] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        session = sessions.find(txn, name)
        if session.body.get("state") != "running":
            raise _does_not_run(session)
        found[:] = [session]
        return of_session.interrupt(session, f"stopped by {ctx.actor.name}")

    written = workspace.write(decide)
    for session in found if not workspace.options.dry_run else ():
        _wait_for_its_end(workspace, session)
    return written


def wait(workspace: Workspace, name: str | None, seconds: float, each_look: Callable[[], None]) -> bool:
    """Return whether a run was over within so many seconds; `each_look` is called in between."""
    deadline = SystemClock().monotonic() + seconds
    while True:
        each_look()
        with workspace.reading() as reading:
            session = sessions.find(reading, name)
        if not is_running(session):
            return True
        if SystemClock().monotonic() >= deadline:
            return False
        time.sleep(LOOK)


def is_running(session: Document) -> bool:
    """Tell whether a session's process works on it now."""
    return session.body.get("state") == "running" and processes.lives(session.body)


def _live(session: Document) -> Document:
    if not is_running(session):
        raise _does_not_run(session)
    return session


def _does_not_run(session: Document) -> errors.Refused:
    names = session.body.get("milestones") or ["ID"]
    return errors.Refused(
        f"{session.body.get('id')} does not run.",
        why=f"it is {session.body.get('state')}",
        next=[f"milestone execute {names[0]}", "milestone sessions"],
        code="not_running",
    )


def _check_outside(workspace: Workspace, act: str) -> None:
    if workspace.in_run:
        raise errors.NotPermitted(
            f"A task of a run cannot {act}.",
            why="who started the run decides about it",
            hint="finish this task, or block it with the reason",
            code="inside_a_run",
        )


def _wait_for_its_end(workspace: Workspace, session: Document) -> None:
    """Return when none of a stopped run's programs lives: its process ends them, or we do where that is gone."""
    folder = workspace.root / "local" / "runs" / str(session.body["id"])
    if not processes.lives(session.body):
        end_all_left_over(folder)
        return
    deadline = SystemClock().monotonic() + ENDING
    # a program is written down there from its start until its whole group is gone
    while any(folder.glob("*.json")) and SystemClock().monotonic() < deadline:
        time.sleep(LOOK)
