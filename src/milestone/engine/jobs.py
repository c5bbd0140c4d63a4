"""One step of an attempt as an executor gets it: its folder, brief, surroundings and limits."""

from milestone.agents.executors.base import Job
from milestone.domain import sensitive, tasks
from milestone.domain.document import Body
from milestone.engine import brief, outcome, run_files
from milestone.engine.attempt import Attempt
from milestone.engine.setup import Setup
from milestone.engine.workplace import Workplace


def of(setup: Setup, workplace: Workplace, found: Attempt, step: str, command: str = "") -> Job:
    """Return the job of a step; `command` in place of the task's own `run`."""
    text, secrets = _brief(setup, workplace, found) if step == "work" else ("", ())
    return Job(
        ref=found.ref,
        folder=workplace.folder(found),
        log=run_files.log(setup, found, step),
        record=run_files.record(setup, found, step),
        brief=text,
        secrets=secrets,
        command=command or str(found.task.get("run") or ""),
        environment=workplace.environment(found, mark(setup, found)),
        time_limit=outcome.limit_of(found.task, step, found.executor, setup.limits),
    )


def mark(setup: Setup, found: Attempt) -> str:
    """Return what every program of an attempt carries in its environment."""
    return run_files.plain(found.operation(setup.epoch, "lease"))


def _brief(setup: Setup, workplace: Workplace, found: Attempt) -> tuple[str, tuple[str, ...]]:
    """Return what the worker reads, and which texts of it nothing else may keep."""
    sealed = found.document.body
    body = setup.reveal(found.document) if setup.reveal is not None else sealed
    text = _text(setup, workplace, found, body)
    return text, tuple(each for each in sensitive.told(sealed, body) if each in text)


def _text(setup: Setup, workplace: Workplace, found: Attempt, body: Body) -> str:
    return brief.text(
        body,
        tasks.get(body, found.name) or found.task,
        phase=found.phase,
        folder=workplace.folder(found),
        deliverables=workplace.deliverables(found),
        earlier=run_files.earlier(setup, found),
        told=found.told,
    )
