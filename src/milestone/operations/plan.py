"""Plan: a goal, or a plan handed in, becomes milestones. Thinking holds no lock; then one transaction."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from milestone import errors, uids
from milestone.agents.planners.brief import PlanOptions
from milestone.agents.planners.handed_in import read_plan
from milestone.agents.planners.planner import Draft, plan_goal
from milestone.agents.planners.recipe import Recipe, all_recipes
from milestone.agents.planners.survey import survey
from milestone.clock import parse_moment
from milestone.domain import experience, lint, schedule, tasks
from milestone.domain.context import Context
from milestone.domain.decide import creation
from milestone.domain.document import Body, Document, Event
from milestone.operations.plan_options import PlanRequest, options_of
from milestone.workspace.base import Workspace, Written

CATEGORIES = ("feature", "infrastructure", "architecture", "design", "documentation", "bug", "research", "testing")
MOST_TEMPLATES, LARGEST_TEMPLATE = 50, 100_000


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What was planned and stored (or, on a dry run, would be)."""

    documents: tuple[Document, ...]
    written: Written
    findings: tuple[dict[str, Any], ...]
    recipe: str
    is_general: bool = False
    hours_per_week: float = 10.0
    team_size: int = 1


def plan(workspace: Workspace, request: PlanRequest, *, look_at: Path | None = None) -> Planned:
    """Return the milestones of a request, stored. `look_at` is the repository, the project's folder if not given.

    Raises:
        InvalidRequest: no goal, or a flag's value makes no sense.
        InvalidPlan: the plan breaks a rule; every finding has its place, nothing was stored.
        Refused: the duration or deadline cannot be kept even if all goes well.
        MilestoneNotFound: `--depends-on` names no milestone.
    """
    with workspace.reading() as reading:
        rows = list(reading.rows())  # looked at when the moment is over
        options = options_of(request, reading, workspace.context(reading))
    if request.handed_in is not None:
        return _store(workspace, request, options, rows, _handed_in(request, options), None)
    draft = think(workspace.root, look_at or workspace.root.parent, request.goal or "", rows, options)
    return _store(workspace, request, options, rows, list(draft.bodies), draft)


def think(root: Path, folder: Path, goal: str, rows: Sequence[Mapping[str, Any]], options: PlanOptions) -> Draft:
    """Return the planner's draft for a goal, after a look at the repository; nothing is locked or stored.

    Raises:
        InvalidRequest: the goal has no words.
    """
    try:
        return plan_goal(goal, survey(folder), rows, options, recipes=recipes(root), correct=corrections(rows))
    except ValueError as error:
        raise errors.InvalidRequest(
            "A plan needs a goal.",
            why=str(error),
            next=['milestone plan "what you want"', "milestone plan --from FILE"],
        ) from None


def recipes(root: Path) -> tuple[Recipe, ...]:
    """Return the packaged recipes and those in `.milestones/templates/`, which take their places.

    Raises:
        InvalidPlan: a file there is no recipe.
    """
    folder = root / "templates"
    own: dict[str, str] = {}
    for file in sorted(folder.glob("*.yaml"))[:MOST_TEMPLATES] if folder.is_dir() else ():
        if file.is_file() and not file.is_symlink() and file.stat().st_size <= LARGEST_TEMPLATE:
            own[file.stem] = file.read_text(encoding="utf-8", errors="replace")
    return all_recipes(own)


def corrections(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[float, str]]:
    """Return category -> factor and reason, as far as archived work has taught one."""
    found = {name: experience.corrected(1.0, rows, name) for name in CATEGORIES}
    return {name: (factor, reason) for name, (factor, reason) in found.items() if reason}


def shown(planned: Planned) -> dict[str, Any]:
    """Return the `data` of a plan's answer."""
    return {
        "milestones": [_record(document) for document in planned.documents],
        "findings": list(planned.findings),
        "questions": [
            {
                "id": str(q.get("id")), "ref": f"{d.body['id']}/{q.get('id')}", "text": q.get("text"),
                "default": q.get("default"),
            }
            for d in planned.documents
            for q in d.body.get("questions") or ()
        ],
        "recipe": planned.recipe,
        "dry_run": planned.written.dry_run,
    }  # fmt: skip


