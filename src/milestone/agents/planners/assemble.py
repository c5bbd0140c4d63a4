"""Make milestone bodies, as `records.md` has them, of what the analyses reported."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from milestone import ids
from milestone.agents.planners.analyses.dependencies import Depends
from milestone.agents.planners.analyses.risk import Risks
from milestone.agents.planners.analyses.scope import Question, Scoped
from milestone.agents.planners.analyses.timeline import Timed, category_of, three_points, tidy
from milestone.agents.planners.analyses.tracking import Tracked, is_measurable
from milestone.agents.planners.brief import Brief, Finding, Planned
from milestone.agents.planners.split import Chunk
from milestone.domain import phases

PHASE_WEIGHTS = {"design": 15, "spec": 25, "task": 20, "execute": 40}


class Reports(msgspec.Struct, frozen=True, kw_only=True):
    """What every analysis said."""

    scoped: Scoped
    tracked: Tracked
    risks: Risks
    depends: Depends
    timed: Timed
    findings: tuple[Finding, ...]  # of all, in the order of the analyses


def body(
    brief: Brief, reports: Reports, chunk: Chunk, place: int, number: int, days: tuple[date, date]
) -> dict[str, Any]:
    """Return one milestone: its id is a local name, its dependencies may name the one before."""
    names = {task.key: ids.task_id(n) for n, task in enumerate(chunk.tasks, 1)}
    total = round(sum(reports.timed.hours[t.key] for t in chunk.tasks), 2)
    first = brief.matches[0].recipe
    begun = {t.source for t in chunk.tasks}  # recipes at work here
    ends = _ended(chunk, place, number)
    made: dict[str, Any] = {
        "id": local_name(place) if number > 1 else None,
        "title": chunk.title,
        "description": brief.goal.text[:6000],
        "status": "planned",
        "priority": brief.options.priority or ("high" if first.critical else "medium"),
        "category": category_of(brief),
        "owner": brief.options.owner,
        "timeline": {
            "estimated_start": days[0].isoformat(),
            "estimated_end": days[1].isoformat(),
            "estimated_hours": tidy(total),
            "buffer_percentage": tidy(reports.timed.buffer),
        },
        "success_criteria": criteria(brief, reports, chunk, number),
        "deliverables": [made for source, made in reports.tracked.deliverables if source in ends],
        "stakeholders": list(reports.scoped.stakeholders),
        "assumptions": list(reports.scoped.assumptions),
        "resources": _resources(brief, reports, chunk),
        "dependencies": {"requires": _requires(reports, place)},
        "risks": risks(reports, begun),
        "rollback": " ".join([way for source, way in reports.risks.ways_back if source in begun][:2]) or None,
        "questions": questions(reports.scoped.questions, names, reports.timed, total, is_first=place == 1),
        "tasks": [task(brief, reports, t, names) for t in chunk.tasks],
        "planning": planning(brief, reports),
    }
    if brief.options.kiro or brief.options.approval_required:
        _with_phases(made, total)
    return {key: value for key, value in made.items() if value not in (None, [], {})}


def local_name(place: int) -> str:
    """Return the local id of one of several milestones."""
    return f"part-{place}"


def task(brief: Brief, reports: Reports, planned: Planned, names: Mapping[str, str]) -> dict[str, Any]:
    """Return one task of the record."""
    made: dict[str, Any] = {
        "id": names[planned.key],
        "title": planned.title,
        "type": planned.kind,
        "status": "pending",
        "estimated_hours": three_points(reports.timed.hours[planned.key]),
        "dependencies": [names[key] for key in planned.after if key in names],
        "acceptance": [planned.outcome],
        "verify": planned.verify,
        "related_files": list(planned.files),
        "skills": list(planned.skills),
    }
    if brief.options.kiro or brief.options.approval_required:
        made["kiro_workflow"] = phases.fresh(
            approval_required=brief.options.approval_required, approvers=brief.options.approvers
        )
    return {key: value for key, value in made.items() if value not in (None, [], {}) or key == "dependencies"}


def risks(reports: Reports, begun: set[str]) -> list[dict[str, Any]]:
    """Return the risks of the recipes at work, numbered; the plan's first where none is."""
    pairs = list(zip(reports.risks.risks, reports.risks.sources, strict=True))
    kept = [r for r, source in pairs if source in begun] or [r for r, _ in pairs[:1]]
    return [{**r, "id": f"risk-{n}"} for n, r in enumerate(kept, 1)]


