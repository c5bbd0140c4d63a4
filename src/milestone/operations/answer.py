"""Answer a question that a plan left open."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from milestone import errors
from milestone.domain.context import Context
from milestone.domain.decide import question
from milestone.domain.document import Document, Event
from milestone.operations.draft import Draft, Effect
from milestone.operations.task import Outcome
from milestone.storage.base import Txn
from milestone.workspace.base import Workspace


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
