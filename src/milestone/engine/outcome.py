"""What an attempt's end means as events: done, failed and tried again, or blocked."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from milestone.agents.executors.base import Outcome
from milestone.domain import proof, tasks
from milestone.domain.decide import phase as of_phase
from milestone.domain.decide import rules
from milestone.domain.decide import session as of_session
from milestone.domain.decide import task as of_task
from milestone.domain.decide.following import as_it_will_be
from milestone.domain.deliverables import Found
from milestone.domain.document import Body, Event
from milestone.domain.receipts import WorkState
from milestone.domain.safe_names import folder_name
from milestone.engine.attempt import Attempt
from milestone.engine.setup import Limits, Setup
from milestone.integrations.git.command import GitFailed

TROUBLE = (GitFailed, OSError)
SAID = 2_000  # characters kept of what an agent says at its end


class Blocked(Exception):
    """The attempt cannot be finished until a person does something."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class Shown(NamedTuple):
    """What an attempt left when it is finished."""

    work: dict[str, Any] | None  # how its executor ended
    check: dict[str, Any] | None  # how what judges it ended; None where nothing does
    commit: str | None
    state: WorkState | None = None  # the files the commit was made of; None where nothing asks for it
    files: tuple[str, ...] = ()  # paths the commit changed: where the task is done again, others keep off them


def result_of(ended: Outcome) -> dict[str, Any]:
    """Return what is kept of a program's end."""
    more = {"said": ended.said[:SAID], "trouble": ended.trouble[:SAID], "odd_lines": ended.odd_lines}
    return {
        "exit_code": ended.exit_code,
        "seconds": ended.seconds,
        "timed_out": ended.timed_out,
        "succeeded": ended.succeeded,
        **{key: value for key, value in more.items() if value},
    }


def stepped(found: Attempt, step: str, result: dict[str, Any]) -> Event:
    """Return the event that keeps how a step ended, in the session's record and in the log."""
    shown = {key: result[key] for key in ("exit_code",)}
    known = found.known.get("seconds")
    before = known if step == "verify" and isinstance(known, int | float) else 0
    shown["seconds"] = round(before + result["seconds"], 3)
    return of_session.event(
        found.session, "run.step_finished", task=found.name, step=step, result={**shown, step: result}
    )


def begun(found: Attempt, setup: Setup) -> list[Event]:
    """Return the start of an attempt: of its task, its milestone, its phase where they were not begun."""
    events = of_task.start(found.document, of_task.StartTask(task=found.name), found.ctx)
    if not events and found.task.get("attempts") is None:
        # A file said `in_progress`, and no command ever started it.
        events = [rules.event(found.document, "task.started", found.name, on=found.ctx.today.isoformat())]
    result = {
        "status": "running",
        "attempts": found.number,
        "executor": found.executor,
        "phase": found.phase,
        "began": found.ctx.now,
        "worker": setup.presence.name if setup.presence.is_shared else None,
        "stalled": None,
        "before": found.known.get("reason"),  # why the attempt before this one did not do
        "reason": None,
    }
    started = of_session.event(found.session, "run.step_started", task=found.name, step="begin", result=result)
    return [*events, *phase_begun(found, setup), started]


def phase_begun(found: Attempt, setup: Setup) -> list[Event]:
    """Return the start of the phase an attempt works on; nothing for a task done in one go."""
    if found.phase is None:
        return []
    survey = setup.deliverables.survey(found.document.body, found.name)
    return of_phase.start(
        found.document, of_phase.StartPhase(task=found.name, found=survey, phase=found.phase), found.ctx
    )


def done(found: Attempt, setup: Setup, shown: Shown) -> list[Event]:
    """Return commit, evidence, and the completion of the task, or of the phase that is not its last."""
    status = "completed"
    events: list[Event] = []
    survey: Mapping[str, Found] = {}
    if found.phase is not None:
        survey = setup.deliverables.survey(found.document.body, found.name)
        handed = of_phase.finish(
            found.document, of_phase.FinishPhase(task=found.name, found=survey, phase=found.phase), found.ctx
        )
        events += handed
        in_review = any(event.kind == "phase.submitted" for event in handed)
        status = "in_review" if in_review else "completed" if found.is_last_phase else "running"
    else:
        events += kept(found, setup)
    if status == "completed":
        request = of_task.CompleteTask(
            task=found.name,
            hours=round((shown.work or {}).get("seconds", 0) / 3600, 6) or None,
            evidence=evidence(found, shown),
            source="executor",
            found=survey,
            state=shown.state,
        )
        events += of_task.complete(as_it_will_be(found.document, events, found.ctx), request, found.ctx)
    result: dict[str, Any] = {"status": status, "commit": shown.commit}
    if shown.commit:
        made = {"commit": shown.commit, **({"files": list(shown.files)} if shown.files else {})}
        events.append(of_session.event(found.session, "commit.recorded", task=found.name, **made))
    return [
        *events,
        of_session.event(found.session, "run.step_finished", task=found.name, step="finish", result=result),
    ]


def kept(found: Attempt, setup: Setup) -> list[Event]:
    """Return the files a task without phases left in its folder for deliverables, each with its digest."""
    folder = setup.root / "deliverables" / folder_name(found.milestone) / folder_name(found.name)
    return [
        rules.event(
            found.document, "deliverable.stored", found.name, path=file.path, digest=file.digest, bytes=file.bytes
        )
        for file in setup.deliverables.loose(folder)
    ]