def _ended(chunk: Chunk, place: int, number: int) -> set[str]:
    """Return the recipes whose results are there after these tasks."""
    if number == 1 or place == number:
        return {t.source for t in chunk.tasks}
    return {t.source for t in chunk.tasks if t.kind in ("test", "measure", "release")}


def criteria(brief: Brief, reports: Reports, chunk: Chunk, number: int) -> list[Any]:
    """Return the criteria of a milestone; of a part those of its recipes, and at least one that can be counted."""
    if number == 1:
        kept = list(reports.tracked.criteria)
    else:
        sources = {t.source for t in chunk.tasks}
        last = {t.source for t in chunk.tasks if t.kind in ("test", "measure", "release")}
        pairs = zip(reports.tracked.criteria, reports.tracked.sources, strict=True)
        kept = [c for c, source in pairs if source in last or (source == "goal" and "goal" in sources)]
    if not any(is_measurable(c) for c in kept):
        kept.append(
            f"{len(chunk.tasks)} of {len(chunk.tasks)} outcomes of {brief.goal.the} were seen by somebody else"
        )
    return kept


def questions(
    asked: Sequence[Question], names: Mapping[str, str], timed: Timed, total: float, *, is_first: bool
) -> list[dict[str, Any]]:
    """Return the open questions that touch these tasks, each with what another answer changes."""
    mine = [q for q in asked if q.task in names or (is_first and q.task not in timed.hours)]
    return [
        {
            "id": f"q{n}",
            "text": q.text,
            "why": q.why,
            "default": q.default,
            "effect": effect(q, names, timed, total),
        }
        for n, q in enumerate(mine, 1)
    ]


def effect(question: Question, names: Mapping[str, str], timed: Timed, total: float) -> list[dict[str, Any]]:
    """Return what an answer does: it stands in the task; another one than the default moves its hours."""
    name = names.get(question.task)
    if name is None:
        return [{"set": {"assumptions": [f"{question.text} {{answer}}"]}}]
    told = {f"tasks/{name}/description": f"{question.text} {{answer}}"}
    if not question.hours:
        return [{"set": told}]
    before = timed.hours[question.task]
    after = max(0.5, before + question.hours)
    scale = {
        f"tasks/{name}/estimated_hours": round(after / before, 4),
        "timeline/estimated_hours": round((total + after - before) / total, 4),
    }
    return [{"when": [question.default], "set": told}, {"set": told, "scale": scale}]


def planning(brief: Brief, reports: Reports) -> dict[str, Any]:
    """Return how the plan came about: kept with it, shown by `plan --explain`."""
    by: dict[str, list[dict[str, str]]] = {}
    for finding in reports.findings:
        by.setdefault(finding.analysis, []).append(
            {"text": finding.text, "why": finding.why} if finding.why else {"text": finding.text}
        )
    return {"recipe": "+".join(m.recipe.name for m in brief.matches), "object": brief.goal.object, "analyses": by}


def _requires(reports: Reports, place: int) -> list[str]:
    return list(reports.depends.requires) if place == 1 else [local_name(place - 1)]


def _resources(brief: Brief, reports: Reports, chunk: Chunk) -> dict[str, Any]:
    skills = list(dict.fromkeys([s for t in chunk.tasks for s in t.skills] or reports.scoped.skills))[:6]
    found = {
        "team_members": [brief.options.owner] if brief.options.owner else [],
        "skills_required": skills,
        "tools_needed": list(reports.scoped.tools),
        "allocation": f"{brief.options.team_size} × {brief.options.hours_per_week:g} h a week",
    }
    return {key: value for key, value in found.items() if value}


def _with_phases(made: dict[str, Any], total: float) -> None:
    made["kiro_configuration"] = {
        "enabled": True,
        "default_phases": list(PHASE_WEIGHTS),
        "phase_weights": dict(PHASE_WEIGHTS),
    }
    made["timeline"]["phase_timing"] = {
        f"{name}_hours": tidy(round(total * weight / 100, 1)) for name, weight in PHASE_WEIGHTS.items()
    }
