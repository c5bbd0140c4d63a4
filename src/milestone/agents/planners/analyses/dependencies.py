"""Dependencies and integration: which open milestones this one needs, feeds, or repeats."""

from collections.abc import Mapping
from typing import Any

import msgspec

from milestone.agents.planners import words
from milestone.agents.planners.brief import Brief, Finding
from milestone.agents.planners.goal import read_goal
from milestone.agents.planners.matching import match_recipes
from milestone.agents.planners.recipe import Recipe
from milestone.agents.planners.survey import Survey

NAME = "dependencies"
CLOSED = frozenset({"completed", "cancelled", "archived"})


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """An open milestone this goal seems to need, and why. It is proposed, never recorded by itself."""

    id: str
    title: str
    reason: str


class Depends(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan requires by wish, and what it may need besides."""

    requires: tuple[str, ...]
    proposed: tuple[Proposal, ...]
    repeats: str | None  # id of an open milestone with the same goal
    findings: tuple[Finding, ...]


def depend(brief: Brief, recipes: tuple[Recipe, ...]) -> Depends:
    """Return what the goal has to do with the milestones that are open."""
    rows = [r for r in brief.rows if str(r.get("status")) not in CLOSED and not r.get("archived")]
    repeated = next((str(r["id"]) for r in rows if _is_same(brief, r)), None)
    wished = set(brief.options.depends_on)
    proposed = tuple(p for r in rows if str(r["id"]) not in wished and (p := _proposal(brief, r, recipes)))
    return Depends(
        requires=brief.options.depends_on,
        proposed=() if repeated else proposed[:3],
        repeats=repeated,
        findings=tuple(_findings(brief, repeated, proposed, rows)),
    )


def _is_same(brief: Brief, row: Mapping[str, Any]) -> bool:
    title = words.tokens(str(row.get("title") or ""))
    return title in (words.tokens(brief.goal.title), words.tokens(brief.goal.text))


def _proposal(brief: Brief, row: Mapping[str, Any], recipes: tuple[Recipe, ...]) -> Proposal | None:
    """Propose an open milestone when it provides what a recipe needs, or when the goal's words name its object."""
    title = str(row.get("title") or "")
    if not words.WORD.search(title):
        return None
    other = read_goal(title)
    provided = {p for m in match_recipes(other, Survey(), recipes)[:1] for p in m.recipe.provides}
    wanted = {n for m in brief.matches for n in m.recipe.needs}
    own = {p for m in brief.matches for p in m.recipe.provides}
    for need in sorted(wanted & provided - own):
        reason = f"as a rule {brief.goal.object} needs {NEEDS.get(need, need)}"
        return Proposal(id=str(row["id"]), title=title, reason=reason)
    named = words.stems(words.tokens(other.object))
    spoken = words.stems(words.tokens(brief.goal.text))
    about = words.stems(words.tokens(brief.goal.object))
    if named == about and brief.goal.deed in ("improve", "fix", "remove", "move") and other.deed == "make":
        return Proposal(id=str(row["id"]), title=title, reason=f"this goal works on the {other.object} it makes")
    if len(named) > 1 and named <= spoken and not named & about:
        return Proposal(id=str(row["id"]), title=title, reason=f'the goal names "{other.object}"')
    return None


NEEDS = {
    "accounts": "people who can sign in",
    "api": "an interface to read and write through",
    "pages": "pages to stand in",
    "environment": "a place to run",
}


def _findings(
    brief: Brief, repeated: str | None, proposed: tuple[Proposal, ...], rows: list[Any]
) -> list[Finding]:
    found: list[Finding] = []
    if repeated:
        found.append(
            _warn("repeated_goal", f"{repeated} has the same goal", f"look at it first: milestone show {repeated}")
        )
    for one in () if repeated else proposed:
        text = f"May need {one.id} ({one.title}): {one.reason}"
        found.append(
            _warn(
                "dependency_proposed",
                text,
                f"not recorded; milestone update ID --depends-on {one.id}",
                severity="note",
            )
        )
    for wished in brief.options.depends_on:
        found.append(Finding(analysis=NAME, text=f"Waits for {wished}", why="--depends-on says so"))
    if not rows:
        found.append(
            Finding(analysis=NAME, text="No other milestone is open", why="nothing to wait for or to feed")
        )
    elif not found:
        found.append(
            Finding(
                analysis=NAME,
                text=f"None of {len(rows)} open milestones is needed first",
                why="no recipe asks for one",
            )
        )
    return found


def _warn(code: str, text: str, why: str, severity: str = "warning") -> Finding:
    return Finding(analysis=NAME, code=code, severity=severity, text=text, why=why)
