"""Phases as a table: what a task, or a whole milestone, goes through, and how far it is.

design → spec → task → execute with weights 15/25/20/40, renameable by the record's `kiro_configuration`. Both
forms of the old documents are read: `approval_required` beside `approval: {required}`, deliverables as words or
maps, phases on a task (`kiro_workflow.phases`) or on the milestone (`phases`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from milestone.domain.deliverables import Deliverable, plain
from milestone.domain.document import Body
from milestone.domain.phase import DONE as DONE
from milestone.domain.phase import USUAL, as_map, read, usual
from milestone.domain.phase import Phase as Phase

DEFAULT_NAMES = tuple(USUAL)


def of_task(body: Body, task: Mapping[str, Any]) -> tuple[Phase, ...]:
    """Return the phases of a task in order; empty for a task that is done in one go."""
    workflow = as_map(task.get("kiro_workflow"))
    if not workflow:  # nearly all
        return ()
    found = as_map(workflow.get("phases"))
    enabled = workflow.get("enabled", bool(found))
    return _read(body, found) if enabled else ()


def of_milestone(body: Body) -> tuple[Phase, ...]:
    """Return the milestone's own phases; empty when only its tasks have some, or none."""
    found = as_map(body.get("phases"))
    if found:
        return _read(body, found)
    if not as_map(body.get("kiro_configuration")).get("enabled"):
        return ()
    return () if any(as_map(task.get("kiro_workflow")) for task in tasks(body)) else _read(body, {})


def of(body: Body, task_id: str | None) -> tuple[Phase, ...]:
    """Return the phases of a task, or with None the milestone's own."""
    if task_id is None:
        return of_milestone(body)
    return next((of_task(body, task) for task in tasks(body) if task.get("id") == task_id), ())


def tasks(body: Body) -> list[Body]:
    """Return the task maps of a milestone's body."""
    return [task for task in body.get("tasks") or [] if isinstance(task, dict)]


def named(found: Iterable[Phase], name: str) -> Phase | None:
    """Return the phase of that name, without regard to case."""
    return next((phase for phase in found if plain(phase.name) == plain(name)), None)


def current(found: Sequence[Phase]) -> Phase | None:
    """Return the first phase that is not over; None when all are."""
    return next((phase for phase in found if phase.status not in DONE), None)


def after(found: Sequence[Phase], name: str) -> Phase | None:
    """Return the phase that follows; None after the last."""
    rest = [phase.name for phase in found]
    place = rest.index(name) + 1
    return found[place] if place < len(found) else None


def history(body: Body, task_id: str | None, phase: Phase) -> list[Body]:
    """Return what was decided about earlier attempts: `{status at by comment digest}`, oldest first."""
    task = next((t for t in tasks(body) if t.get("id") == task_id), {})
    found = as_map(task.get("kiro_workflow")).get("phases") if task_id else body.get("phases")
    kept = as_map(as_map(found).get(phase.key)).get("history")
    return [item for item in kept if isinstance(item, dict)] if isinstance(kept, list) else []


def withdrawn(body: Body, task_id: str | None, phase: Phase) -> list[Body]:
    """Return which approvals of a phase were taken back: `{by at}`."""
    kept = [item for entry in history(body, task_id, phase) for item in entry.get("withdrawn") or []]
    return [item for item in kept if isinstance(item, dict)]


def percentage(phase: Phase) -> float:
    """Return 0-100: over 100, in review 90, at work the share of its deliverables present, at most 80.

    A worker's own figure counts up to 90 while the phase is at work.
    """
    if phase.status in DONE:
        return 100.0
    if phase.status == "in_review":
        return 90.0
    if phase.status == "pending":
        return 0.0
    expected = phase.expected
    there = sum(any(_is(item, path) for path in phase.stored) for item in expected)
    share = min(80.0, 100.0 * there / len(expected)) if expected else 0.0
    return max(share, min(90.0, phase.reported or 0.0))


def weighted(found: Sequence[Phase]) -> float:
    """Return 0-100 over all phases by weight; equal weights where none has one."""
    weights = [phase.weight for phase in found]
    if not any(weights):
        weights = [1.0] * len(found)
    total = sum(weights)
    return sum(w * percentage(phase) for w, phase in zip(weights, found, strict=True)) / total if total else 0.0


def fresh(
    names: Sequence[str] = DEFAULT_NAMES, *, approval_required: bool = False, approvers: Sequence[str] = ()
) -> Body:
    """Return a new `kiro_workflow` for a task; with `approval_required` every phase is a gate.

    Deliverables are left out, so that the usual ones are asked for and their absence is shown, not refused.
    """
    found: Body = {}
    for name in names:
        required = approval_required or usual(name).gated
        found[name] = {"status": "pending", "approval": {"required": required}}
        if required and approvers:
            found[name]["approval"]["approvers"] = list(approvers)
    return {"enabled": True, "current_phase": names[0], "phases": found}


def waiting(body: Body) -> list[dict[str, Any]]:
    """Return `{task phase approvers approved_by since digest due}` for every phase in review."""
    subjects = [(None, of_milestone(body))] + [(task.get("id"), of_task(body, task)) for task in tasks(body)]
    return [
        {
            "task": task_id,
            "phase": phase.name,
            "approvers": list(phase.approvers),
            "approved_by": [str(item.get("by")) for item in phase.given if item.get("digest") == phase.digest],
            "since": phase.submitted_at,
            "digest": phase.digest,
            "due": None,
        }
        for task_id, found in subjects
        for phase in found
        if phase.status == "in_review"
    ]


def shared_paths(body: Body) -> dict[str, list[str]]:
    """Return each deliverable path that two tasks name, with the tasks."""
    owners: dict[str, list[str]] = {}
    for task in tasks(body):
        paths = {item.path for phase in of_task(body, task) for item in phase.declared if item.path}
        for path in sorted(paths):
            owners.setdefault(path, []).append(str(task.get("id")))
    return {path: ids for path, ids in owners.items() if len(ids) > 1}


def _read(body: Body, found: Body) -> tuple[Phase, ...]:
    configuration = as_map(body.get("kiro_configuration"))
    names = _names(configuration, found)
    spelt = {plain(str(key)): str(key) for key in found}
    weights = {plain(str(key)): value for key, value in as_map(configuration.get("phase_weights")).items()}
    return tuple(
        read(plain(name), spelt.get(plain(name), name), found, weights, _gate(configuration, name))
        for name in names
    )


def _names(configuration: Body, found: Body) -> list[str]:
    """Return the order: the configured one, else the table's for its own names, else as the record lists them."""
    listed = [str(key) for key in found]
    wanted = [str(name) for name in configuration.get("default_phases") or [] if isinstance(name, str)]
    if not wanted:
        known = {plain(name) for name in listed} <= set(DEFAULT_NAMES)
        wanted = [name for name in DEFAULT_NAMES if not listed or name in map(plain, listed)] if known else listed
    rest = [name for name in listed if plain(name) not in map(plain, wanted)]
    return [*wanted, *rest]


def _gate(configuration: Body, name: str) -> Body:
    gates = as_map(configuration.get("approval_gates"))
    prefix = plain(name) + "-to-"
    return next((as_map(value) for key, value in gates.items() if plain(str(key)).startswith(prefix)), {})


def _is(item: Deliverable, path: str) -> bool:
    return item.path == path or item.matches(path.rstrip("/").rpartition("/")[2])
