"""The store as it was: moments folded from the log's own lines, on every backend alike."""

from collections.abc import Collection, Iterable, Iterator
from typing import cast

from milestone import errors
from milestone.domain.document import Document, Recorded
from milestone.storage import log_line
from milestone.storage.base import Evolve, Mark, Reading, Summarise
from milestone.storage.log_line import BrokenLine, Line
from milestone.storage.memory import MemoryReading, Present

Key = tuple[str, str]  # kind, uid


def transactions(reading: Reading, after: int = 0) -> Iterator[Line]:
    """Yield the transactions that hold an event after `after`, in order."""
    for text in reading.lines(after):
        yield log_line.DECODER.decode(text)


def versions(
    reading: Reading, keys: Collection[Key], line: Line, evolve: Evolve
) -> tuple[dict[Key, Document], dict[Key, Document]]:
    """Return some documents as they were before and after a transaction; one that was not there is left out."""
    before: dict[Key, Document] = {}
    after: dict[Key, Document] = {}
    for recorded in _about(reading, keys, line.last_seq):
        key = (recorded.event.document, recorded.event.uid)
        after[key] = evolve(after.get(key), recorded)
        if recorded.seq < line.seq:
            before[key] = after[key]
    return before, after


def _about(reading: Reading, keys: Collection[Key], last: int) -> Iterator[Recorded]:
    """Yield the events up to `last` about some documents; other lines are not even decoded."""
    names = [uid.encode() for _, uid in keys]
    for text in reading.lines():
        if any(name in text for name in names):
            line = log_line.DECODER.decode(text)
            if line.seq > last:
                return
            yield from (r for r in line.recorded() if (r.event.document, r.event.uid) in keys)


def at(reading: Reading, seq: int, *, evolve: Evolve, summarise: Summarise) -> Reading:
    """Return the store as it was after an event: to read only, and without anything that came later.

    Raises:
        Damaged: a line of the log is not what was written.
    """
    present = _present(reading, seq, evolve)
    # its numbers are computed where the protocol has fields: the same for every reader
    return cast(Reading, MemoryReading(present, summarise, _held(present.documents.values())))


def last_before(reading: Reading, moment: str) -> int:
    """Return the position of the last event recorded not after a moment (RFC 3339 UTC); 0 for none."""
    found = 0
    for line in transactions(reading):
        if line.at <= moment:
            found = line.last_seq
    return found


def time_of(reading: Reading, seq: int) -> str | None:
    """Return when an event was recorded (RFC 3339 UTC); None when there is none."""
    for recorded in reading.events(after=seq - 1, limit=1) if seq > 0 else ():
        return recorded.at
    return None


def _present(reading: Reading, seq: int, evolve: Evolve) -> Present:
    documents: dict[Key, Document] = {}
    events: list[Recorded] = []
    lines: list[bytes] = []
    name = log_line.GENESIS
    for text in reading.lines():
        line, own = _decoded(text)
        if line.seq > seq:
            break
        for recorded in line.recorded()[: seq - line.seq + 1]:
            key = (recorded.event.document, recorded.event.uid)
            documents[key] = evolve(documents.get(key), recorded)
            events.append(recorded)
        if line.last_seq <= seq:
            lines.append(text)
            name = own
    mark = Mark(epoch=reading.epoch, seq=len(events), hash=name)
    return Present(mark=mark, lines=tuple(lines), events=tuple(events), documents=documents)


def _decoded(text: bytes) -> tuple[Line, str]:
    try:
        return log_line.decode(text)
    except BrokenLine as problem:
        raise errors.Damaged(
            "The log of this store is damaged.", why=str(problem), next=["milestone doctor"], code="log_damaged"
        ) from problem


def _held(documents: Iterable[Document]) -> dict[str, str]:
    """Return what the runs of that moment held."""
    running = [d.body for d in documents if d.kind == "session" and d.body.get("state") == "running"]
    return {str(uid): str(body.get("id")) for body in running for uid in body.get("holds") or ()}
