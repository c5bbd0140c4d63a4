"""Turn a goal into a draft plan: no network, no model, no lock; the same goal and repository, the same plan."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Any

import msgspec

from milestone.agents.planners import assemble, split
from milestone.agents.planners.analyses import timeline as time
from milestone.agents.planners.analyses.decomposition import Decomposed, decompose, join
from milestone.agents.planners.analyses.dependencies import Depends, depend
from milestone.agents.planners.analyses.quality import judge
from milestone.agents.planners.analyses.risk import Risks, risk
from milestone.agents.planners.analyses.scope import Scoped, scope
from milestone.agents.planners.analyses.tracking import Tracked, track
from milestone.agents.planners.brief import WEEKS, Brief, Finding, PlanOptions
from milestone.agents.planners.goal import Goal, read_goal
from milestone.agents.planners.matching import match_recipes
from milestone.agents.planners.recipe import Recipe, all_recipes
from milestone.agents.planners.survey import Survey

ANALYSES = ("scope", "decomposition", "timeline", "risk", "dependencies", "tracking", "quality")


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that nobody stored yet."""

    goal: Goal
    bodies: tuple[dict[str, Any], ...]  # milestones in order; ids are local names
    findings: tuple[Finding, ...]
    recipe: str
    is_general: bool
    split: bool = False


class Thought(msgspec.Struct, frozen=True, kw_only=True):
    """What the analyses said about one brief."""

    brief: Brief
    decomposed: Decomposed
    scoped: Scoped
    risks: Risks
    depends: Depends
    tracked: Tracked
    timed: time.Timed


def plan_goal(
    text: str,
    survey: Survey,
    rows: Sequence[Mapping[str, Any]],
    options: PlanOptions,
    *,
    recipes: Sequence[Recipe] | None = None,
    correct: Mapping[str, tuple[float, str]] | None = None,
) -> Draft:
    """Return a draft for a goal.

    Raises:
        ValueError: the goal has no words.
        Refused: the duration or deadline cannot be kept even if all goes well.
    """
    known = tuple(recipes or all_recipes())
    brief = first_brief(read_goal(text), survey, rows, options, known, correct or {})
    thought = think(brief, known)
    verdict = judge(thought.brief, thought.decomposed.tasks, thought.tracked, thought.risks)
    sent_back: tuple[Finding, ...] = ()
    if verdict.sends_back:
        sent_back = tuple(f for f in verdict.findings if f.code == "sent_back")
        again = msgspec.structs.replace(
            thought.brief, name_object=verdict.name_object, name_places=verdict.name_places
        )
        thought = think(again, known)
        verdict = judge(thought.brief, thought.decomposed.tasks, thought.tracked, thought.risks)
    return draft(thought, (*map(_returned, sent_back), *verdict.findings))


def first_brief(
    goal: Goal,
    survey: Survey,
    rows: Sequence[Mapping[str, Any]],
    options: PlanOptions,
    recipes: tuple[Recipe, ...],
    correct: Mapping[str, tuple[float, str]],
) -> Brief:
    """Return the brief at the depth that the goal asks for and the time allows."""
    matches = match_recipes(goal, survey, recipes, usual=options.recipe)
    brief = Brief(
        goal=goal, survey=survey, matches=matches, rows=rows, options=options,
        depth=wanted_depth(goal, options), correct=correct,
    )  # fmt: skip
    limit = time.window(options) or WEEKS
    while brief.depth > 1 and options.milestones is None and not options.single:
        tasks = _decomposed(brief).tasks
        if time.timeline(brief, tasks).weeks <= limit:
            break
        brief = msgspec.structs.replace(brief, depth=brief.depth - 1)
    time.check_possible(brief, _decomposed(brief).tasks)
    return brief


def wanted_depth(goal: Goal, options: PlanOptions) -> int:
    """Return how much of a recipe a goal asks for: 1 its core, 2 the usual, 3 all of it."""
    if goal.size == 3 or (options.duration_days or 0) >= 21:
        return 3
    return 1 if goal.size == 1 or goal.verb.casefold() in ("add", "fix") else 2


