"""Rules of a plan's open questions: an answer is kept and changes what the question said it would (R-PLAN-10).

A question may carry `effect`, a list of `{when, set, unset, scale}`. The first whose `when` fits the answer
counts: a word or a list of words found in the answer, ignoring case; without `when` it fits any answer. `set`
maps paths of the milestone to values in which `{answer}` and `{hours}` (a duration in the answer) are put in;
`scale` maps paths of numbers (an estimate, also of three points) to a factor.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from milestone import errors
from milestone.domain import durations, paths
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.document import Body, Document, Event


class AnswerQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to an open (or answered) question."""

    question: str
    answer: str


def answer(document: Document, request: AnswerQuestion, ctx: Context) -> list[Event]:
    """Return the event of an answer with everything it changes.

    Raises:
        NotFound: the milestone asks nothing by that name.
        InvalidRequest: the answer is empty.
        Refused: an effect needs a duration and the answer has none.
    """
    asked = one(document, request.question)
    text = request.answer.strip()
    if not text:
        raise errors.InvalidRequest("answer takes a text.", hint=f'milestone answer {request.question} "..."')
    to_set, to_unset = effects(document.body, asked, text)
    data = {"id": str(asked["id"]), "answer": text, "set": to_set or None, "unset": to_unset or None}
    return [rules.event(document, "question.answered", **data)]


def one(document: Document, name: str) -> Body:
    """Return the question with that id. Raises NotFound, naming the questions there are."""
    asked = [q for q in document.body.get("questions") or [] if isinstance(q, dict) and q.get("id")]
    wanted = name.rpartition("/")[2].casefold()
    found = next((q for q in asked if str(q["id"]).casefold() == wanted), None)
    if found is None:
        names = [str(q["id"]) for q in asked]
        raise errors.NotFound(
            f"{rules.name(document)} has no question {name}.",
            why=f"it asks {rules.words_of(names, 'and')}" if names else "it asks nothing",
            candidates=names,
            code="question_not_found",
        )
    return found


def effects(body: Body, asked: Mapping[str, Any], text: str) -> tuple[dict[str, Any], list[str]]:
    """Return what an answer sets and unsets in the milestone."""
    found = asked.get("effect")
    every = [found] if isinstance(found, Mapping) else found if isinstance(found, list) else []
    effect = next((e for e in every if isinstance(e, Mapping) and _fits(e.get("when"), text)), {})
    scaled = {
        str(path): scaled_by(paths.get(body, str(path)), float(factor))
        for path, factor in (effect.get("scale") or {}).items()
        if paths.get(body, str(path)) is not None
    }
    put = {str(path): _filled(value, text) for path, value in (effect.get("set") or {}).items()}
    return {**scaled, **put}, [str(path) for path in effect.get("unset") or []]


def scaled_by(value: Any, factor: float) -> Any:
    """Return an estimate times a factor; what is no number stays."""
    if isinstance(value, Mapping):
        return {key: scaled_by(inner, factor) for key, inner in value.items()}
    if isinstance(value, int | float) and not isinstance(value, bool):
        scaled = round(value * factor, 2)
        return int(scaled) if scaled == int(scaled) else scaled
    return value


def _fits(when: Any, text: str) -> bool:
    if when is None:
        return True
    words = [when] if isinstance(when, str) else when if isinstance(when, list) else []
    return any(str(word).casefold() in text.casefold() for word in words)


def _filled(value: Any, text: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _filled(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, text) for inner in value]
    if value == "{hours}":
        hours = durations.hours(text)
        if hours is None:
            raise errors.Refused(
                f'"{text}" names no time.', why="the answer sets an estimate", hint="for example 3h"
            )
        return hours
    return value.replace("{answer}", text) if isinstance(value, str) else value
