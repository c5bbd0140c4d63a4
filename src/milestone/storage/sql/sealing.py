"""Everything a database keeps of records and log, as ciphertext: sealed on its way in, opened on its way out.

In the clear stays what the store finds and orders by without a key: ids, uids, revisions, numbers, dates, states,
priorities, phases, kinds and handles of who acted. Titles, texts, bodies, lines of the log, slugs, labels, owners
and categories do not. Each value says itself whether it is sealed, so a database may hold both.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from milestone import errors
from milestone.storage.sql.connection import Connection, Found, Value
from milestone.storage.sql.damage import damaged
from milestone.storage.sql.statements import SQL
from milestone.storage.vault import Box, Vault

MARK = "sealed:all:"
BEYOND = "sealed:all;"  # sorts right behind everything that begins with MARK
BYTES = MARK.encode()
ENCODER = msgspec.json.Encoder()
DECODER = msgspec.json.Decoder()

Reader = Callable[["Sealing", Found], Found]
Writer = Callable[["Sealing", Sequence[Value]], Sequence[Value]]


class Sealing:
    """Seals and opens single values, each bound to its place."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self.seals = vault.seals
        self._found: Box | None = None

    def text(self, place: str, value: str) -> str:
        return MARK + base64.b64encode(self._box.seal_bytes(place, value.encode())).decode()

    def data(self, place: str, value: bytes) -> bytes:
        return BYTES + self._box.seal_bytes(place, value)

    def opened_text(self, place: str, value: str) -> str:
        """Return what was sealed.

        Raises:
            Damaged: it is not what was written there.
        """
        try:
            data = base64.b64decode(value[len(MARK) :], validate=True)
        except ValueError:
            raise damaged(f"{place} is not what was written") from None
        return self._opened(place, data).decode()

    def opened_data(self, place: str, value: bytes) -> bytes:
        """Return what was sealed. Raises as `opened_text`."""
        return self._opened(place, bytes(value)[len(BYTES) :])

    def _opened(self, place: str, data: bytes) -> bytes:
        found = self._box.open_bytes(place, data)
        if found is not None:
            return found
        if self._box.knows(data):
            raise damaged(f"{place} is not what was written")
        raise errors.Refused(
            "This database is encrypted, with another key than those at hand.",
            why=f"{place} was sealed with it",
            next=["Put the key back into .milestones/config/encryption.key."],
            code="encryption_key",
        )

    @property
    def _box(self) -> Box:
        self._found = self._found or self._vault.box()
        return self._found


