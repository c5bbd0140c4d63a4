"""What waits for a judgement, what is judged, and what was decided: plain data for every door."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from milestone.domain import approvers, deadlines, delegates, gates, phases, proof, votes
from milestone.domain.context import Context
from milestone.domain.deliverables import Found
from milestone.domain.document import Document, Recorded
from milestone.domain.phase import Phase

DECISIONS = {
    "phase.submitted": "handed in",
    "phase.approved": "approved",
    "phase.changes_requested": "changes requested",
    "phase.rejected": "rejected",
    "vote.cast": "voted on",
    "vote.closed": "vote closed",
    "phase.completed": "passed without approval",
    "approval.withdrawn": "withdrawn",
    "approval.delegated": "delegated",
}


def item(document: Document, task_id: str | None, phase: Phase, found: Found, ctx: Context) -> dict[str, Any]:
    """Return the line of one phase that people judge."""
    gate = gates.gate(document, task_id, phase, found.digest, ctx)
    proofs = {str(said.get("by")): str(said.get("proof")) for said in (*phase.given, *phase.votes)}
    return {
        "milestone": str(document.body.get("id")),
        "task": task_id,
        "ref": f"{document.body.get('id')}/{task_id}" if task_id else str(document.body.get("id")),
        "title": title(document, task_id),
        "phase": phase.name,
        "status": phase.status,
        "open": gate.open,
        "approvers": list(phase.approvers),
        "quorum": phase.quorum,
        "approved_by": list(gate.approved_by),
        "proof": {name: proofs.get(name) for name in gate.approved_by},
        "waiting_for": list(gate.waiting_for),
        "delegated": [
            {"by": each["by"], "to": each["to"], "until": each.get("until")}
            for each in delegates.live(document, task_id, phase, ctx)
        ],
        "vote": _vote(document, task_id, phase, found.digest, ctx),
        "uncounted": [{"by": who, "why": why} for who, why in gate.uncounted],
        "unmet": list(gate.unmet),
        "since": phase.submitted_at,
        "due": deadlines.due(phase, ctx) if phase.status == "in_review" else None,
        "digest": found.digest,
        "changed": gate.changed,
    }


def _vote(
    document: Document, task_id: str | None, phase: Phase, digest: str, ctx: Context
) -> dict[str, Any] | None:
    """Return how the vote stands where people vote; None elsewhere."""
    if not votes.is_vote(phase, ctx.settings):
        return None
    found = votes.tally(document, task_id, phase, digest, ctx)
    return {**found.result, "closes": found.closes, "closed": found.closed, "missing": list(found.missing)}


def judged(document: Document, task_id: str | None, phase: Phase, found: Found, ctx: Context) -> dict[str, Any]:
    """Return everything a reviewer looks at: the line, the files, checks, and what changed since the hand-in."""
    return {
        **item(document, task_id, phase, found, ctx),
        "folder": found.folder,
        "deliverables": [
            {"path": f.path, "state": f.state, "digest": f.digest, "bytes": f.bytes, "declared": f.declared}
            for f in found.files
        ],
        "checks": list(_checks(document, task_id)),
        "changes": _changes(phase, found) if phase.digest else [],
        "submitted_by": phase.submitted_by,
    }


def waiting(
    document: Document, found: Mapping[tuple[str | None, str], Found], ctx: Context
) -> list[dict[str, Any]]:
    """Return a line for each phase of a milestone that waits for people, in order.

    Besides those in review these are phases whose gate closed again because a deliverable changed.
    """
    lines = []
    for task_id in subjects(document):
        surveyed = {phase: each for (task, phase), each in found.items() if task == task_id}
        step = gates.next_step(document, task_id, surveyed, ctx)
        phase = phases.named(phases.of(document.body, task_id), step.phase) if step.phase else None
        if step.kind == "review" and phase is not None and not is_over(document, task_id):
            lines.append(item(document, task_id, phase, surveyed.get(phase.name, Found(folder="")), ctx))
    return lines


def subjects(document: Document) -> Iterator[str | None]:
    """Yield None for a milestone's own phases where it has some, and the id of each task that has some."""
    if phases.of_milestone(document.body):
        yield None
    for task in phases.tasks(document.body):
        if phases.of_task(document.body, task):
            yield str(task.get("id"))