def think(brief: Brief, recipes: tuple[Recipe, ...]) -> Thought:
    """Run the analyses side by side, decomposition once for each domain, and join what they report."""
    jobs: dict[str, Callable[[], Any]] = {
        f"decomposition {n}": partial(decompose, brief, match) for n, match in enumerate(brief.matches)
    }
    jobs |= {
        "scope": partial(scope, brief),
        "risk": partial(risk, brief),
        "dependencies": partial(depend, brief, recipes),
        "tracking": partial(track, brief),
    }
    reports = side_by_side(jobs)
    decomposed = join(brief, tuple(r for name, r in reports.items() if name.startswith("decomposition")))
    return Thought(
        brief=brief,
        decomposed=decomposed,
        scoped=reports["scope"],
        risks=reports["risk"],
        depends=reports["dependencies"],
        tracked=reports["tracking"],
        timed=time.timeline(brief, decomposed.tasks),
    )


def side_by_side(jobs: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """Return what every job reports, in the order of the jobs whatever their speed."""
    with ThreadPoolExecutor(max_workers=len(jobs)) as pool:
        running = {name: pool.submit(job) for name, job in jobs.items()}
        return {name: future.result() for name, future in running.items()}


def draft(thought: Thought, judged: tuple[Finding, ...]) -> Draft:
    """Return the milestones of a thought, one or several in a chain."""
    brief, tasks = thought.brief, thought.decomposed.tasks
    number = split.count(brief, thought.timed.weeks, len(tasks))
    chunks = split.cut(brief, tasks, thought.timed.hours, number)
    findings = _findings(thought, judged, number)
    reports = assemble.Reports(
        scoped=thought.scoped, tracked=thought.tracked, risks=thought.risks, depends=thought.depends,
        timed=thought.timed, findings=findings,
    )  # fmt: skip
    days = dates(thought, chunks)
    bodies = [
        assemble.body(brief, reports, c, n, number, d)
        for n, (c, d) in enumerate(zip(chunks, days, strict=True), 1)
    ]
    return Draft(
        goal=brief.goal,
        bodies=tuple(bodies),
        findings=findings,
        recipe="+".join(m.recipe.name for m in brief.matches),
        is_general=brief.is_general,
        split=number > 1,
    )


def dates(thought: Thought, chunks: Sequence[split.Chunk]) -> list[tuple[date, date]]:
    """Return first and last day of each milestone, one after the other; a wished duration is shared by hours."""
    options, timed = thought.brief.options, thought.timed
    allowed = time.window(options)
    total = timed.total or 1.0
    start, found = time.start_of(options, thought.brief.rows), []
    for chunk in chunks:
        hours = {t.key: timed.hours[t.key] for t in chunk.tasks}
        weeks = time.weeks_for(options, chunk.tasks, hours, timed.buffer)
        if options.duration_days is not None or (allowed is not None and timed.weeks > allowed):
            weeks = (allowed or weeks) * sum(hours.values()) / total
        end = time.end_after(start, weeks)
        if options.deadline is not None and timed.weeks > (allowed or 0):
            end = min(end, options.deadline)
        found.append((start, end))
        start = end
    return found


def _findings(thought: Thought, judged: tuple[Finding, ...], number: int) -> tuple[Finding, ...]:
    timed = thought.timed.findings
    if number > 1:
        why = (
            "--milestones says so"
            if thought.brief.options.milestones
            else "more than four weeks' work; --single keeps it whole"
        )
        timed = (
            *timed,
            Finding(analysis="timeline", code="split", text=f"Split into {number} chained milestones", why=why),
        )
    return (
        *thought.scoped.findings, *thought.decomposed.findings, *timed, *thought.risks.findings,
        *thought.depends.findings, *thought.tracked.findings, *judged,
    )  # fmt: skip


def _decomposed(brief: Brief) -> Decomposed:
    return join(brief, tuple(decompose(brief, match) for match in brief.matches))


def _returned(finding: Finding) -> Finding:
    return msgspec.structs.replace(finding, severity="note", text=f"Sent back once: {finding.text}")
