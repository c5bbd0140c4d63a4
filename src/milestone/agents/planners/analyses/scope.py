"""Scope: who is concerned, what is taken for granted, what only a person can say."""

from collections.abc import Iterable

import msgspec

from milestone.agents.planners.brief import Brief, Finding, fill
from milestone.agents.planners.matching import Match
from milestone.agents.planners.recipe import Ask

NAME = "scope"
MOST_QUESTIONS = 6


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """An open question with what another answer than the default changes."""

    text: str
    why: str
    default: str
    task: str = ""  # key of the task it changes
    hours: float = 0


class Scoped(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs to the goal and what has to be asked."""

    stakeholders: tuple[str, ...]
    assumptions: tuple[str, ...]
    questions: tuple[Question, ...]
    skills: tuple[str, ...]
    tools: tuple[str, ...]
    findings: tuple[Finding, ...]


def scope(brief: Brief) -> Scoped:
    """Return who and what the goal concerns, from its recipes and the repository."""
    recipes = [m.recipe for m in brief.matches]
    asked = [_question(ask, match) for match in brief.matches for ask in match.recipe.questions]
    return Scoped(
        stakeholders=_once(s for r in recipes for s in r.stakeholders),
        assumptions=_once((*brief.goal.limits, *(a for r in recipes for a in r.assumptions))),
        questions=tuple(asked[:MOST_QUESTIONS]),
        skills=_once(s for r in recipes for s in (*r.skills, *(k for t in r.tasks for k in t.skills)))[:6],
        tools=_once(t for r in recipes for t in r.tools),
        findings=tuple(_findings(brief)),
    )


def _question(ask: Ask, match: Match) -> Question:
    return Question(
        text=fill(ask.text, match), why=ask.why, default=ask.default, hours=ask.hours,
        task=f"{match.recipe.name}.{ask.task}" if ask.task else "",
    )  # fmt: skip


def _findings(brief: Brief) -> list[Finding]:
    goal, survey = brief.goal, brief.survey
    found = [_find(f'The goal is about "{goal.object}"', _deed_reason(brief))]
    if goal.parts:
        found.append(
            _find(f"It names {len(goal.parts)} parts: {', '.join(goal.parts)}", "each must show up in a task")
        )
    if goal.measures:
        found.append(_find(f"It sets its own measure: {goal.measures[0]}", "taken over as a success criterion"))
    if survey.has_code:
        tests = f", tests run by `{survey.test_command}`" if survey.test_command else ", no test command was found"
        stack = ", ".join((*survey.languages[:3], *survey.frameworks[:3]))
        found.append(_find(f"The repository: {stack}{tests}", "tasks name its files and its test command"))
    if survey.todos:
        near = [t for t in survey.todos if goal.object.casefold() in t.text.casefold()] or list(survey.todos)
        found.append(
            _find(
                f"{len(survey.todos)} notes to do in the code, such as {near[0].path}:{near[0].line}", near[0].text
            )
        )
    if not survey.is_whole:
        found.append(
            _find("The repository is larger than what was read", "the first 6,000 entries were looked at")
        )
    return found


def _deed_reason(brief: Brief) -> str:
    return (
        f'"{brief.goal.verb}" was read as: {brief.goal.deed}'
        if brief.goal.verb
        else "no verb was recognised; read as: make"
    )


def _find(text: str, why: str) -> Finding:
    return Finding(analysis=NAME, text=text, why=why)


def _once(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
