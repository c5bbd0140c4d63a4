"""Check a database from its first line: the chain, the narrow tables, and every record against a fresh fold."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

from milestone import errors
from milestone.domain.document import Document
from milestone.storage.log_line import GENESIS
from milestone.storage.sql import head as heads
from milestone.storage.sql import records
from milestone.storage.sql.connection import Connection
from milestone.storage.sql.damage import damaged
from milestone.storage.sql.moment import Key, Rules, line_of
from milestone.storage.sql.statements import SQL
from milestone.storage.sql.transaction import narrow

Finding = dict[str, Any]


def verify(read_turn: Callable[[], AbstractContextManager[Connection]], rules: Rules) -> Mapping[str, Any]:
    """Return `{ok, events, head, findings}`; nothing is changed."""
    try:
        with read_turn() as connection:
            head = heads.read(connection)
            findings = [finding("error", "database_damaged", "database", why) for why in connection.sound()]
            folded = _chain(connection, head, rules, findings)
            findings += _records(connection, folded, rules)
    except errors.Damaged as problem:
        damage = finding("error", problem.code, "database", problem.why)
        return {"ok": False, "events": 0, "head": "", "findings": [damage]}
    return {"ok": not findings, "events": head.seq, "head": head.hash, "findings": findings}


def finding(severity: str, code: str, where: str, message: str) -> Finding:
    """Return a finding as `log --verify` and doctor show it."""
    return {"severity": severity, "code": code, "where": where, "message": message}


def _chain(connection: Connection, head: heads.Head, rules: Rules, findings: list[Finding]) -> dict[Key, Document]:
    """Return every document that the log makes.

    Raises:
        Damaged: a line is broken, missing or in another's place.
    """
    seq, end = 0, GENESIS
    documents: dict[Key, Document] = {}
    events = connection.stream(SQL["every_event"])
    for found in connection.stream(SQL["lines"], (0,)):
        line = line_of(found)
        if line.prev != end or line.seq != seq + 1:
            raise damaged(f"event {line.seq} does not follow event {seq}")
        for recorded in line.recorded():
            if next(events, None) != narrow(recorded, line.seq):
                findings.append(_differs("event", recorded.seq))
            key = (recorded.event.document, recorded.event.uid)
            documents[key] = rules.evolve(documents.get(key), recorded)
        seq, end = line.last_seq, str(found[1])
    if (seq, end) != (head.seq, head.hash):
        raise damaged(f"the log ends at event {seq}, not at event {head.seq}")
    return documents


def _records(connection: Connection, folded: Mapping[Key, Document], rules: Rules) -> Iterator[Finding]:
    """Yield a finding for each kept record that is not what its events make it."""
    missing = set(folded)
    for found in connection.stream(SQL["every_document"]):
        key = (str(found[0]), str(found[1]))
        missing.discard(key)
        document = folded.get(key)
        row = rules.summarise(document) if document is not None and document.kind == "milestone" else None
        if document is None or tuple(found) != records.kept(document, row):
            yield _differs(*key)
    yield from (_differs(*key) for key in sorted(missing))


def _differs(kind: str, uid: object) -> Finding:
    return finding("error", "document_differs", f"{kind}/{uid}", "The kept record is not what its events make it.")
