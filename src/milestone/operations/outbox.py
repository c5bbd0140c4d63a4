"""Tell people what happened: every event once looked at, each message at least once, in order for each channel.

How far a channel has come is kept in the store, so that clones and machines that share one do not tell twice.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta

import msgspec

from milestone import clock, errors, uids
from milestone.domain import channels
from milestone.domain.channels import Channel
from milestone.domain.context import Context
from milestone.domain.document import Actor, Document, Event
from milestone.integrations.channels import SENDERS
from milestone.integrations.channels.base import Message, NotSent, Sender
from milestone.operations import brought, trusting
from milestone.registry import load
from milestone.reports import notices
from milestone.reports.notices import Notice
from milestone.storage import locks
from milestone.storage.base import Reading, Txn
from milestone.workspace.base import Workspace

SERVICE = Actor(name="service:notifier", kind="service", source="notifier")
PATIENCE = (30, 120, 600, 3600)  # seconds before the next try, after so many failures
MOST = 10  # things told in one message
FAR = 1000  # events without a word
TOGETHER = 1.0  # seconds


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """How one channel stands."""

    channel: str
    sent: int = 0  # things told now
    waiting: int = 0  # things still to tell
    reason: str = ""  # why they wait


def deliver(workspace: Workspace, *, after: int | None = None, sender: Sender | None = None) -> list[Delivery]:
    """Send what waits, channel by channel, and return how each stands. Only one process sends at a time.

    A channel nobody told anything yet begins after the event `after`, else with what happens from now on.
    """
    known = channels.of(workspace.settings.values)
    if not known:
        return []
    folder = workspace.root / "local"
    folder.mkdir(exist_ok=True)
    with ExitStack() as held:
        try:
            held.enter_context(locks.sole(str(folder), "outbox.lock", "is sending"))
        except errors.Busy:
            return [Delivery(channel=each.name, reason="another process is sending") for each in known]
        means: Sender = sender or load(SENDERS["apprise"])()
        return [_serve(workspace, each, means, after) for each in known]


def settle(workspace: Workspace, after: int | None, *, sender: Sender | None = None) -> list[Delivery]:
    """Let what happens together be told together: wait a moment, send, and go on while there is more."""
    while True:
        time.sleep(TOGETHER)
        done = deliver(workspace, after=after, sender=sender)
        if not any(each.sent for each in done):
            return done


def test(workspace: Workspace, name: str, *, sender: Sender | None = None) -> None:
    """Send one message to a channel.

    Raises:
        NotFound: there is no such channel.
        Refused: it did not arrive.
    """
    known = {channel.name: channel for channel in channels.of(workspace.settings.values)}
    if name not in known:
        raise errors.NotFound(
            f"There is no channel {name}.",
            candidates=list(known),
            next=["milestone notify"],
            code="channel_not_found",
        )
    means: Sender = sender or load(SENDERS["apprise"])()
    title = str(workspace.settings.get("project.name") or workspace.root.parent.name)
    try:
        means.send(known[name].address, Message(title=title, text=f"A test of the channel {name}."))
    except NotSent as failed:
        raise errors.Refused(
            f"{name} did not take the message.",
            why=str(failed),
            next=[f"milestone config explain channels.{name}.url"],
            code="not_sent",
        ) from None


def _serve(workspace: Workspace, channel: Channel, sender: Sender, after: int | None) -> Delivery:
    with workspace.reading() as reading:
        known = reading.load("channel", _uid(channel))
        upto = int(known.body.get("upto") or 0) if known else reading.seq if after is None else after
        found = _waiting(workspace, reading, channel, upto)
        end = reading.seq
    if known is None:
        _record(workspace, channel, "notification.sent", upto=upto, count=0)
    if not found:
        if end - upto > FAR:  # so that the same events are not looked at again and again
            _record(workspace, channel, "notification.sent", upto=end, count=0)
        return Delivery(channel=channel.name)
    held = _held(workspace, channel, known) or _unconfirmed(workspace, channel)
    if held:
        return Delivery(channel=channel.name, waiting=len(found), reason=held)
    try:
        for start in range(0, len(found), MOST):
            part = found[start : start + MOST]
            sender.send(channel.address, _message(part))
            last = part[-1].seq if start + MOST < len(found) else end
            _record(workspace, channel, "notification.sent", upto=last, count=len(part))
    except NotSent as failed:
        _record(workspace, channel, "notification.failed", reason=str(failed))
        return Delivery(channel=channel.name, sent=start, waiting=len(found) - start, reason=str(failed))
    return Delivery(channel=channel.name, sent=len(found))


def standing(workspace: Workspace, reading: Reading) -> list[Delivery]:
    """Return how every channel stands, without sending anything."""
    found = []
    for channel in channels.of(workspace.settings.values):
        known = reading.load("channel", _uid(channel))
        waiting = _waiting(workspace, reading, channel, int(known.body.get("upto") or 0)) if known else []
        reason = _held(workspace, channel, known) if waiting else ""
        found.append(Delivery(channel=channel.name, waiting=len(waiting), reason=reason))
    return found


def _waiting(workspace: Workspace, reading: Reading, channel: Channel, upto: int) -> list[Notice]:
    """Return what a channel is to be told, in order; of several notices about one thing the last."""
    ctx = workspace.context(reading)
    across = workspace.settings.get("coordination.cross_team_notifications") is not False
    found: dict[str, Notice] = {}
    for recorded in reading.events(after=upto):
        document = reading.load(recorded.event.document, recorded.event.uid)
        about = _subject(reading, document)
        notice = notices.of(recorded, about, ctx, also=channel.events)
        kind = recorded.event.kind
        if notice is not None and channel.wants(notice.topic, kind, notice.teams, across_teams=across):
            found.pop(notice.about, None)
            found[notice.about] = notice
    return list(found.values())


def _subject(reading: Reading, document: Document | None) -> Document | None:
    """Return the milestone an event is about: of a session, the one it runs."""
    if document is None or document.kind != "session":
        return document
    held = document.body.get("holds") or [None]
    return reading.load("milestone", str(held[0])) if held[0] else None


def _held(workspace: Workspace, channel: Channel, known: Document | None) -> str:
    """Return why a channel is told nothing just now; empty when nothing hinders."""
    now = workspace.clock.now()
    body = known.body if known else {}
    if channel.is_quiet(now.astimezone(workspace.settings.timezone)):
        return f"quiet hours ({channel.quiet})"
    failures = int(body.get("failures") or 0)
    if failures:
        tried = clock.parse_moment(str(body["last_tried"]))
        pause = timedelta(seconds=PATIENCE[min(failures, len(PATIENCE)) - 1])
        if now < tried + pause:
            return str(body.get("reason") or "it could not be reached")
    last = clock.parse_moment(str(body["last_sent"])) if body.get("last_sent") else None
    return "" if channel.is_due(last, now) else f"told together, every {channel.every:g} h"


def _unconfirmed(workspace: Workspace, channel: Channel) -> str:
    """Return why nothing may be sent to an address: it came with the clone, and nobody confirmed it here."""
    try:
        trusting.require(workspace, brought.of_channel(workspace, channel.name, channel.address))
    except (errors.Waiting, errors.NeedsAPerson):
        return "its address came from outside this clone; milestone notify send --trust-commands confirms it"
    return ""


def _message(part: Sequence[Notice]) -> Message:
    if len(part) == 1:
        return Message(title=part[0].title, text="\n".join(part[0].lines))
    text = "\n\n".join("\n".join([each.title, *each.lines]) for each in part)
    return Message(title=f"{len(part)} updates", text=text)


def _record(workspace: Workspace, channel: Channel, kind: str, **data: object) -> None:
    facts = {"channel": channel.name, **data}

    def decide(_txn: Txn, _ctx: Context) -> list[Event]:
        return [Event(kind=kind, document="channel", uid=_uid(channel), data=facts)]

    before, workspace.actor = workspace.actor, SERVICE
    try:
        workspace.write_apart(decide)
    finally:
        workspace.actor = before


def _uid(channel: Channel) -> str:
    return uids.uid_from_name(f"channel {channel.name}")