class SealedConnection:
    """A connection whose callers see everything in the clear."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._sealing = Sealing(vault)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    @property
    def words(self) -> Mapping[str, str]:
        return self._connection.words

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[Found]:
        reader = _reader(statement)
        found = self._connection.rows(statement, values)
        return found if reader is None else [reader(self._sealing, row) for row in found]

    def stream(self, statement: str, values: Sequence[Value] = ()) -> Iterator[Found]:
        reader = _reader(statement)
        found = self._connection.stream(statement, values)
        return found if reader is None else (reader(self._sealing, row) for row in found)

    def run(self, statement: str, values: Sequence[Value] = ()) -> None:
        self._connection.run(statement, self._written(statement, values))

    def many(self, statement: str, values: Iterable[Sequence[Value]]) -> None:
        self._connection.many(statement, [self._written(statement, each) for each in values])

    def is_begun(self) -> bool:
        return self._connection.is_begun()

    def sound(self) -> list[str]:
        return self._connection.sound()

    def commit(self) -> None:
        self._connection.commit()

    def roll_back(self) -> None:
        self._connection.roll_back()

    def _written(self, statement: str, values: Sequence[Value]) -> Sequence[Value]:
        writer = WRITERS.get(statement) if self._sealing.seals else None
        return values if writer is None else writer(self._sealing, values)


def opened_row(vault: Vault, statement: str, row: Found) -> Found:
    """Return one row of an answer in the clear. Raises Damaged where it is not what was sealed."""
    reader = _reader(statement)
    return row if reader is None else reader(Sealing(vault), row)


def _reader(statement: str) -> Reader | None:
    found = READERS.get(statement)
    if found is None:
        found = next((reader for begins, reader in BEGINNINGS.items() if statement.startswith(begins)), None)
    return found


def _at(*names: object) -> str:
    """Return the place a value is bound to."""
    return "/".join(map(str, names))


# -- the log: text is sealed under the position of its first event


def _add_line(sealing: Sealing, values: Sequence[Value]) -> Sequence[Value]:
    *others, text = values
    assert isinstance(text, bytes)
    return (*others, sealing.data(_at("line", values[0]), text))


def _set_line(sealing: Sealing, values: Sequence[Value]) -> Sequence[Value]:
    text, first = values
    assert isinstance(text, bytes)
    return (sealing.data(_at("line", first), text), first)


def _line(sealing: Sealing, row: Found) -> Found:
    first, name, text = row
    if bytes(text[: len(BYTES)]) != BYTES:
        return row
    return first, name, sealing.opened_data(f"line/{first}", text)


# -- documents: checksums are kept inside of what is sealed, where they tell nothing


def _keep(sealing: Sealing, values: Sequence[Value]) -> Sequence[Value]:
    kind, uid, *flags, about, tasks, listed, body, proven, whole = values
    place = _at("document", kind, uid)
    return (
        kind,
        uid,
        *flags,
        sealing.text(f"{place}/about", _text([listed, about])),
        None if tasks is None else sealing.text(f"{place}/tasks", str(tasks)),
        0,
        sealing.text(f"{place}/body", _text([whole, body])),
        sealing.text(f"{place}/proven", str(proven)),
        0,
    )


def _document(sealing: Sealing, row: Found) -> Found:
    *named, body, proven, whole = row
    if not body.startswith(MARK):
        return row
    place = f"document/{row[0]}/{row[1]}"
    whole, body = DECODER.decode(sealing.opened_text(f"{place}/body", body))
    return (*named, body, sealing.opened_text(f"{place}/proven", proven), whole)


def _listed(sealing: Sealing, row: Found) -> Found:
    *named, about, tasks, listed = row
    if about is None or not about.startswith(MARK):
        return row
    place = f"document/{row[0]}/{row[1]}"
    listed, about = DECODER.decode(sealing.opened_text(f"{place}/about", about))
    return (*named, about, None if tasks is None else sealing.opened_text(f"{place}/tasks", tasks), listed)


def _every_document(sealing: Sealing, row: Found) -> Found:
    listed = _listed(sealing, row[:12])
    return (*listed, *_document(sealing, (row[0], row[1], *row[12:]))[2:])


def _counted(sealing: Sealing, row: Found) -> Found:
    uid, about = row
    if about is None or not about.startswith(MARK):
        return row
    return uid, DECODER.decode(sealing.opened_text(f"document/milestone/{uid}/about", about))[1]


# -- narrow tables: what is text there stands sealed in `said`, the rest is empty


def _keep_milestone(sealing: Sealing, values: Sequence[Value]) -> Sequence[Value]:
    kept = list(values)
    kept[SAID] = sealing.text(_at("milestone", values[0]), _text([values[each] for each in TEXTS]))
    for each in TEXTS:
        kept[each] = kept[each] if each == SAID else ""
    return kept


def _milestone(sealing: Sealing, row: Found) -> Found:
    if not row[SAID].startswith(MARK):
        return row
    kept = list(row)
    texts = DECODER.decode(sealing.opened_text(f"milestone/{row[0]}", row[SAID]))
    for each, text in zip(TEXTS, texts, strict=True):
        kept[each] = text
    return tuple(kept)


def _keep_linked(sealing: Sealing, values: Sequence[Value]) -> Sequence[Value]:
    *others, about = values
    return (*others, sealing.text("linked", str(about)))


def _linked(sealing: Sealing, row: Found) -> Found:
    *others, about = row
    return (*others, sealing.opened_text("linked", about)) if about.startswith(MARK) else row


def _text(value: Any) -> str:
    return ENCODER.encode(value).decode()


SLUG, SAID, CATEGORY, OWNER, LABELS = 5, 6, 9, 11, 12  # places in the statement `keep_milestone`
TEXTS = (SAID, SLUG, CATEGORY, OWNER, LABELS)
BEGINNINGS: Mapping[str, Reader] = {
    SQL["select"]: _listed,
    SQL["documents_of"]: _document,
    SQL["counted"]: _counted,
}
READERS: Mapping[str, Reader] = {
    SQL["lines"]: _line,
    SQL["newest_lines"]: _line,
    SQL["operation"]: _line,
    SQL["line_at"]: _line,
    SQL["document"]: _document,
    SQL["documents"]: _document,
    SQL["all_documents"]: _document,
    SQL["in_state"]: _document,
    SQL["every_document"]: _every_document,
    SQL["every_milestone"]: _milestone,
    SQL["every_linked"]: _linked,
    SQL["linked"]: _linked,
}
WRITERS: Mapping[str, Writer] = {
    SQL["add_line"]: _add_line,
    SQL["set_line"]: _set_line,
    SQL["keep"]: _keep,
    SQL["keep_milestone"]: _keep_milestone,
    SQL["keep_linked"]: _keep_linked,
}
