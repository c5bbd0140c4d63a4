"""The registry of agents and the messages between them: at least once, in order per pair."""

from collections.abc import Iterable
from typing import Any

from milestone import uids
from milestone.domain.document import Document, Event

LIVE = ("working",)


def register(name: str, **facts: Any) -> Event:
    """Return the event that enters an agent, or says what it does now."""
    return _about(name, "agent.registered", agent={"name": name, **facts})


def leave(name: str) -> Event:
    """Return the event that takes an agent out."""
    return _about(name, "agent.removed")


def fail(name: str, reason: str) -> Event:
    """Return the event of an agent that failed."""
    return _about(name, "agent.failed", reason=reason)


def restart(name: str, reason: str = "") -> Event:
    """Return the event of an agent that was replaced."""
    return _about(name, "agent.restarted", reason=reason or "replaced")


def send(sender: str, to: str, text: str, *, number: str) -> Event:
    """Return the event of a message to one agent. `number` makes it one: the same one sent twice is there once."""
    body = {"from": sender, "to": to, "text": text, "received": False, "number": number}
    return Event(
        kind="agent.message",
        document="message",
        uid=uids.uid_from_name(f"message {sender} {to} {number}"),
        data={"message": body},
    )


def broadcast(agents: Iterable[Document], sender: str, text: str, *, number: str) -> list[Event]:
    """Return a message to everybody at work but the sender."""
    return [send(sender, name, text, number=number) for name in live(agents) if name != sender]


def waiting(messages: Iterable[Document], to: str) -> list[Document]:
    """Return what an agent has not received yet, in the order it was sent."""
    return in_order([m for m in messages if m.body.get("to") == to and not m.body.get("received")])


def in_order(messages: Iterable[Document]) -> list[Document]:
    """Return messages in the order they were sent."""
    return sorted(messages, key=lambda m: (str(m.body.get("at")), str(m.body.get("number"))))


def receive(message: Document) -> Event:
    """Return the event that says a message has arrived. Until then it is delivered again."""
    return Event(kind="agent.message", document="message", uid=message.uid, data={"message": {"received": True}})


def clean_up(agents: Iterable[Document], messages: Iterable[Document]) -> list[Event]:
    """Return what takes dead agents out: what they had not received goes back to who sent it."""
    known = list(agents)
    dead = {str(a.body.get("name")) for a in known if a.body.get("state") not in ("working", "gone")}
    back = [
        send(
            "registry",
            str(m.body["from"]),
            f"{m.body['to']} is gone and never read: {m.body['text']}",
            number=m.uid,
        )
        for name in sorted(dead)
        for m in waiting(messages, name)
    ]
    return [*back, *(leave(name) for name in sorted(dead))]


def live(agents: Iterable[Document]) -> list[str]:
    """Return the names of agents at work."""
    return sorted(str(a.body.get("name")) for a in agents if a.body.get("state") in LIVE)


def _about(name: str, kind: str, **data: Any) -> Event:
    return Event(kind=kind, document="agent", uid=uids.uid_from_name(f"agent {name}"), data=data)
