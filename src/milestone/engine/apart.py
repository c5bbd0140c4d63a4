"""A run beside other workers: what they have in hand it does not start, nor what would get into their way."""

from collections.abc import Collection

import msgspec

from milestone.domain import hands as of_hands
from milestone.domain import leases, overlap, tasks
from milestone.domain.context import Context
from milestone.domain.decide import claim
from milestone.domain.document import Document, Event
from milestone.domain.hands import Hand, Hands
from milestone.engine.attempt import Attempt
from milestone.engine.scheduler import Start, Survey, Waits
from milestone.storage.base import Reading


def others(reading: Reading, ctx: Context, milestone: str) -> Hands:
    """Return what claims, and the runs of other milestones, have in hand."""
    return of_hands.at(reading, reading.now() or ctx.now, ctx.settings, ctx.held_by, but=milestone)


def keep(found: Survey, document: Document, busy: Collection[str], hands: Hands) -> Survey:
    """Return a survey in which no two tasks to start, nor one in hand anywhere, need the same files or lock.

    What a claim is in the way of waits for its holder; what another run or our own is in the way of comes later.
    """
    ours = Hands(hands.settings)
    for name in busy:
        _take(ours, document, name)
    start: list[Start] = []
    later: list[Start] = []
    waits = [_told(each, document, hands) for each in found.waits]
    for each in found.start:
        hand, why = _in_the_way(document, each.task, hands)
        if hand is not None and hand.until is not None:
            waits.append(_waits(document, each.task, hand, why))
        elif hand is not None or _in_the_way(document, each.task, ours)[0] is not None:
            later.append(each)
        else:
            start.append(each)
            _take(ours, document, each.task)
    return msgspec.structs.replace(found, start=tuple(start), later=tuple(later), waits=tuple(waits))


def taken_over(reading: Reading, found: Attempt) -> list[Event] | None:
    """Return what is to be said of the task's claim when a run begins it; None when it may not.

    It is looked at again here, in the transaction that begins: a claim may have been made since the scheduler saw.
    """
    uid = found.document.uid
    hands = others(reading, found.ctx, uid)
    if _in_the_way(found.document, found.name, hands)[0] is not None:
        return None
    lease = reading.load(leases.KIND, leases.uid_of(uid, found.name))
    if lease is not None and lease.body.get("state") == leases.LEFT:
        return [leases.event(lease.uid, "task.released", found.milestone, found.name, reason="a run goes on")]
    return claim.expired(found.document, lease, found.name)


def _in_the_way(document: Document, name: str, hands: Hands) -> tuple[Hand | None, str]:
    """Return who has a task in hand, or something that it clashes with, and what that is."""
    hand = hands.of(document.uid, name)
    if hand is not None:
        return hand, ""
    area = overlap.of(tasks.get(document.body, name) or {}, hands.settings)
    clash = hands.in_the_way(document.uid, name, area)
    return clash or (None, "")


def _take(hands: Hands, document: Document, name: str) -> None:
    area = overlap.of(tasks.get(document.body, name) or {}, hands.settings)
    hands.held[document.uid, name] = Hand(f"{document.body['id']}/{name}", "this run", None, area)


def _waits(document: Document, name: str, hand: Hand, why: str) -> Waits:
    ref = f"{document.body['id']}/{name}"
    text = f"overlaps with {hand.ref}, which {hand.holder} has claimed: {why}" if why else "is claimed"
    return Waits(
        kind="task", ref=ref, who=hand.holder, text=text, next=f'milestone task release {hand.ref} --reason "..."'
    )


def _told(waits: Waits, document: Document, hands: Hands) -> Waits:
    """Return who holds a task that a run only sees as begun by hand."""
    milestone, _, name = waits.ref.partition("/")
    hand = hands.of(document.uid, name) if milestone == document.body.get("id") else None
    return waits if hand is None or waits.kind != "task" else _waits(document, name, hand, "")
