"""Rules of claims: who may take a task, for how long, and how it is given back."""

from datetime import timedelta
from typing import Any

import msgspec

from milestone import errors
from milestone.clock import format_moment, parse_moment
from milestone.domain import durations, leases, overlap, tasks
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.decide import task as of_task
from milestone.domain.decide.finding import find
from milestone.domain.document import Body, Document, Event
from milestone.domain.hands import Hands

USUAL = 0.5  # hours; `claims.lease`
RENEWED_AFTER = 0.1  # share of a lease that has to pass before it is worth an event to renew it


class ClaimTask(msgspec.Struct, frozen=True, kw_only=True):
    """Take a task. `random` makes the token; `learned` are files that earlier attempts at it changed."""

    task: str
    random: str
    learned: tuple[str, ...] = ()


def claim(
    document: Document, lease: Document | None, hands: Hands, request: ClaimTask, ctx: Context
) -> list[Event]:
    """Return the events of a claim: the end of one that ran out, then the new one. By its token it is renewed.

    Raises:
        Stale: somebody else holds it, or what it needs is in other hands.
        Refused, Waiting: it cannot be worked on.
    """
    task = find(document, request.task)
    name, ref = str(task["id"]), rules.ref(document, request.task)
    if leases.check(lease, ctx, ref) and lease is not None:
        return [_claimed(document, lease.uid, name, {**lease.body, "expires": ends(ctx)})]
    if leases.is_live(lease, ctx.now) and lease is not None:
        raise leases.taken(lease, ref)  # one name is not one worker: another terminal may have claimed it
    _check_workable(document, task, ctx)
    area = overlap.of(task, ctx.settings, request.learned)
    _check_free(document, name, hands, area)
    uid = leases.uid_of(document.uid, name)
    number = int(lease.body.get("number") or 0) + 1 if lease is not None else 1
    body = {
        "id": ref,
        "milestone": document.uid,
        "task": name,
        "kind": "claim",
        "token": leases.new_token(uid, number, request.random),
        "number": number,
        "holder": ctx.actor.name,
        "expires": ends(ctx),
        "files": list(area.files),
        "locks": list(area.locks),
    }
    return [*expired(document, lease, name), _claimed(document, uid, name, body)]


def renew(document: Document, lease: Document, ctx: Context) -> list[Event]:
    """Return the event that a sign of life makes of a live claim; nothing so soon after the last one."""
    fresh = ends(ctx)
    since = parse_moment(fresh) - parse_moment(str(lease.body["expires"]))
    if since < timedelta(hours=hours(ctx)) * RENEWED_AFTER:
        return []
    return [_claimed(document, lease.uid, str(lease.body["task"]), {**lease.body, "expires": fresh})]


def release(document: Document, lease: Document | None, request: of_task.Act, ctx: Context) -> list[Event]:
    """Return the event of giving a task back; nothing when nobody holds it. A person may take it from anybody.

    Raises:
        Stale: a program releases what another holds.
    """
    task = find(document, request.task)
    if lease is None or not leases.is_live(lease, ctx.now):
        return []
    is_person = ctx.actor.kind == "person" and not ctx.in_run
    if not is_person and not leases.is_proved(lease, ctx):
        raise leases.taken(lease, rules.ref(document, request.task))
    return [released(document, lease, task, request.reason)]


def released(document: Document, lease: Document, task: Body, reason: str | None) -> Event:
    """Return the event after which a task is in nobody's hand; one that is not over is for whoever comes next."""
    left = tasks.status(task) not in ("completed", "cancelled")
    told: dict[str, Any] = {**({"reason": reason} if reason else {}), **({"left": True} if left else {})}
    return leases.event(lease.uid, "task.released", rules.name(document), str(task["id"]), **told)


def expired(document: Document, lease: Document | None, task: str) -> list[Event]:
    """Return the event that says a claim ran out; nothing when that was noticed, or there was none."""
    if lease is None or lease.body.get("state") != leases.CLAIMED:
        return []
    return [leases.event(lease.uid, "lease.expired", rules.name(document), task, token=lease.body.get("token"))]


def hours(ctx: Context) -> float:
    """Return how long a claim holds without a sign of life."""
    found = ctx.settings.get("claims.lease")
    read = durations.hours(str(found), day=24, week=168) if found is not None else None
    return read if read and read > 0 else USUAL


def ends(ctx: Context) -> str:
    """Return when a claim that is made or renewed now runs out."""
    return format_moment(parse_moment(ctx.now) + timedelta(hours=hours(ctx)))


def _claimed(document: Document, uid: str, task: str, body: Body) -> Event:
    kept = {key: value for key, value in body.items() if key not in ("state", "since")}
    return leases.event(uid, "task.claimed", rules.name(document), task, lease=kept)


def _check_workable(document: Document, task: Body, ctx: Context) -> None:
    """Let a task pass that could be worked on now: what stops a start stops a claim."""
    name = str(task["id"])
    if name in tasks.parents(document.body):
        inside = [str(t["id"]) for t in tasks.children(document.body, name)]
        raise errors.Refused(
            f"{rules.ref(document, name)} has subtasks.",
            why="its subtasks are what is worked on",
            next=[f"milestone task claim {rules.ref(document, inside[0])}"],
            code="has_subtasks",
        )
    if tasks.status(task) == "in_review":
        ref = rules.ref(document, name)
        raise errors.Waiting(f"{ref} waits for review.", next=[f"milestone review {ref}"], code="in_review")
    of_task.start(document, of_task.StartTask(task=name), ctx)


def _check_free(document: Document, task: str, hands: Hands, area: overlap.Area) -> None:
    ref = rules.ref(document, task)
    hand = hands.of(document.uid, task)
    if hand is not None:
        raise errors.Stale(
            f"{ref} is in hand.",
            why=f"{hand.holder} works on it",
            next=["milestone next --claim", "milestone sessions"],
            code="claimed",
            current={"holder": hand.holder, "expires": hand.until},
        )
    clash = hands.in_the_way(document.uid, task, area)
    if clash is not None:
        raise errors.Stale(
            f"{ref} overlaps with {clash[0].ref}, which {clash[0].holder} has in hand.",
            why=f"both need {clash[1]}",
            next=["milestone next --claim", f"milestone show {clash[0].ref}"],
            code="overlap",
            current={"holder": clash[0].holder, "expires": clash[0].until},
        )
