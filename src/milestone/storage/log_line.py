"""One line of the log: one transaction, chained by hash to the one before.

`{"seq":…,…,"hash":"<64 hex digits>"}`: the hash covers every byte before `,"hash"`, among them `prev`, the hash of
the line before. So each line proves itself, and the last one names the head.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from milestone import digests, errors, registry
from milestone.domain.document import Actor, Event, Recorded
from milestone.storage.base import Stamp

GENESIS = "0" * 64
FORMAT = 1  # of the store; a newer one is read if it can be, never written
LONG = 1 << 20
T = TypeVar("T")
TAIL = len(',"hash":""}') + 64


class LoggedEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event, with its own actor where that is not the transaction's (an edit git brought)."""

    kind: str
    document: str
    uid: str
    milestone: str | None = None
    task: str | None = None
    data: dict[str, object] = {}
    actor: Actor | None = None


class FileMark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document the transaction changed, and the digest of its file before and after."""

    kind: str
    uid: str
    revision: int  # after the transaction
    path: str | None = None  # under .milestones; None: it has no file
    was: str | None = None  # where its file lay before, when elsewhere
    before: str | None = None
    after: str | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One transaction."""

    v: int = FORMAT
    seq: int  # of its first event
    prev: str
    at: str
    actor: Actor
    session: str | None = None
    operation: str | None = None
    events: tuple[LoggedEvent, ...]
    files: tuple[FileMark, ...] = ()

    @property
    def last_seq(self) -> int:
        return self.seq + len(self.events) - 1

    def recorded(self) -> list[Recorded]:
        """Return its events as readers see them."""
        return [_recorded(self, place, logged) for place, logged in enumerate(self.events)]


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction whose events are decoded one by one: of a big plan somebody wants the last few."""

    seq: int
    at: str
    actor: Actor
    session: str | None = None
    operation: str | None = None
    events: list[msgspec.Raw]

    def backward(self) -> Iterator[Recorded]:
        """Yield its events as readers see them, the last one first."""
        for place in reversed(range(len(self.events))):
            yield _recorded(self, place, LOGGED.decode(self.events[place]))


def _recorded(line: Line | Unread, place: int, logged: LoggedEvent) -> Recorded:
    return Recorded(
        seq=line.seq + place,
        at=line.at,
        actor=logged.actor or line.actor,
        event=Event(
            kind=logged.kind,
            document=logged.document,
            uid=logged.uid,
            milestone=logged.milestone,
            task=logged.task,
            data=logged.data,
        ),
        session=line.session,
        operation=line.operation,
    )


class Span(msgspec.Struct, frozen=True):
    """How much of a line tells which events it holds."""

    seq: int
    events: list[msgspec.Raw]


ENCODER = msgspec.json.Encoder()
DECODER = msgspec.json.Decoder(Line)
UNREAD = msgspec.json.Decoder(Unread)
LOGGED = msgspec.json.Decoder(LoggedEvent)
SPANS = msgspec.json.Decoder(Span)


class BrokenLine(ValueError):
    """A line that is not what was written."""


def moment_of(text: bytes) -> str:
    """Return when a line was written, without reading its events."""
    start = text.index(b'"at":"') + len(b'"at":"')
    return text[start : text.index(b'"', start)].decode()


def make(stamp: Stamp, prev: str, staged: list[Recorded], files: list[FileMark]) -> Line:
    """Return the transaction that says these events."""
    return Line(
        seq=staged[0].seq,
        prev=prev,
        at=stamp.at,
        actor=stamp.actor,
        session=stamp.session,
        operation=stamp.operation,
        events=tuple(_logged(recorded, stamp) for recorded in staged),
        files=tuple(files),
    )


def _logged(recorded: Recorded, stamp: Stamp) -> LoggedEvent:
    event = recorded.event
    return LoggedEvent(
        kind=event.kind,
        document=event.document,
        uid=event.uid,
        milestone=event.milestone,
        task=event.task,
        data=event.data,
        actor=None if recorded.actor == stamp.actor else recorded.actor,
    )


def encode(line: Line) -> tuple[bytes, str]:
    """Return the bytes of a line with its newline, and its hash."""
    said = ENCODER.encode(line)[:-1]
    name = _hash(said)
    return said + b',"hash":"' + name.encode() + b'"}\n', name


def decode(data: bytes) -> tuple[Line, str]:
    """Return the transaction in the bytes of a line without newline, and its hash.

    Raises:
        BrokenLine: it is no JSON of ours, or a byte of it changed.
    """
    return _decoded(DECODER, data), _check(data)


def unread(data: bytes) -> tuple[Unread, str]:
    """Return the same with its events still to be decoded. Raises as `decode`."""
    return _decoded(UNREAD, data), _check(data)


def _decoded(decoder: "msgspec.json.Decoder[T]", data: bytes) -> T:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise BrokenLine(f"it is not readable: {problem}") from problem


def _check(data: bytes) -> str:
    """Return the hash of a line's text, which stands at its end."""
    said = _hash(data[:-TAIL])
    if data[-TAIL:] != b',"hash":"' + said.encode() + b'"}':
        raise BrokenLine("its text does not match its hash")
    return said


def _hash(data: bytes) -> str:
    """Return the SHA-256 of a line; for that of a big plan OpenSSL is worth loading, it is five times as fast."""
    if len(data) < LONG:
        return digests.sha256(data)
    name: str = registry.load("hashlib:sha256")(data).hexdigest()
    return name


def last_seq(data: bytes) -> int:
    """Return the position of the last event in the bytes of a line."""
    span = SPANS.decode(data)
    return span.seq + len(span.events) - 1


def following(lines: Iterable[bytes], *, seq: int, prev: str) -> list[tuple[Line, str]]:
    """Return foreign lines, each with its hash, after holding them against the line they should follow.

    Raises:
        Damaged: one does not follow the one before it, or is not what was written.
    """
    found: list[tuple[Line, str]] = []
    for data in lines:
        try:
            line, name = decode(data)
        except BrokenLine as problem:
            raise _foreign(f"the line after event {seq} is broken: {problem}") from problem
        if line.prev != prev or line.seq != seq + 1:
            raise _foreign(f"event {line.seq} does not follow event {seq}")
        found.append((line, name))
        seq, prev = line.last_seq, name
    return found


def _foreign(why: str) -> errors.Damaged:
    return errors.Damaged(
        "These transactions cannot be taken in.", why=why, next=["milestone doctor"], code="not_the_next_line"
    )
