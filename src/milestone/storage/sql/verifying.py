"""Check a database from its first line: the chain, the narrow tables, and every record against a fresh fold."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

from milestone import errors
from milestone.domain.document import Document
from milestone.storage.base import Row
from milestone.storage.log_line import GENESIS
from milestone.storage.sql import head as heads
from milestone.storage.sql import narrow, records
from milestone.storage.sql.connection import Connection
from milestone.storage.sql.damage import damaged
from milestone.storage.sql.moment import Key, Rules, line_of
from milestone.storage.sql.statements import SQL
from milestone.storage.sql.transaction import event_row, line_row

Finding = dict[str, Any]


def verify(read_turn: Callable[[], AbstractContextManager[Connection]], rules: Rules) -> Mapping[str, Any]:
    """Return `{ok, events, head, findings}`; nothing is changed."""
    try:
        with read_turn() as connection:
            head = heads.read(connection)
            findings = [finding("error", "database_damaged", "database", why) for why in connection.sound()]
            opened = rules.opened(connection)
            folded = _chain(opened, head, rules, findings)
            findings += _records(opened, folded, rules)
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
    columns = connection.stream(SQL["line_columns"])
    for found in connection.stream(SQL["lines"], (0,)):
        line = line_of(found)
        if line.prev != end or line.seq != seq + 1:
            raise damaged(f"event {line.seq} does not follow event {seq}")
        if tuple(next(columns, ())) != line_row(line, str(found[1])):
            findings.append(_differs("line", line.seq))
        for recorded in line.recorded():
            if next(events, None) != event_row(recorded, line.seq):
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
    live: dict[str, Row] = {}
    for found in connection.stream(SQL["every_document"]):
        key = (str(found[0]), str(found[1]))
        missing.discard(key)
        document = folded.get(key)
        row = rules.summarise(document) if document is not None and document.kind == "milestone" else None
        if document is None or tuple(found) != records.kept(document, row):
            yield _differs(*key)
        if document is not None and row is not None and not (document.away or document.deleted):
            live[key[1]] = row
    yield from (_differs(*key) for key in sorted(missing))
    yield from _narrow_tables(connection, live)


def differing_narrow(connection: Connection, rules: Rules) -> list[Finding]:
    """Return a finding for each narrow table that does not say what the kept records say."""
    connection = rules.opened(connection)
    kept = (records.document_of(found) for found in connection.stream(SQL["all_documents"]))
    live = {d.uid: rules.summarise(d) for d in kept if d.kind == "milestone" and not (d.away or d.deleted)}
    return list(_narrow_tables(connection, live))


def _narrow_tables(connection: Connection, live: Mapping[str, Row]) -> Iterator[Finding]:
    """Yield a finding for each narrow table that does not say what the records say."""
    uids = sorted(live)
    wanted = {
        "every_milestone": [narrow.columns(uid, live[uid]) for uid in uids],
        "every_linked": [each for uid in uids for each in narrow.linked(uid, live[uid])],
    }
    differing = [name for name, rows in wanted.items() if _as_text(connection.stream(SQL[name])) != _as_text(rows)]
    if narrow.sums(connection).values() != narrow.sums_of(live.values()).values():
        differing.append("totals")
    for name in differing:
        message = "What is asked without reading records is not what they say."
        yield finding("error", "index_differs", f"database/{name.removeprefix('every_')}", message)


def _as_text(rows: Iterable[tuple[object, ...]]) -> list[str]:
    return sorted(map(repr, rows))


def _differs(kind: str, uid: object) -> Finding:
    return finding("error", "document_differs", f"{kind}/{uid}", "The kept record is not what its events make it.")
