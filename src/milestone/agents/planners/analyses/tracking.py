"""Tracking: how anybody can see that it is done, and what is there then."""

import re
from typing import Any

import msgspec

from milestone.agents.planners.brief import Brief, Finding, applies, fill
from milestone.agents.planners.matching import Match
from milestone.agents.planners.recipe import Criterion

NAME = "tracking"
MOST = 5
MOST_IN_ALL = 10
NUMBER = re.compile(r"\d|`[^`]+`")


class Tracked(msgspec.Struct, frozen=True, kw_only=True):
    """Success criteria and what is delivered."""

    criteria: tuple[dict[str, Any] | str, ...]
    deliverables: tuple[tuple[str, dict[str, Any]], ...]  # recipe and what is there at its end
    sources: tuple[str, ...]  # the recipe of each criterion
    findings: tuple[Finding, ...]


def track(brief: Brief) -> Tracked:
    """Return criteria that can be counted or run: the goal's own, the recipes', and the repository's tests."""
    listed = [(text, "goal") for text in brief.goal.measures[:2]]
    listed += [(_text(c, m), m.recipe.name) for m in brief.matches for c in _of(m, brief)]
    kept: list[tuple[dict[str, Any] | str, str]] = []
    kept += list(dict(listed).items())[:MOST_IN_ALL]
    command = brief.survey.test_command
    if command and not brief.is_general:
        kept.append(({"name": "tests-pass", "text": f"`{command}` passes", "check": command}, "goal"))
    return Tracked(
        criteria=tuple(text for text, _ in kept),
        sources=tuple(source for _, source in kept),
        deliverables=tuple((m.recipe.name, _product(m, p)) for m in brief.matches for p in m.recipe.deliverables),
        findings=tuple(_findings(brief, [str(text) for text, _ in kept])),
    )


def is_measurable(criterion: dict[str, Any] | str) -> bool:
    """Say whether a criterion is a command or carries a number."""
    return (
        bool(criterion.get("check")) or is_measurable(str(criterion.get("text")))
        if isinstance(criterion, dict)
        else bool(NUMBER.search(criterion))
    )


def _of(match: Match, brief: Brief) -> list[str | Criterion]:
    """Return a recipe's criteria for this goal: two where several recipes share the plan."""
    own = (*match.recipe.criteria_of.get(brief.shape, ()), *match.recipe.criteria)
    return [c for c in own if _wanted(c, brief)][: MOST if len(brief.matches) == 1 else 2]


def _wanted(criterion: str | Criterion, brief: Brief) -> bool:
    return isinstance(criterion, str) or applies(criterion.when, brief.spoken)


def _text(criterion: str | Criterion, match: Match) -> str:
    return fill(criterion if isinstance(criterion, str) else criterion.text, match)


def _product(match: Match, product: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"name": fill(product.name, match), "type": product.type}
    if product.accept:
        made["acceptance_criteria"] = [fill(text, match) for text in product.accept]
    return made


def _findings(brief: Brief, texts: list[str]) -> list[Finding]:
    counted = sum(bool(NUMBER.search(text)) for text in texts)
    found = [
        Finding(
            analysis=NAME,
            text=f"{counted} of {len(texts)} criteria are a command or a number",
            why="the rest needs a person's word",
        )
    ]
    if brief.survey.has_code and not brief.survey.test_command:
        found.append(
            Finding(
                analysis=NAME,
                severity="warning",
                code="no_test_command",
                text="No test command was found in the repository",
                why="tasks have no verify; a person's word will count as self-reported",
            )
        )
    return found
