"""Which record a word means: ids however they are typed, the current one, a prefix of a title for reading."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from milestone import errors, ids
from milestone.domain.document import Body, Document
from milestone.domain.questions import Question
from milestone.domain.rows import Rows
from milestone.domain.rows import of as rows_of
from milestone.storage.base import Reading, Row

_NO_WORD = re.compile(r"[\W_]+")


def words(texts: Sequence[str]) -> list[str]:
    """Return the ids of an argument list, commas and spaces alike, each once."""
    return list(dict.fromkeys(word for text in texts for word in re.split(r"[,\s]+", text) if word))


def milestones(
    reading: Reading, texts: Sequence[str], *, current: str | None = None, writing: bool = False
) -> list[Document]:
    """Return the milestones that words mean, each once.

    Raises: as `milestone`.
    """
    found = [milestone(reading, word, current=current, writing=writing) for word in words(texts)]
    return list({document.uid: document for document in found}.values())


def milestone(reading: Reading, text: str, *, current: str | None = None, writing: bool = False) -> Document:
    """Return the milestone a word means: `milestone-001`, `m1`, `1`, `@`, or for reading a prefix of its title.

    Raises:
        MilestoneNotFound: no record answers to it.
        AmbiguousId: several titles begin like that.
        InvalidRequest: the current one is meant, and there is none.
    """
    try:
        row = milestone_row(reading.rows(), text, current=current, writing=writing)
    except errors.MilestoneNotFound as error:
        raise _gone(error, reading, text) from None
    document = reading.load("milestone", str(row["uid"]))
    if document is None or document.deleted or document.away:
        raise _not_found(text, reading.rows())
    return document


def _gone(error: errors.MilestoneNotFound, reading: Reading, text: str) -> errors.MilestoneNotFound:
    """Return the refusal; for a number that was given once it says where the record may be."""
    name = ids.parse_milestone_id(text)
    number = ids.number_of(name) if name else None
    if name is None or number is None or not 0 < number <= reading.last_number:
        return error
    return errors.MilestoneNotFound(
        f"{name} is not here now.",
        why="its number was given: it was deleted, or its file is not in this checkout",
        hint="git status shows a missing file; when it is back, so is the record",
        next=["milestone list --archived", f"git log --oneline -- .milestones/active/{name}.yaml"],
        candidates=error.candidates,
    )


def milestone_row(
    rows: Sequence[Row], text: str, *, current: str | None = None, writing: bool = False
) -> Mapping[str, Any]:
    """Return the summary row a word means.

    Raises: as `milestone`.
    """
    wanted = text.strip()
    if wanted.casefold() in ids.CURRENT:
        if current is None:
            raise errors.InvalidRequest(
                "There is no current milestone.",
                why="no milestone branch is checked out, none was set, none was started",
                next=["milestone use ID"],
            )
        wanted = current
    full, plan = ids.parse_milestone_id(wanted) or wanted, rows_of(rows)
    named = plan.named(full)
    if named is not None:
        return named
    exact = plan.select(Question(named=(full.casefold(), wanted.casefold()), limit=1))
    if exact:
        return exact[0]
    near = [] if ids.parse_milestone_id(wanted) else _by_title(plan, wanted)
    if len(near) == 1 and not writing:
        return near[0]
    if near and not writing:
        names = [str(row["id"]) for row in near]
        raise errors.AmbiguousId(
            f'"{text}" means {len(names)} milestones.',
            why="; ".join(f"{row['id']} {row['title']}" for row in near[:5]),
            candidates=names,
            next=[f"milestone show {names[0]}"],
        )
    raise _not_found(text, plan, near)


def task(
    reading: Reading, text: str, *, current: str | None = None, writing: bool = False
) -> tuple[Document, Body]:
    """Return the milestone and the task that `m1/t2`, or with a current milestone `t2`, means.

    Raises: as `milestone`; TaskNotFound: the milestone has no such task.
    """
    above, slash, below = text.strip().partition("/")
    if not slash:
        above, below = "@", above
    document = milestone(reading, above, current=current, writing=writing)
    wanted = ids.parse_task_id(below) or below
    known = [each for each in document.body.get("tasks") or [] if isinstance(each, dict)]
    for each in known:
        if str(each.get("id")).casefold() in (below.casefold(), wanted.casefold()):
            return document, each
    names = [f"{document.body['id']}/{each.get('id')}" for each in known]
    raise errors.TaskNotFound(
        f'{document.body["id"]} has no task "{below}".',
        why=f"It has {len(names)} tasks." if names else "It has no tasks.",
        candidates=names[:20],
        next=[f"milestone show {document.body['id']}"],
    )


def task_of_current(text: str) -> bool:
    """Tell whether a task's ref leaves its milestone to be known: `t2`, `@/t2`."""
    above, slash, _ = text.strip().partition("/")
    return not slash or above.casefold() in ids.CURRENT


def _by_title(rows: Rows, text: str) -> Sequence[Row]:
    """Return the milestones whose title's slug begins like the text; an id has no prefixes."""
    if not text or re.fullmatch(r"milestone-?\d*", text, re.IGNORECASE):
        return []
    prefix = _NO_WORD.sub("-", text.casefold()).strip("-")
    return rows.select(Question(slug=prefix)) if prefix else []


def _not_found(text: str, rows: Rows, near: Sequence[Row] = ()) -> errors.MilestoneNotFound:
    count = len(near) or len(rows)
    names = [str(row["id"]) for row in near[:5] or rows.select(Question(limit=5))]
    return errors.MilestoneNotFound(
        f'There is no milestone "{text}".',
        why=f"{count} {'record is' if count == 1 else 'records are'} here."
        if names
        else "No milestone was planned yet.",
        candidates=names,
        next=["milestone list"] if names else ['milestone plan "GOAL"'],
    )
