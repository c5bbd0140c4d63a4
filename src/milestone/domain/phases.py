"""Phases as a table: what a task, or a whole milestone, goes through, and how far it is.

design → spec → task → execute with weights 15/25/20/40, renameable by the record's `kiro_configuration`. Both
forms of the old documents are read: `approval_required` beside `approval: {required}`, deliverables as words or
maps, phases on a task (`kiro_workflow.phases`) or on the milestone (`phases`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from milestone.domain.deliverables import Deliverable, plain
from milestone.domain.document import Body


class Usual(msgspec.Struct, frozen=True, kw_only=True):
    """What a phase of that name is, unless the record says otherwise."""

    weight: float
    gated: bool  # the next phase waits for an approval
    deliverables: tuple[str, ...]  # shown when missing, never refused
    minutes: tuple[int, int] | None  # expected; an overrun hints at a stall


USUAL: Mapping[str, Usual] = {
    "design": Usual(weight=15, gated=True, deliverables=("architecture.md", "api-spec.yaml"), minutes=(15, 30)),
    "spec": Usual(weight=25, gated=True, deliverables=("technical-spec.md", "test-plan.md"), minutes=(10, 20)),
    "task": Usual(weight=20, gated=False, deliverables=("implementation-plan.md",), minutes=(5, 15)),
    "execute": Usual(
        weight=40, gated=False, deliverables=("implementation-summary.md", "test-results.md"), minutes=None
    ),
}
UNUSUAL = Usual(weight=0, gated=False, deliverables=(), minutes=None)
DEFAULT_NAMES = tuple(USUAL)
DONE = frozenset({"approved", "completed"})
STATUSES = {
    **{word: word for word in ("pending", "in_progress", "in_review", "changes_requested", "rejected", *DONE)},
    "todo": "pending", "planned": "pending", "not_started": "pending",
    "active": "in_progress", "started": "in_progress", "doing": "in_progress",
    "review": "in_review", "submitted": "in_review", "done": "completed", "finished": "completed",
}  # fmt: skip


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """One phase as the record has it, whatever form it was written in."""

    name: str
    key: str  # as the record spells it
    status: str = "pending"
    weight: float = 0
    required: bool = False  # its approval opens the way to the next phase
    approvers: tuple[str, ...] = ()  # nobody listed: any person
    quorum: int | None = None  # that many of the approvers; None: all
    criteria: tuple[Any, ...] = ()  # facts the gate asks for
    own_criteria: bool = False  # they stand in the phase itself, not in the configured gate
    declared: tuple[Deliverable, ...] = ()
    owner: str | None = None
    reviewers: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    given: tuple[Body, ...] = ()  # approvals, each `{by proof digest comment at}`
    claimed: str | None = None  # an approval somebody only typed (`approved_by`, `approval.status`)
    stored: Mapping[str, str] = {}  # file -> digest, as commands found them
    digest: str | None = None  # what was handed in for review
    submitted_by: str | None = None
    submitted_at: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    approved_at: str | None = None
    reported: float | None = None  # a worker's own figure

    @property
    def expected(self) -> tuple[Deliverable, ...]:
        """What the reviewer looks for: the declared deliverables, else the usual ones."""
        return self.declared or tuple(Deliverable(name=name) for name in usual(self.name).deliverables)


def usual(name: str) -> Usual:
    """Return what the table says of a phase; an invented name has no weight, gate or deliverable of its own."""
    return USUAL.get(name, UNUSUAL)


def of_task(body: Body, task: Body) -> tuple[Phase, ...]:
    """Return the phases of a task in order; empty for a task that is done in one go."""
    workflow = _map(task.get("kiro_workflow"))
    found = _map(workflow.get("phases"))
    enabled = workflow.get("enabled", bool(found))
    return _read(body, found) if enabled else ()


def of_milestone(body: Body) -> tuple[Phase, ...]:
    """Return the milestone's own phases; empty when only its tasks have some, or none."""
    found = _map(body.get("phases"))
    if found:
        return _read(body, found)
    configured = _map(body.get("kiro_configuration")).get("enabled")
    phased = any(_map(task.get("kiro_workflow")) for task in tasks(body))
    return _read(body, {}) if configured and not phased else ()


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
    configuration = _map(body.get("kiro_configuration"))
    names = _names(configuration, found)
    spelt = {plain(str(key)): str(key) for key in found}
    weights = {plain(str(key)): value for key, value in _map(configuration.get("phase_weights")).items()}
    return tuple(
        _phase(plain(name), spelt.get(plain(name), name), found, weights, _gate(configuration, name))
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
    gates = _map(configuration.get("approval_gates"))
    prefix = plain(name) + "-to-"
    return next((_map(value) for key, value in gates.items() if plain(str(key)).startswith(prefix)), {})


def _phase(name: str, key: str, found: Body, weights: Mapping[str, Any], gate: Body) -> Phase:
    fields = {plain(str(word)): value for word, value in _map(found.get(key)).items()}
    approval = _map(fields.get("approval"))
    given = [item for item in approval.get("given") or [] if isinstance(item, dict)]
    return Phase(
        name=name,
        key=key,
        status=STATUSES.get(plain(str(fields.get("status", "pending"))).replace("-", "_"), "pending"),
        weight=_number(weights.get(name), usual(name).weight),
        required=_required(name, fields, approval, gate),
        approvers=_words(approval.get("approvers"))
        or _words(gate.get("approvers"))
        or _words(fields.get("reviewers")),
        quorum=_count(approval.get("quorum")) or _count(gate.get("quorum")),
        criteria=tuple(_list(approval.get("criteria")) or _list(gate.get("criteria"))),
        own_criteria=bool(_list(approval.get("criteria"))),
        declared=tuple(_deliverable(item) for item in _list(fields.get("deliverables")) if item),
        owner=_word(fields.get("owner")),
        reviewers=_words(fields.get("reviewers")),
        assignees=_words(fields.get("assignees")),
        given=tuple(given),
        claimed=_word(fields.get("approved-by")) or _word(approval.get("approved_by")),
        stored={str(k): str(v) for k, v in _map(fields.get("stored")).items()},
        digest=_word(approval.get("digest")),
        submitted_by=_word(approval.get("submitted_by")),
        submitted_at=_word(approval.get("submitted_at")),
        started_at=_word(fields.get("started-at")),
        completed_at=_word(fields.get("completed-at")),
        approved_at=_word(fields.get("approved-at")),
        reported=_number(fields.get("progress"), None),
    )


def _required(name: str, fields: Body, approval: Body, gate: Body) -> bool:
    for value in (approval.get("required"), fields.get("approval-required")):
        if isinstance(value, bool):
            return value
    return bool(gate) or bool(_words(approval.get("approvers"))) or usual(name).gated


def _deliverable(item: Any) -> Deliverable:
    if not isinstance(item, dict):
        return Deliverable(name=str(item))
    path = _word(item.get("path"))
    name = _word(item.get("name")) or (path or "").rstrip("/").rpartition("/")[2] or _word(item.get("type")) or "?"
    return Deliverable(name=name, path=path)


def _is(item: Deliverable, path: str) -> bool:
    return item.path == path or item.matches(path.rstrip("/").rpartition("/")[2])


def _map(value: Any) -> Body:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in _list(value) if item not in ("", None))


def _word(value: Any) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value)


def _number(value: Any, otherwise: Any) -> Any:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
