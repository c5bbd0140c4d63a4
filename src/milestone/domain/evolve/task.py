"""How task events change their milestone's body. Nothing here refuses."""

from collections.abc import Callable, Mapping
from typing import Any

from milestone.domain import paths
from milestone.domain.document import Body, Recorded

Task = dict[str, Any]
_GONE_ON_RETRY = ("blocked", "completed_at", "recheck")


def added(body: Body, recorded: Recorded) -> Body:
    """Append a task, unless its id is there."""
    task = recorded.event.data.get("body") or {}
    known = [t for t in body.get("tasks") or [] if isinstance(t, Mapping)]
    if any(str(t.get("id")) == str(task.get("id")) for t in known):
        return body
    return {**body, "tasks": [*(body.get("tasks") or []), task]}


def edited(task: Task, recorded: Recorded) -> Task:
    return dict(paths.apply(task, recorded.event.data.get("set"), recorded.event.data.get("unset")))


def started(task: Task, recorded: Recorded) -> Task:
    attempts = task.get("attempts")
    return {
        **without(task, "blocked"),
        "status": "in_progress",
        "attempts": (attempts if isinstance(attempts, int) else 0) + 1,
        "started_at": task.get("started_at") or recorded.at,
    }


def progressed(task: Task, recorded: Recorded) -> Task:
    return {**task, "reported": recorded.event.data.get("percentage")}


def submitted(task: Task, _recorded: Recorded) -> Task:
    return {**task, "status": "in_review"}


def completed(task: Task, recorded: Recorded) -> Task:
    evidence = recorded.event.data.get("evidence") or []
    found = {**without(task, "blocked", "recheck", "reported"), "status": "completed", "completed_at": recorded.at}
    return {**found, "evidence": [*(task.get("evidence") or []), *evidence]} if evidence else found


def failed(task: Task, recorded: Recorded) -> Task:
    evidence = recorded.event.data.get("evidence") or []
    reason = {"reason": recorded.event.data.get("reason"), "since": recorded.at, "by": recorded.actor.name}
    found = {**task, "status": "failed", "blocked": {**reason, "kind": "test"}}
    return {**found, "evidence": [*(task.get("evidence") or []), *evidence]} if evidence else found


def retried(task: Task, _recorded: Recorded) -> Task:
    return {**without(task, *_GONE_ON_RETRY), "status": "pending"}


def blocked(task: Task, recorded: Recorded) -> Task:
    data = recorded.event.data
    reason = {
        "reason": data.get("reason"),
        "since": recorded.at,
        "by": recorded.actor.name,
        "kind": data.get("cause"),
    }
    return {**task, "status": "blocked", "blocked": {k: v for k, v in reason.items() if v is not None}}


def unblocked(task: Task, _recorded: Recorded) -> Task:
    return {**without(task, "blocked"), "status": "in_progress" if task.get("started_at") else "pending"}


def assigned(task: Task, recorded: Recorded) -> Task:
    who = recorded.event.data.get("assigned_to")
    return {**task, "assigned_to": who} if who else without(task, "assigned_to")


def noted(task: Task, recorded: Recorded) -> Task:
    """Keep what the next worker is to know; the note itself stays in the log."""
    hint = recorded.event.data.get("next")
    return {**task, "next_note": hint} if hint else task


def time_logged(task: Task, recorded: Recorded) -> Task:
    data = recorded.event.data
    entry = {key: data[key] for key in ("who", "date", "hours", "source") if data.get(key) is not None}
    return {**task, "time": [*(task.get("time") or []), entry]}


def cancelled(task: Task, _recorded: Recorded) -> Task:
    return {**without(task, "blocked"), "status": "cancelled"}


def reopened(task: Task, recorded: Recorded) -> Task:
    """Take a task up again; what was shown before that moment shows nothing about what is done after it."""
    again = {"status": "pending", "reopened_at": recorded.at}
    return {**without(task, "completed_at", "blocked", "recheck"), **again}


def evidence_recorded(task: Task, recorded: Recorded) -> Task:
    """Keep what was shown, in the place of what the same command showed before; the log has every time."""
    item = recorded.event.data.get("evidence")
    if not item:
        return task
    kept = [each for each in as_list(task.get("evidence")) if not _is_again(each, item)]
    return {**task, "evidence": [*kept, item]}


def _is_again(each: Any, item: Mapping[str, Any]) -> bool:
    same = ("grade", "item", "command")
    return (
        bool(item.get("command")) and isinstance(each, Mapping) and all(each.get(k) == item.get(k) for k in same)
    )


def dependency_added(task: Task, recorded: Recorded) -> Task:
    wanted = recorded.event.data.get("on")
    known = as_list(task.get("dependencies"))
    return task if wanted in known else {**task, "dependencies": [*known, wanted]}


def dependency_removed(task: Task, recorded: Recorded) -> Task:
    gone = recorded.event.data.get("on")
    known = task.get("dependencies")
    kept = [d for d in known if d != gone] if isinstance(known, list) else known
    return {**task, "dependencies": kept} if kept else without(task, "dependencies")


def without(found: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """Return a map without some keys."""
    return {key: value for key, value in found.items() if key not in keys}


def as_list(found: Any) -> list[Any]:
    """Return a list as it is; none for anything else."""
    return found if isinstance(found, list) else []


def inside(change: Callable[[Task, Recorded], Task]) -> Callable[[Body, Recorded], Body]:
    """Return a change of the milestone that applies `change` to the event's task; none without the task."""

    def apply(body: Body, recorded: Recorded) -> Body:
        wanted = recorded.event.task
        found = body.get("tasks")
        if not isinstance(found, list) or not any(_is(t, wanted) for t in found):
            return body
        return {**body, "tasks": [change(t, recorded) if _is(t, wanted) else t for t in found]}

    return apply


def _is(task: Any, wanted: str | None) -> bool:
    return isinstance(task, Mapping) and str(task.get("id")) == wanted


EVOLVERS: dict[str, Callable[[Body, Recorded], Body]] = {
    "task.added": added,
    "task.edited": inside(edited),
    "task.started": inside(started),
    "task.progressed": inside(progressed),
    "task.submitted": inside(submitted),
    "task.completed": inside(completed),
    "task.failed": inside(failed),
    "task.retried": inside(retried),
    "task.blocked": inside(blocked),
    "task.unblocked": inside(unblocked),
    "task.assigned": inside(assigned),
    "task.noted": inside(noted),
    "task.time_logged": inside(time_logged),
    "task.cancelled": inside(cancelled),
    "task.reopened": inside(reopened),
    "evidence.recorded": inside(evidence_recorded),
}
