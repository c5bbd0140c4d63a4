"""Who holds which task at a moment: a lease for a while, and a token that fences.

A lease is a local document, one for each task that was ever claimed. Its number grows with each claim and is in
the token, so that who lost a claim is known for it however late it writes. Names are shown; tokens decide.
"""

from collections.abc import Mapping
from typing import Any

from milestone import errors, uids
from milestone.domain.context import Context
from milestone.domain.document import Document, Event

KIND = "lease"
CLAIMED = "claimed"  # until it expires; an expired one is given away
LEFT = "left"  # released before the task was done
LOST = "lost"  # it expired, and that was noticed
FREE = "free"  # released with the task done

# What says how a task stands: among programs of one name only the token tells who may.
DECIDING = frozenset({"task.completed", "task.failed", "task.blocked", "task.cancelled", "task.reopened"})
DECIDING |= {"task.retried", "task.unblocked", "task.submitted", "phase.submitted", "phase.completed"}


class Fenced(errors.Stale):
    """A write with the token of a claim that was lost; `event` is what to record of it."""

    code = "fenced"

    def __init__(self, message: str, *, event: Event, **told: Any) -> None:
        super().__init__(message, **told)
        self.event = event


def uid_of(milestone: str, task: str) -> str:
    """Return the uid of a task's lease, by the milestone's uid and the task's id."""
    return uids.uid_from_name(f"lease {milestone} {task}")


def new_token(uid: str, number: int, random: str) -> str:
    """Return the token of a lease's claim; `random` keeps others from guessing it."""
    return f"{uid[:12]}-{number}-{random}"


def is_live(lease: Document | None, now: str) -> bool:
    """Tell whether somebody holds the task at a moment (RFC 3339 UTC)."""
    return lease is not None and lease.body.get("state") == CLAIMED and str(lease.body.get("expires")) > now


def shown(body: Mapping[str, Any], scope: str) -> dict[str, Any]:
    """Return a lease as its holder is answered; `scope` says how far it reaches: `clone` or `project`."""
    return {**{key: body.get(key) for key in ("token", "holder", "expires")}, "scope": scope}


def is_proved(lease: Document, ctx: Context) -> bool:
    """Tell whether the caller shows the token of the lease as it is now."""
    return lease.body.get("token") in _tokens(ctx)


def check(lease: Document | None, ctx: Context, ref: str) -> bool:
    """Let pass who may write about a task; tell whether it was by the token of a live claim.

    Raises:
        Fenced: the token shown is of a claim that was lost.
        Stale: somebody else holds the task.
    """
    if lease is None:
        return False
    if not is_live(lease, ctx.now) and lease.body.get("state") in (FREE, LEFT) and is_proved(lease, ctx):
        return False  # it was given back by whoever shows it
    own = [token for token in _tokens(ctx) if token.startswith(f"{lease.uid[:12]}-")]
    if own and not (is_live(lease, ctx.now) and is_proved(lease, ctx)):
        raise _fenced(lease, ref, own[0], ctx)
    if own or not is_live(lease, ctx.now):
        return bool(own)
    if lease.body.get("holder") != ctx.actor.name or _tokens(ctx):
        raise taken(lease, ref)
    return False


def check_decides(lease: Document | None, ctx: Context, ref: str) -> None:
    """Let a decision about a claimed task pass: among programs of one name the token says whose it is.

    Raises:
        Stale: a program shows no token.
    """
    is_program = ctx.actor.kind != "person" or ctx.in_run
    if lease is not None and is_live(lease, ctx.now) and is_program and not is_proved(lease, ctx):
        raise taken(lease, ref)


def taken(lease: Document, ref: str) -> errors.Stale:
    """Return the refusal that says who holds a task."""
    holder, expires = str(lease.body.get("holder")), str(lease.body.get("expires"))
    return errors.Stale(
        f"{ref} is claimed by {holder}.",
        why=f"the claim holds until {expires}; its token proves it (--lease, MILESTONE_LEASE)",
        next=["milestone next --claim", f'milestone task release {ref} --reason "..."   (a person)'],
        code="claimed",
        current={"holder": holder, "expires": expires},
    )


def event(lease_uid: str, kind: str, milestone: str, task: str, **data: Any) -> Event:
    """Return an event of a task's lease."""
    return Event(kind=kind, document=KIND, uid=lease_uid, milestone=milestone, task=task, data=data)


def _tokens(ctx: Context) -> list[str]:
    """Return the tokens the caller shows; a run's own mark is none."""
    return [word for word in (ctx.lease or "").replace(",", " ").split() if _is_token(word)]


def _is_token(word: str) -> bool:
    parts = word.split("-")
    return len(parts) == 3 and len(parts[0]) == 12 and parts[1].isdigit()


def _fenced(lease: Document, ref: str, token: str, ctx: Context) -> Fenced:
    milestone, _, task = ref.partition("/")
    is_held = is_live(lease, ctx.now)
    why = f"{lease.body.get('holder')} holds it now" if is_held else "it ran out; nothing of it counts any more"
    return Fenced(
        f"The claim on {ref} was lost.",
        why=why,
        next=["milestone next --claim"] if is_held else [f"milestone task claim {ref}", "milestone next --claim"],
        current={key: lease.body.get(key) for key in ("holder", "expires")},
        event=event(lease.uid, "lease.fenced", milestone, task, token=token),
    )
