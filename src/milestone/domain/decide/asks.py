"""Rules of what running agents ask: people answer, once."""

from milestone import errors
from milestone.domain import asks
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.decide import session as of_session
from milestone.domain.document import Document, Event


def answer(session: Document, name: str, text: str, ctx: Context) -> list[Event]:
    """Return the event of a person's answer; nothing when the same was answered already.

    Raises:
        NeedsAPerson: an agent, or a process of a run, would answer.
        NotFound: the session has no such ask.
        Refused: it was answered otherwise, or nobody needs the answer any more.
        InvalidRequest: the answer is empty, or none that the ask offers.
    """
    place = f"{session.body['id']}/{name}"
    asked = next((each for each in asks.of(session.body) if each.get("id") == name), None)
    if asked is None:
        raise errors.NotFound(
            f"{session.body['id']} asks no {name}.",
            candidates=[f"{session.body['id']}/{each['id']}" for each in asks.waiting(session.body)],
            code="question_not_found",
        )
    rules.needs_a_person(ctx, "answering an agent")
    said = _fit(asked, place, text.strip())
    if asked.get("withdrawn"):
        raise errors.Refused(
            f"Nobody needs the answer to {place} any more.",
            why=str(asked["withdrawn"]),
            next=[f"milestone sessions show {session.body['id']}"],
            code="not_asked_any_more",
        )
    if asked.get("answer") is not None:
        if asked["answer"] == said:
            return []
        raise errors.Refused(
            f'{place} was answered "{asked["answer"]}" by {asked.get("answered_by")}.',
            why="an agent that was given an answer has gone on with it",
            next=[f"milestone show {asked.get('task')}"],
            code="already_answered",
        )
    task = str(asked.get("task") or "").rpartition("/")[2] or None
    return [of_session.event(session, "question.answered", task=task, id=name, answer=said)]


def _fit(asked: dict[str, object], place: str, text: str) -> str:
    options = asked.get("options")
    known = [str(each) for each in options] if isinstance(options, list) else []
    kind = str(asked.get("kind"))
    meant = asks.choice(kind, text, known)
    if not text or (kind == asks.PERMISSION and meant is None):
        offered = rules.words_of(known, "or") if known else "a text"
        raise errors.InvalidRequest(
            f"{place} takes {offered}, not {text!r}." if text else f"{place} takes {offered}.",
            why=str(asked.get("text")),
            next=[f"milestone answer {place} {each}" for each in known[:3]],
        )
    # A permission keeps every word: what follows the no is told to the agent.
    return text if kind == asks.PERMISSION else meant or text
