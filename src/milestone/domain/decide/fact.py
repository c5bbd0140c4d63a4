"""Rules of named facts: a person says so with evidence, or a check succeeded (R-EXEC-12)."""

from typing import Any

import msgspec

from milestone import errors
from milestone.domain import facts
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.document import Document, Event


class MeetFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact is said to be true, or (`met=False`) no longer.

    `receipt` is a check that was run and succeeded: `{command, exit_code, grade}`; with it no person is needed.
    """

    fact: str
    met: bool = True
    evidence: Any = None
    receipt: Any = None
    reason: str | None = None


def meet(document: Document, request: MeetFact, ctx: Context) -> list[Event]:
    """Return the event of a fact met or unmet; nothing when it is so and nothing new is said.

    Raises:
        NotFound: the milestone has no such fact; AmbiguousId: several answer to the words.
        NeedsAPerson: a program says so without a check that succeeded.
    """
    fact = one(document, request.fact)
    if not request.met:
        if not fact.met and not fact.typed:
            return []
        return [rules.event(document, "fact.unmet", where=fact.where, fact=fact.name, reason=request.reason)]
    if request.receipt is None:
        rules.needs_a_person(ctx, f'saying that "{fact.name}" is met')
    evidence = request.evidence if request.receipt is None else request.receipt
    if fact.met and evidence is None:
        return []
    return [rules.event(document, "fact.met", where=fact.where, fact=fact.name, evidence=evidence)]


def one(document: Document, words: str) -> facts.Fact:
    """Return the one fact that words mean. Raises NotFound or AmbiguousId, naming the facts there are."""
    found = facts.find(document, words)
    if len(found) == 1:
        return found[0]
    names = [fact.name for fact in found or facts.of(document)]
    if found:
        raise errors.AmbiguousId(
            f'"{words}" means {len(found)} facts of {rules.name(document)}.', candidates=names
        )
    quoted = [f'"{name}"' for name in names]
    raise errors.NotFound(
        f'{rules.name(document)} has no fact "{words}".',
        why="it has " + rules.words_of(quoted, "and") if quoted else "it names no facts",
        hint=f"milestone show {rules.name(document)}",
        candidates=names,
        code="fact_not_found",
    )
