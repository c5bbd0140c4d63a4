"""Answer a question that a plan left open."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from milestone import errors
from milestone.domain.context import Context
from milestone.domain.decide import asks, question
from milestone.domain.document import Document, Event
from milestone.engine import processes
from milestone.operations import sessions
from milestone.operations.draft import Draft, Effect
from milestone.operations.task import Outcome
from milestone.storage.base import Txn
from milestone.workspace.base import Workspace, Written

_ASK = re.compile(r"ask-\d+")


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an answer to an agent."""

    written: Written
    milestone: str
    lives: bool  # the run is going on: the agent hears it now, else when the run is taken up again


def answer(workspace: Workspace, start: Path, name: str, text: str) -> Outcome:
    """Record the answer to `q1` or `m2/q1`; a bare id is looked for in the current milestone, then everywhere.

    Raises:
        NotFound: nobody asks that; AmbiguousId: several milestones do.
    """
    effects: list[Effect] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        draft = Draft(txn, ctx, workspace.root, start)
        document = _asker(draft, name)
        request = question.AnswerQuestion(question=name, answer=text)
        draft.add(document, question.answer(document, request, draft.ctx))
        effects[:] = [draft.effect()]
        return draft.events

    written = workspace.write(decide)
    return Outcome(written=written, effect=effects[0] if effects else Effect())


def of_agent(name: str) -> tuple[str, str] | None:
    """Return session and ask of `session-20261120-001/ask-1` or `current/ask-1`; None for a plan's question."""
    session, _, ask = name.rpartition("/")
    return (session, ask) if session and _ASK.fullmatch(ask) else None


def to_agent(workspace: Workspace, name: str, text: str) -> Answered:
    """Record a person's answer to what a running agent asks; the agent goes on within a second.

    Raises:
        SessionNotFound, NotFound: nobody asks that; NeedsAPerson: an agent would answer.
    """
    session, ask = of_agent(name) or ("", name)
    found: list[Document] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        found[:] = [sessions.find(txn, session)]
        return asks.answer(found[0], ask, text, ctx)

    written = workspace.write(decide)
    lives = found[0].body.get("state") == "running" and processes.lives(found[0].body)
    return Answered(written=written, milestone=str((found[0].body.get("milestones") or [""])[0]), lives=lives)


def _asker(draft: Draft, name: str) -> Document:
    above, slash, _ = name.rpartition("/")
    if slash:
        return draft.milestone(above)
    rows = draft.ctx.rows
    asking = [row for row in rows if name.casefold() in _asked(row)]
    if not asking:
        everywhere = [f"{row['id']}/{q['id']}" for row in rows for q in row["questions"]]
        answered = _answered(draft, rows, name)
        if answered is not None:
            return answered
        raise errors.NotFound(
            f"No milestone asks {name}.",
            why=f"{len(everywhere)} questions are open." if everywhere else "No question is open.",
            candidates=everywhere[:10],
            code="question_not_found",
        )
    here = [row for row in asking if row["id"] == draft.current]
    if len(asking) > 1 and not here:
        raise errors.AmbiguousId(
            f"{len(asking)} milestones ask {name}.", candidates=[f"{row['id']}/{name}" for row in asking]
        )
    return draft.milestone(str((here or asking)[0]["id"]))


def _asked(row: Mapping[str, Any]) -> set[str]:
    return {str(q["id"]).casefold() for q in row["questions"]}


def _answered(draft: Draft, rows: Sequence[Mapping[str, Any]], name: str) -> Document | None:
    """Return the one milestone that asked it and was answered: an answer may be corrected."""
    every = [draft.milestone(str(row["id"])) for row in rows if not row["archived"]]
    asked = [d for d in every if any(_is(q, name) for q in d.body.get("questions") or [])]
    return asked[0] if len(asked) == 1 else None


def _is(asked: Any, name: str) -> bool:
    return isinstance(asked, dict) and str(asked.get("id")).casefold() == name.casefold()
