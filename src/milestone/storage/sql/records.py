"""Documents as rows of the table `document`, and back; each row proves itself by two checksums."""

from typing import Any

import msgspec

from milestone.domain.document import Document
from milestone.ids import order
from milestone.storage.base import Row
from milestone.storage.sql.connection import Found, Value
from milestone.storage.sql.damage import damaged
from milestone.storage.sql.head import checksum
from milestone.storage.summary_row import Blank
from milestone.storage.summary_row import Row as LateRow

ENCODER = msgspec.json.Encoder()
DECODER = msgspec.json.Decoder()
LAST = 2**62  # place of ids that are words
BLANK = Blank()


def kept(document: Document, row: Row | None) -> tuple[Value, ...]:
    """Return the columns of a document, in the order of the statement `keep`; `row` is a milestone's."""
    listed = _listed(document, row)
    body, proven = text(document.body), text(document.proven)
    whole = (document.kind, document.uid, document.revision, body, proven)
    return (*listed, checksum(listed), body, proven, checksum(whole))


def _listed(document: Document, row: Row | None) -> tuple[Value, ...]:
    about = {key: value for key, value in row.items() if key != "tasks"} if row is not None else None
    tasks = row.get("tasks") if row is not None else None
    name = str(document.body.get("id") or "")
    state = row.get("status") if row is not None else document.body.get("state")
    return (
        document.kind,
        document.uid,
        document.revision,
        *(int(flag) for flag in (document.archived, document.away, document.deleted)),
        place(name),
        name,
        None if state is None else str(state),
        None if about is None else text(about),
        None if tasks is None else text(tasks),
    )


def place(name: str) -> int:
    """Return where an id stands: by its number; words stand behind all numbers, in order of their letters."""
    is_word, number, _ = order(name)
    return LAST if is_word else min(number, LAST - 1)


def text(value: Any) -> str:
    """Return a value as JSON."""
    return ENCODER.encode(value).decode()


def document_of(found: Found) -> Document:
    """Return the document in a row of `document` or `documents`.

    Raises:
        Damaged: the row is not what was written.
    """
    kind, uid, revision, archived, away, deleted, body, proven, whole = found
    if checksum((kind, uid, revision, body, proven)) != whole:
        raise damaged(f"the record {kind}/{uid} is not what was written")
    return Document(
        kind=kind,
        uid=uid,
        revision=revision,
        body=DECODER.decode(body),
        archived=bool(archived),
        away=bool(away),
        deleted=bool(deleted),
        proven=tuple(DECODER.decode(proven)),
    )


def row_of(found: Found) -> Row:
    """Return the summary row in a row of `rows`; its tasks are decoded when somebody looks at them.

    Raises:
        Damaged: the row is not what was written.
    """
    *listed, checked = found
    if checksum(tuple(listed)) != checked:
        raise damaged(f"the summary of the record {found[0]}/{found[1]} is not what was written")
    about, tasks = DECODER.decode(listed[-2]), listed[-1]
    return about if tasks is None else LateRow(about, tasks.encode(), BLANK)
