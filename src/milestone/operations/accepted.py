"""What a person says shows each acceptance criterion of a task: `task done --proof N=TEXT`."""

from collections.abc import Mapping

from milestone import errors
from milestone.domain import proof
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.document import Body, Document


def proofs(document: Document, found: Body, said: Mapping[int, str], ctx: Context) -> list[Body]:
    """Return the evidence a person gave for acceptance criteria, by their number.

    Raises:
        InvalidRequest: the task has no criterion of that number.
    """
    items = []
    for number, text in sorted(said.items()):
        check(document, found, number)
        about = proof.about(found, number)
        items.append({"grade": "self-reported", "by": ctx.actor.name, "at": ctx.now, **about, "text": text})
    return items


def check(document: Document, found: Body, number: int) -> None:
    """Let the number of an acceptance criterion pass; a task that names none takes any.

    Raises:
        InvalidRequest: the task has no criterion of that number.
    """
    listed = proof.accepted(found)
    if number < 1 or (listed and number > len(listed)):
        raise errors.InvalidRequest(
            f"{rules.ref(document, str(found['id']))} has no acceptance criterion {number}.",
            why=f"it has {len(listed)}" if listed else "numbers begin at 1",
            next=[f"milestone show {rules.ref(document, str(found['id']))}"],
        )