def _record(document: Document) -> Body:
    tasks = [{**task, "ref": f"{document.body['id']}/{task['id']}"} for task in document.body.get("tasks") or ()]
    return {**document.body, "tasks": tasks, "revision": document.revision}


def _store(
    workspace: Workspace,
    request: PlanRequest,
    options: PlanOptions,
    rows: Sequence[Mapping[str, Any]],
    bodies: list[Body],
    draft: Draft | None,
) -> Planned:
    found = [f.as_data() for f in draft.findings if f.severity != "note" or f.code != "note"] if draft else []
    found += checked(bodies, rows, options, request.strict)
    written = workspace.write(lambda _txn, ctx: _events(ctx, bodies))
    documents = tuple(d for d in written.documents if d.kind == "milestone")
    return Planned(
        documents=documents,
        written=written,
        findings=tuple(_with_id(f, documents) for f in found),
        recipe=draft.recipe if draft else "handed in",
        is_general=draft.is_general if draft else False,
        hours_per_week=options.hours_per_week,
        team_size=options.team_size,
    )


def _with_id(found: dict[str, Any], documents: Sequence[Document]) -> dict[str, Any]:
    """Return a finding whose advice names the milestone that was made, so that it can be typed as it stands."""
    if found["code"] != "dependency_proposed" or not documents:
        return found
    return {**found, "hint": str(found["hint"]).replace(" ID ", f" {documents[0].body['id']} ")}


def _events(ctx: Context, bodies: Sequence[Body]) -> list[Event]:
    now = parse_moment(ctx.now)
    # A step of a millisecond each keeps the uids of one plan in the order of its milestones.
    given = [uids.new_uid(now + timedelta(milliseconds=n)) for n in range(len(bodies))]
    return creation.create(bodies, given, ctx)


def checked(
    bodies: Sequence[Body], rows: Sequence[Mapping[str, Any]], options: PlanOptions, is_strict: bool
) -> list[dict[str, Any]]:
    """Return what the linter says about a plan.

    Raises:
        InvalidPlan: there are errors among it; with `is_strict` warnings are errors.
    """
    calendar = schedule.Calendar(hours_per_week=options.hours_per_week, people=options.team_size)
    found: list[dict[str, Any]] = []
    bodies = [_with_task_ids(body) for body in bodies]
    around = lint.Around(rows=rows, calendar=calendar, siblings=bodies)
    for place, body in enumerate(bodies):
        found += lint.check(body, around, f"milestones[{place}]")
    if is_strict:
        found = lint.strict(found)
    wrong = [f for f in found if f["severity"] == "error"]
    if wrong:
        raise errors.InvalidPlan(
            f"The plan breaks {len(wrong)} rule{'s' if len(wrong) > 1 else ''}; nothing was stored.",
            why=f"{wrong[0]['path']}: {wrong[0]['message']}",
            hint=str(wrong[0].get("hint") or ""),
            findings=wrong,
        )
    return found


def _with_task_ids(body: Body) -> Body:
    """Return a body as it will be stored: tasks that wait for a title or a local name wait for an id."""
    listed = tasks.of(body)
    return {**body, "tasks": creation.with_task_ids(listed)} if listed else body


def _handed_in(request: PlanRequest, options: PlanOptions) -> list[Body]:
    text, name = request.handed_in or ("", "")
    bodies = read_plan(text, name)
    return [_with_flags(body, request, options, is_first=n == 0) for n, body in enumerate(bodies)]


def _with_flags(body: Body, request: PlanRequest, options: PlanOptions, *, is_first: bool) -> Body:
    """Return a handed-in milestone with the flags of the call, which stand over what it says itself."""
    changed = {**body}
    for key in ("priority", "category"):
        if getattr(request, key):
            changed[key] = getattr(request, key)
    if options.depends_on and is_first:
        needs = changed.get("dependencies")
        needs = dict(needs) if isinstance(needs, dict) else {"requires": list(needs or ())}
        needs["requires"] = list(dict.fromkeys([*(needs.get("requires") or ()), *options.depends_on]))
        changed["dependencies"] = needs
    return changed