def is_over(document: Document, task_id: str | None) -> bool:
    """Return whether nothing is behind the gates any more; a completion somebody only typed ends nothing."""
    if document.archived or document.body.get("status") in ("cancelled", "archived"):
        return True
    task = next((t for t in phases.tasks(document.body) if t.get("id") == task_id), {})
    return task.get("status") == "cancelled" or proof.grade(document, task) not in (None, "typed")


def mine(lines: Sequence[dict[str, Any]], ctx: Context) -> list[dict[str, Any]]:
    """Return the lines that wait for the actor: listed and still asked, or nobody is listed."""
    name = ctx.actor.name
    return [
        line
        for line in lines
        if name not in line["approved_by"]
        and not _has_voted(line, name)
        and (not line["approvers"] or any(_asks(approver, line, name, ctx) for approver in line["waiting_for"]))
    ]


def _has_voted(line: Mapping[str, Any], name: str) -> bool:
    return any(each["by"] == name for each in (line["vote"] or {}).get("voters", ()))


def _asks(approver: str, line: Mapping[str, Any], name: str, ctx: Context) -> bool:
    """Return whether somebody is asked: the approver, or whom they let judge."""
    names = [name, *(each["by"] for each in line["delegated"] if _is(each["to"], name, ctx))]
    return any(approvers.answers(approver, each, ctx.people) for each in names)


def _is(one: str, other: str, ctx: Context) -> bool:
    return approvers.identity(one, ctx.people) == approvers.identity(other, ctx.people)


def history(events: Iterable[Recorded], milestone: str | None, task: str | None) -> list[dict[str, Any]]:
    """Return every hand-in and decision, oldest first."""
    return [
        {
            "seq": recorded.seq,
            "at": recorded.at,
            "milestone": recorded.event.milestone,
            "task": recorded.event.task,
            "phase": recorded.event.data.get("phase"),
            "decision": DECISIONS[recorded.event.kind],
            "by": recorded.event.data.get("by") or recorded.actor.name,
            "proof": (recorded.event.data.get("given") or {}).get("proof") or recorded.event.data.get("proof"),
            "digest": recorded.event.data.get("digest"),
            "comment": (recorded.event.data.get("given") or {}).get("comment")
            or recorded.event.data.get("comment"),
        }
        for recorded in events
        if recorded.event.kind in DECISIONS
        and milestone in (None, recorded.event.milestone)
        and task in (None, recorded.event.task)
    ]


def title(document: Document, task_id: str | None) -> str:
    """Return the title of the task, or of the milestone for its own phases."""
    task = next((t for t in phases.tasks(document.body) if t.get("id") == task_id), None)
    return str((task or document.body).get("title") or task_id or document.body.get("id"))


def _checks(document: Document, task_id: str | None) -> Iterator[dict[str, Any]]:
    task = next((t for t in phases.tasks(document.body) if t.get("id") == task_id), {})
    for evidence in task.get("evidence") or []:
        if isinstance(evidence, dict) and evidence.get("command"):
            known = proof.is_proven(document, str(task_id), "evidence", evidence)
            yield {
                "command": evidence.get("command"),
                "exit_code": evidence.get("exit_code"),
                "at": evidence.get("at"),
                "grade": evidence.get("grade") if known else "typed",
            }


def _changes(phase: Phase, found: Found) -> list[str]:
    """Return what differs from what was handed in, a sentence a file."""
    now = {f.path: f.digest for f in found.there}
    added = [f"{path} is new" for path in now if path not in phase.stored]
    gone = [f"{path} is gone" for path in phase.stored if path not in now]
    return [*added, *gone, *(f"{p} changed" for p, d in phase.stored.items() if p in now and now[p] != d)]