def evidence(found: Attempt, seen: Shown) -> list[Body]:
    """Return the evidence of a completed attempt: of grade `command` only where commands of the record decided."""
    check = seen.check or {}
    shown = dict(check.get("shown") or {})  # number of an acceptance item, "" for the verify -> its end
    if check and "shown" not in check:  # a run that began before acceptance items were shown too
        shown[""] = {"command": found.task.get("verify"), "exit_code": check.get("exit_code")}
    bound = {"commit": seen.commit, "tree": check.get("tree"), "by": f"agent:{found.executor}"}
    bound["at"] = found.ctx.now
    items: list[dict[str, Any]] = [
        {"grade": "command", **bound, **end, **(proof.about(found.task, int(number)) if number else {})}
        for number, end in shown.items()
    ]
    if "" not in shown:
        said = {"command": found.task.get("run"), "exit_code": (seen.work or {}).get("exit_code")}
        items.insert(0, {"grade": "self-reported", **bound, **said})
    return [{key: value for key, value in item.items() if value is not None} for item in items]


def nothing_done(found: Attempt, seen: Shown) -> str:
    """Return why an agent's word alone finishes nothing."""
    said = str((seen.work or {}).get("said") or "").strip().split("\n", 1)[0]
    quoted = f' ("{said[:100]}")' if said else ""
    return (
        f"{found.executor} says it is done{quoted}, but no file was changed, nothing was delivered and no verify "
        f"passed; try again: milestone task retry {found.ref}; or, if it is right: milestone task done {found.ref}"
    )


def waits(found: Attempt) -> Event:
    """Return the event of an attempt that asked and was not answered; it goes on once somebody answers."""
    result = {"status": "waiting", "reason": "it asks, and nobody has answered yet"}
    return of_session.event(found.session, "run.step_finished", task=found.name, step="asked", result=result)


def failed(found: Attempt, setup: Setup, step: str, result: dict[str, Any]) -> list[Event]:
    """Return the failure of an attempt, and its next try while there is one left."""
    if tasks.status(found.task) != "in_progress":
        return []
    reason = _why(found, step, result)
    request = of_task.FailTask(task=found.name, reason=reason, exit_code=result.get("exit_code"))
    events = of_task.fail(found.document, request, found.ctx)
    again = found.number <= retries_of(found.task, setup.limits)
    if again:
        number = found.number + 1
        again_event = Event(
            kind="task.retried",
            document="milestone",
            uid=found.document.uid,
            milestone=found.milestone,
            task=found.name,
            data={"reason": f"attempt {number}"},
        )
        events = [*events, again_event]
    status = "retrying" if again else "failed"
    shown = {"status": status, "exit_code": result.get("exit_code"), "reason": reason}
    if step == "work":
        shown["conversation"] = None  # what led to the failure does not lead the next attempt
    event = of_session.event(found.session, "run.step_finished", task=found.name, step="failed", result=shown)
    if again:
        return [*events, event]
    blocker = of_session.event(found.session, "blocker.detected", task=found.name, reason=reason, cause="test")
    return [*events, event, blocker]


def blocked(found: Attempt, reason: str, kind: str) -> list[Event]:
    """Return the blocker of a task, with what found it."""
    if tasks.status(found.task) != "in_progress":
        return []
    events = of_task.block(found.document, of_task.BlockTask(task=found.name, reason=reason, kind=kind), found.ctx)
    # The folder stays as it is, for a person to look at; `fresh`: the next attempt begins with another.
    shown = {"status": "blocked", "reason": reason, "fresh": True}
    return [
        *events,
        of_session.event(found.session, "blocker.detected", task=found.name, reason=reason, cause=kind),
        of_session.event(found.session, "run.step_finished", task=found.name, step="blocked", result=shown),
    ]


def retries_of(task: Body, limits: Limits) -> int:
    """Return how often a task is tried again after a failure."""
    wanted = task.get("retries")
    return wanted if isinstance(wanted, int) and not isinstance(wanted, bool) else limits.retries


def limit_of(task: Body, step: str, executor: str, limits: Limits) -> float:
    """Return how many seconds a step may take: by the task's own word, its executor's, the project's."""
    if step == "verify":
        return seconds(task.get("verify_time_limit")) or limits.verify
    return seconds(task.get("time_limit")) or limits.by_executor.get(executor) or limits.work


UNITS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(value: object) -> float | None:
    """Return the seconds of `90s`, `30m`, `2h`, or of a number of hours; None for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return float(value) * 3600
    if not isinstance(value, str):
        return None
    number = value.strip().rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = value.strip()[len(number) :].strip() or "h"
    try:
        return float(number) * UNITS[unit] or None
    except (ValueError, KeyError):
        return None


def _why(found: Attempt, step: str, result: dict[str, Any]) -> str:
    what = "its verify" if step == "verify" else f"its {found.executor}"
    if result.get("timed_out"):
        return f"{what} took longer than its time limit"
    if result.get("trouble"):
        return f"{what} failed: {result['trouble']}"
    return f"{what} failed (exit {result.get('exit_code')})"
