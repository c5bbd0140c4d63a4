"""One phase as a record has it, whatever form it was written in, and what is usual for its name."""

from collections.abc import Mapping
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
    proof: str | None = None  # how well an approver must be known, where the gate asks for more than the project
    criteria: tuple[Any, ...] = ()  # facts the gate asks for
    own_criteria: bool = False  # they stand in the phase itself, not in the configured gate
    declared: tuple[Deliverable, ...] = ()
    owner: str | None = None
    reviewers: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    given: tuple[Body, ...] = ()  # approvals, each `{by proof digest comment at signature}`
    delegated: tuple[Body, ...] = ()  # `{by to until at proof signature}`: who judges for whom
    process: str | None = None  # `community_consensus`: people vote
    share: Any = None  # of yes that a vote takes, as written
    window: Any = None  # how long people can vote, as written
    votes: tuple[Body, ...] = ()  # `{by vote proof digest at comment signature}`
    result: Body = {}  # of the vote, as it was closed
    sla: Any = None  # how long people have to judge, where the gate says so itself
    reminded: int = 0  # percent of that time at which they were reminded last
    escalated: bool = False  # the owner was told that it is over
    expired: str | None = None  # contents of which was said that they are others than the approved ones
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


def read(name: str, key: str, found: Body, weights: Mapping[str, Any], gate: Body) -> Phase:
    """Return the phase under `key` of a `phases` map; the rest is its gate's, else usual."""
    fields = {plain(str(word)): value for word, value in as_map(found.get(key)).items()}
    approval = as_map(fields.get("approval"))
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
        proof=_word(approval.get("proof")) or _word(gate.get("proof")),
        criteria=tuple(_list(approval.get("criteria")) or _list(gate.get("criteria"))),
        own_criteria=bool(_list(approval.get("criteria"))),
        declared=tuple(_deliverable(item) for item in _list(fields.get("deliverables")) if item),
        owner=_word(fields.get("owner")),
        reviewers=_words(fields.get("reviewers")),
        assignees=_words(fields.get("assignees")),
        given=tuple(given),
        process=_word(approval.get("process")) or _word(gate.get("process")),
        share=approval.get("share") or gate.get("share"),
        window=approval.get("window") or gate.get("window"),
        votes=tuple(item for item in _list(approval.get("votes")) if isinstance(item, dict)),
        result=as_map(approval.get("result")),
        sla=approval.get("sla") or gate.get("sla"),
        reminded=int(_number(approval.get("reminded"), 0)),
        escalated=approval.get("escalated") is True,
        expired=_word(approval.get("expired")),
        delegated=tuple(item for item in _list(approval.get("delegated")) if isinstance(item, dict)),
        claimed=_word(fields.get("approved-by")) or _word(approval.get("approved_by")),
        stored={str(k): str(v) for k, v in as_map(fields.get("stored")).items()},
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


def as_map(value: Any) -> Body:
    """Return the value when it is a map, else an empty one."""
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
