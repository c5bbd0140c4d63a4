"""Claims of tasks by workers outside of our process: take one, or the best one that is free, and give it back."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from milestone.domain import hands as of_hands
from milestone.domain import leases, overlap, tasks
from milestone.domain.context import Context
from milestone.domain.decide import claim, rules
from milestone.domain.decide.task import Act
from milestone.domain.document import Body, Document, Event
from milestone.domain.hands import Hands
from milestone.domain.overlap import Area
from milestone.domain.rows import of as rows_of
from milestone.operations import claims
from milestone.operations.draft import Draft
from milestone.reports import handed, ready
from milestone.reports import next as report
from milestone.storage import located
from milestone.storage.base import Reading, Txn
from milestone.workspace import finding
from milestone.workspace.base import Workspace, Written

View = dict[str, Any]


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """What was claimed: the leases as their holder is answered, and what whoever was there before left to say."""

    written: Written
    leases: tuple[View, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()  # ref -> word to the next worker
    view: View = {}  # as `next` answers


def take(workspace: Workspace, start: Path, refs: Sequence[str]) -> Claimed:
    """Claim tasks, all or none; by its token a claim is renewed.

    Raises:
        Stale: somebody else holds one, or it overlaps with what is in hand.
        Refused, Waiting: one cannot be worked on now.
    """

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        draft = Draft(txn, ctx, workspace.root, start)
        now = claims.at(txn, ctx)
        events: list[Event] = []
        for ref in finding.words(refs):
            document, found = draft.find_task(ref)
            events += _claim(txn, now, document, found, in_hand(txn, now))
        return events

    written = claims.write(workspace, decide)
    return _claimed(workspace, written)


def take_next(workspace: Workspace, start: Path, milestone: str | None, limit: int | None) -> Claimed:
    """Claim the best task that is free and overlaps with nothing in hand; `view` says which, or why none."""
    seen: list[View] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        draft = Draft(txn, ctx, workspace.root, start)
        only = rules.name(draft.milestone(milestone)) if milestone else None
        now = claims.at(txn, ctx)
        hands = in_hand(txn, now)
        offer = handed.Offer(hands, areas(txn, ctx), is_program=ctx.actor.kind != "person")
        view = report.view(ctx.rows, current=draft.current, milestone=only, limit=limit, offer=offer)
        seen[:] = [view]
        if view["task"] is None:
            return []
        document, found = draft.find_task(view["task"]["ref"])
        return _claim(txn, now, document, found, hands)

    written = claims.write(workspace, decide)
    claimed = _claimed(workspace, written)
    view = seen[0] if seen else _view_again(workspace, written)
    return msgspec.structs.replace(claimed, view=view | {"lease": claimed.leases[0] if claimed.leases else None})


def release(workspace: Workspace, start: Path, refs: Sequence[str], reason: str | None) -> Written:
    """Give claimed tasks back, all or none. A person may take one from anybody; nothing where nobody holds it."""

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        draft = Draft(txn, ctx, workspace.root, start)
        now = claims.at(txn, ctx)
        events: list[Event] = []
        for ref in finding.words(refs):
            document, found = draft.find_task(ref)
            name = str(found["id"])
            lease = claims.of_task(txn, document.uid, name)
            events += claim.release(document, lease, Act(task=name, reason=reason), now)
        return events

    return claims.write(workspace, decide)


def in_hand(reading: Reading, ctx: Context) -> Hands:
    """Return what claims and runs have in hand at one moment."""
    return of_hands.at(reading, ctx.now, ctx.settings, ctx.held_by)


def areas(reading: Reading, ctx: Context) -> Callable[[ready.Sight], Area]:
    """Return what tells the files and locks a task needs; a record is read when it is asked about."""
    known: dict[str, Document | None] = {}

    def of(sight: ready.Sight) -> Area:
        uid = str(sight.row["uid"])
        if uid not in known:
            known[uid] = reading.load("milestone", uid)
        document = known[uid]
        found = tasks.get(document.body, str(sight.task["id"])) if document is not None else None
        return overlap.of(found or {}, ctx.settings)

    return of


def scope_of(workspace: Workspace) -> str:
    """Return how far a claim reaches: every machine on a server's store, else the clone."""
    return "project" if located.read(workspace.root).backend == "postgres" else "clone"


def _claim(txn: Txn, ctx: Context, document: Document, found: Body, hands: Hands) -> list[Event]:
    name = str(found["id"])
    known = () if found.get("files") else of_hands.learned(txn, rules.ref(document, name))
    request = claim.ClaimTask(task=name, random=os.urandom(4).hex(), learned=known)
    return claim.claim(document, claims.of_task(txn, document.uid, name), hands, request, ctx)


def _claimed(workspace: Workspace, written: Written) -> Claimed:
    scope = scope_of(workspace)
    made = [r.event for r in written.events if r.event.kind == "task.claimed"]
    bodies = {str(event.data["lease"]["id"]): event.data["lease"] for event in made}
    found: list[tuple[str, str]] = []
    with workspace.reading() as reading:
        for ref, lease in bodies.items():
            document = reading.load("milestone", str(lease["milestone"]))
            task = tasks.get(document.body, str(lease["task"])) if document else None
            if task and task.get("next_note"):
                found.append((ref, str(task["next_note"])))
    shown = tuple(leases.shown(body, scope) | {"ref": ref} for ref, body in bodies.items())
    return Claimed(written=written, leases=shown, notes=tuple(found))


def _view_again(workspace: Workspace, written: Written) -> View:
    """Return what `next` answered when the key was new: the task that was claimed then."""
    bodies = [r.event.data["lease"] for r in written.events if r.event.kind == "task.claimed"]
    with workspace.reading() as reading:
        rows = rows_of(reading.rows())
        for lease in bodies:
            row = rows.of_uid(str(lease["milestone"]))
            for sight in ready.of_milestone(row, ()) if row else ():
                if sight.task["id"] == lease["task"]:
                    return report.answer([sight], "It was claimed under this key before.")
    return report.answer([], "Nothing was ready when this key was used.")
