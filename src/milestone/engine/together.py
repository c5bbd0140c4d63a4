"""One session worked on by several machines: who has which task, how many at once, and what a dead worker leaves.

All of it is read from the session's record and decided inside a transaction of the one store, so no two workers
can both be right. A worker that was cut off finds its task given away, and nothing it says counts any more.
"""

from collections.abc import Callable, Mapping
from typing import Any

from milestone.domain import tasks
from milestone.domain.decide import session as of_session
from milestone.domain.decide import task as of_task
from milestone.domain.document import Body, Document, Event
from milestone.engine.attempt import Attempt

RUNNING = "running"
MOST_LOST = 5  # attempts that may lose their worker until a person has to look


def is_shared(session: Body) -> bool:
    """Say whether workers of other machines may take tasks of a session."""
    return bool(session.get("shared"))


def elsewhere(session: Body, worker: str) -> dict[str, str]:
    """Return task -> worker for the tasks of a session that others have in hand."""
    return {task: other for task, other in hands(session).items() if other != worker}


def hands(session: Body) -> dict[str, str]:
    """Return task -> worker for every task of a shared session that somebody has in hand."""
    known: Mapping[str, Any] = (session.get("tasks") or {}) if is_shared(session) else {}
    return {
        ref.rpartition("/")[2]: str(said["worker"])
        for ref, said in known.items()
        if said.get("status") == RUNNING and said.get("worker")
    }


def may_begin(found: Attempt, worker: str) -> bool:
    """Say whether a worker may take a task now: nobody else has it, and fewer are in hand than may be."""
    session = found.session.body
    if not is_shared(session):
        return True
    taken = hands(session)
    if found.name in taken:
        return taken[found.name] == worker
    return len(taken) < int(session.get("agents") or 1)


def is_in_hand(found: Attempt, worker: str) -> bool:
    """Say whether a worker still has the task: what it records counts as long as nobody was given its task."""
    return not is_shared(found.session.body) or hands(found.session.body).get(found.name) == worker


def can_be_done(session: Body, attempt: str, clone: str) -> bool:
    """Say whether a task's next attempt can be made in a clone: deliverables of phases lie where the run began."""
    return not is_shared(session) or ":" not in attempt or session.get("clone") == clone


def lost(session: Document, document: Document, task: str, ctx: Any) -> list[Event]:
    """Return what follows for a task whose worker is gone: its next attempt, or after many a blocker."""
    ref = f"{document.body['id']}/{task}"
    known = (session.body.get("tasks") or {}).get(ref) or {}
    worker, count = str(known.get("worker")), int(known.get("lost") or 0) + 1
    found = tasks.get(document.body, task)
    if found is None or tasks.status(found) != "in_progress":
        return [_put_down(session, task, "retrying", worker, count)]
    reason = f"its worker {worker} is gone"
    if count > MOST_LOST:
        request = of_task.BlockTask(task=task, reason=f"{reason}, the {count}th in a row", kind="lost agent")
        blocked = of_task.block(document, request, ctx)
        return [*blocked, _put_down(session, task, "blocked", worker, count)]
    failed = of_task.fail(document, of_task.FailTask(task=task, reason=reason), ctx)
    again = Event(
        kind="task.retried",
        document="milestone",
        uid=document.uid,
        milestone=str(document.body["id"]),
        task=task,
        data={"reason": reason},
    )
    return [*failed, again, _put_down(session, task, "retrying", worker, count)]


def abandoned(session: Document, lives: Callable[[Mapping[str, Any]], bool]) -> list[str]:
    """Return the tasks of a shared session that a worker has in hand that is gone."""
    taken = hands(session.body)
    dead = {worker for worker in set(taken.values()) if not lives({"worker": worker})}
    return sorted(task for task, worker in taken.items() if worker in dead)


def _put_down(session: Document, task: str, status: str, worker: str, count: int) -> Event:
    result = {"status": status, "worker": None, "lost": count, "reason": f"its worker {worker} is gone"}
    return of_session.event(session, "run.step_finished", task=task, step="lost", result=result)
