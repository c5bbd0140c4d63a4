"""The phases somebody's work goes through: how each stands, what was decided, which seems stalled."""

from datetime import datetime
from typing import Any

from milestone.domain import phases, proof, retrospect
from milestone.domain.document import Body, Document
from milestone.domain.phase import Phase, usual


def view(document: Document, task_id: str | None, now: datetime) -> list[dict[str, Any]]:
    """Return a line for each phase of a task, or of the milestone's own course; empty without phases."""
    return [_line(document, task_id, phase, now) for phase in phases.of(document.body, task_id)]


def _line(document: Document, task_id: str | None, phase: Phase, now: datetime) -> dict[str, Any]:
    minutes = usual(phase.name).minutes
    at_work = phase.status == "in_progress"
    hours = retrospect.between(phase.started_at, now.isoformat() if at_work else phase.completed_at)
    past = [dict(item) for item in phases.history(document.body, task_id, phase)]
    return {
        "phase": phase.name,
        "status": phase.status,
        "percentage": round(phases.percentage(phase)),
        "reported": phase.reported,
        "gate": phase.required,
        "approvers": list(phase.approvers),
        "approved_by": [str(item.get("by")) for item in phase.given if _is_real(document, task_id, phase, item)],
        "started_at": phase.started_at,
        "completed_at": phase.completed_at,
        "approved_at": phase.approved_at,
        "hours": hours,
        "usual_minutes": list(minutes) if minutes else None,
        "overdue": bool(at_work and minutes and hours is not None and hours * 60 > 2 * minutes[1]),
        "attempts": len(past) + 1,
        "history": past,
    }


def last_word(course: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the last decision that sent work back and still counts; None where there is none."""
    for line in course:
        if line["status"] not in phases.DONE and line["history"]:
            word: dict[str, Any] = line["history"][-1]
            return {**word, "phase": line["phase"]} if word.get("comment") else None
    return None


def _is_real(document: Document, task_id: str | None, phase: Phase, item: Body) -> bool:
    return proof.is_proven(document, f"{task_id or ''}/{phase.key}", "given", item)
