"""The order of the keys in a file of ours: what a person looks for first stands first."""

from collections.abc import Iterable

_ORDERS: dict[str, tuple[str, ...]] = {
    "": (
        *("id", "uid", "title", "description", "status", "priority", "category", "type", "visibility", "labels"),
        *("owner", "workstream", "compliance", "budget", "quarter", "release", "sensitive", "timeline"),
        *("success_criteria", "deliverables", "resources", "dependencies", "risks", "questions", "lessons"),
        *("kiro_configuration", "phases", "refs", "formerly", "conflicts", "tasks"),
    ),
    "tasks": (
        *("id", "parent", "title", "description", "type", "status", "priority", "estimated_hours", "actual_hours"),
        *("time", "assigned_to", "dependencies", "acceptance", "run", "verify", "outputs", "files", "executor"),
        *("attempts", "started_at", "completed_at", "blocked", "evidence", "next_note", "labels", "kiro_workflow"),
    ),
    "phases": ("design", "spec", "task", "execute"),
    "phase": (
        *("status", "owner", "reviewers", "assignees", "deliverables", "progress", "started_at", "completed_at"),
        *("approved_at", "approval"),
    ),
    "timeline": (
        *(
            "estimated_start",
            "estimated_end",
            "estimated_hours",
            "buffer_percentage",
            "actual_start",
            "actual_end",
        ),
        "phase_timing",
    ),
    "estimated_hours": ("optimistic", "likely", "pessimistic"),
    "deliverables": ("name", "type", "path", "acceptance_criteria"),
    "resources": ("team_members", "skills_required", "tools_needed", "allocation"),
    "dependencies": ("requires", "enables", "external", "conditions", "shared_resources"),
    "risks": ("id", "description", "probability", "impact", "mitigation", "owner", "status"),
    "questions": ("id", "text", "why", "default", "answer", "answered_by"),
    "kiro_configuration": ("enabled", "default_phases", "approval_gates", "phase_weights"),
    "kiro_workflow": ("enabled", "current_phase", "phases"),
    "approval": ("required", "approvers", "quorum", "criteria", "status", "given"),
    "given": ("by", "proof", "digest", "comment", "at", "signature"),
    "evidence": ("grade", "by", "at", "command", "exit_code", "commit", "item"),
    "time": ("who", "date", "hours", "source"),
    "conflicts": ("field", "value", "other", "by", "at"),
    "facts": ("name", "text", "check", "met", "evidence", "by", "at"),
}
_RANKS = {place: {key: rank for rank, key in enumerate(order)} for place, order in _ORDERS.items()}
_FACTS = frozenset({"success_criteria", "external", "conditions", "criteria"})


def in_order(keys: Iterable[str], place: str) -> list[str]:
    """Return keys in the order a file of ours has them at a place; unknown ones last, as they come."""
    rank = _RANKS.get(place)
    return sorted(keys, key=lambda key: rank.get(key, len(rank))) if rank else list(keys)


def place_of(key: str, place: str) -> str:
    """Return the place that the value of a key is, inside a value at `place`; `""` is the record itself."""
    if key in _FACTS:
        return "facts"
    return "phase" if place == "phases" else key
