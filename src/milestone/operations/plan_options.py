"""What flags, settings and the people there are say about a plan."""

from datetime import date

import msgspec

from milestone import errors
from milestone.agents.planners import templates
from milestone.agents.planners.brief import PlanOptions
from milestone.domain import durations, people
from milestone.domain.context import Context
from milestone.storage.base import Reading
from milestone.workspace import finding

GATED = frozenset({"architecture", "design"})
APPROVERS = ("architect", "tech_lead", "tech lead", "lead developer")


class PlanRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants planned, and how."""

    goal: str | None = None
    handed_in: tuple[str, str] | None = None  # text and name of a plan made elsewhere
    duration: str | None = None
    deadline: str | None = None
    depends_on: tuple[str, ...] = ()
    priority: str | None = None
    category: str | None = None
    team_size: int | None = None
    buffer: float | None = None
    hours_per_week: float | None = None
    milestones: int | None = None
    single: bool = False
    kiro: bool = False
    approval_required: bool = False
    strict: bool = False


def options_of(request: PlanRequest, reading: Reading, ctx: Context) -> PlanOptions:
    """Return what flags, settings and the people there are say about a plan.

    Raises:
        InvalidRequest: a flag's value makes no sense.
        MilestoneNotFound: `--depends-on` names no milestone.
    """
    size = _positive("--team-size", request.team_size) or _team_size(ctx)
    hours = _positive("--hours-per-week", request.hours_per_week) or ctx.settings.get("project.hours_per_week")
    is_gated = bool(ctx.settings.get("coordination.approval_required"))
    owner = ctx.actor.name if ctx.actor.kind == "person" else ctx.actor.on_behalf_of
    wanted = [
        finding.milestone(reading, name, writing=True).body["id"] for name in finding.words(request.depends_on)
    ]
    return PlanOptions(
        today=ctx.today,
        duration_days=_duration(request.duration),
        deadline=_deadline(request.deadline, ctx),
        depends_on=tuple(str(name) for name in wanted),
        priority=request.priority,
        category=request.category,
        team_size=int(size),
        hours_per_week=float(hours or (40.0 if size > 1 else 10.0)),
        is_team=size > 1,
        buffer=_buffer(request.buffer),
        milestones=request.milestones,
        single=request.single,
        kiro=request.kiro or is_gated or bool(ctx.settings.get("features.kiro_workflow")),
        approval_required=request.approval_required or (is_gated and request.category in GATED),
        owner=owner,
        recipe=templates.RECIPES.get(str(ctx.settings.get("project.type") or "")),
        approvers=_approvers(ctx, owner),
    )


def _team_size(ctx: Context) -> int:
    size = ctx.settings.get("project.team_size")
    return int(size) if isinstance(size, int) and size > 0 else max(1, len(ctx.people))


def _approvers(ctx: Context, owner: str | None) -> tuple[str, ...]:
    """Return who can open a gate: the roles that somebody holds, else whoever asks."""
    held = tuple(role for role in APPROVERS if people.holders(role, ctx.people))
    return held or ((owner,) if owner else ())


def _positive(flag: str, value: float | None) -> float | None:
    if value is not None and not 0 < value < 1e5:
        raise errors.InvalidRequest(
            f"{flag} takes a number above 0, not {value:g}.", next=[f"milestone plan GOAL {flag} 5"]
        )
    return value


def _buffer(value: float | None) -> float | None:
    if value is not None and not 0 <= value <= 200:
        raise errors.InvalidRequest(
            f"--buffer takes per cent from 0 to 200, not {value:g}.", next=["milestone plan GOAL --buffer 20"]
        )
    return value


def _duration(text: str | None) -> float | None:
    if text is None:
        return None
    found = durations.days(text)
    if found is None:
        raise errors.Refused(
            f'"{text}" is no duration that a plan can have.',
            why="a duration is longer than nothing, in plain words",
            next=['milestone plan GOAL --duration "2 weeks"'],
            code="impossible_duration",
        )
    hours = durations.hours(text)
    return min(float(found), hours / 8) if hours is not None and hours < 8 else float(found)


def _deadline(text: str | None, ctx: Context) -> date | None:
    if text is None:
        return None
    found = durations.day(text, ctx.today)
    if found is None:
        raise errors.InvalidRequest(
            f'"{text}" is no day.',
            why="Like 2026-12-05, friday or +3d.",
            next=["milestone plan GOAL --deadline +3w"],
        )
    return found
