"""The lines of a summary: of a document, of a file that cannot be read. Rows stay text until asked for."""

import json


class Entry:
    """What the summary knows of one document: the fields of its line, decoded when they are asked for."""

    __slots__ = ("_fields",)

    def __init__(self, fields: list[str]) -> None:
        # tag kind uid revision flags id path signature digest check length, and the row's JSON without tasks
        # (length characters), a tab, the tasks' JSON
        self._fields = fields

    @classmethod
    def of(cls, fields: list[str], row: str, tasks: str) -> "Entry":
        """Return the entry with these fields (without tag and length), row and tasks."""
        return cls(["D", *fields, str(len(row)), f"{row}\t{tasks}"])

    @property
    def key(self) -> tuple[str, str]:
        return self._fields[1], self._fields[2]

    @property
    def kind(self) -> str:
        return self._fields[1]

    @property
    def uid(self) -> str:
        return self._fields[2]

    @property
    def revision(self) -> int:
        return int(self._fields[3])

    @property
    def flags(self) -> str:
        return self._fields[4]  # a: archived, w: away, x: deleted, l: requires or enables others

    @property
    def is_linked(self) -> bool:
        return "l" in self._fields[4]

    @property
    def id(self) -> str:
        return unquote(self._fields[5])

    @property
    def path(self) -> str:
        return unquote(self._fields[6])  # under .milestones; empty: it has no file

    @property
    def signature(self) -> str:
        return self._fields[7]

    @signature.setter
    def signature(self, signature: str) -> None:
        self._fields[7] = signature

    @property
    def digest(self) -> str:
        return self._fields[8]

    @property
    def check(self) -> str:
        return self._fields[9]

    @property
    def is_live(self) -> bool:
        return self._fields[10] != "0"

    @property
    def row(self) -> str:
        return self._fields[11][: int(self._fields[10])]

    @property
    def tasks(self) -> str:
        return self._fields[11][int(self._fields[10]) + 1 :]

    @property
    def is_without_file(self) -> bool:
        """Tell whether its file could not be written yet."""
        return not self._fields[6] and self._fields[1] == "milestone" and self.is_live

    @property
    def fields(self) -> tuple[list[str], str]:
        """Its fields before the row, without the tag, and the text of row and tasks."""
        return self._fields[1:11], self._fields[11]

    @property
    def head(self) -> str:
        """Its fields before the row."""
        return "\t".join(self._fields[:11])

    def line(self) -> bytes:
        """Return its line."""
        return ("\t".join(self._fields) + "\n").encode()


class Entries(dict[tuple[str, str], Entry]):
    """Entries by kind and uid that are all at hand; `Table` answers the same from columns."""

    def standing(self, key: tuple[str, str]) -> Entry | None:
        """Return what lists hold of an entry until it is looked at: itself; None when there is none."""
        return self.get(key)

    def at(self, standing: Entry) -> Entry:
        """Return the entry."""
        return standing

    def settle(self, key: tuple[str, str]) -> None:
        """Trust the signature of an entry's file from now on."""
        self[key].signature = self[key].signature.lstrip("~")

    def signatures(self) -> dict[str, str]:
        """Return the signature of each entry's file by its path."""
        return {path: entry.signature for entry in self.values() if (path := entry.path)}

    def of_path(self, path: str) -> Entry:
        """Return the entry whose file lies at a path; the last of several."""
        return [entry for entry in self.values() if entry.path == path][-1]

    def owners(self) -> dict[str, tuple[str, str]]:
        """Return whose file lies at each path."""
        return {path: entry.key for entry in self.values() if (path := entry.path)}

    def young(self) -> list[Entry]:
        """Return the entries whose file was so young that a second edit could hide behind its signature."""
        return [entry for entry in self.values() if entry.signature[:1] == "~"]

    def without_file(self) -> list[tuple[str, str]]:
        """Return the live milestones whose file could not be written yet."""
        return [key for key, entry in self.items() if entry.is_without_file]

    def live(self, kind: str = "milestone") -> list[Entry]:
        """Return the live entries of a kind, in the order of their ids."""
        found = [entry for entry in self.values() if entry.is_live and entry.kind == kind]
        return sorted(found, key=lambda entry: order(entry.id))

    def is_linked(self, standing: Entry) -> bool:
        """Tell whether a milestone requires or enables others."""
        return standing.is_linked

    def id_of(self, standing: Entry) -> str:
        """Return the id of an entry."""
        return standing.id

    def uid_of(self, standing: Entry) -> str:
        """Return the uid of an entry."""
        return standing.uid


class Broken:
    """A file that cannot be read, and the warning that says why."""

    __slots__ = ("check", "path", "signature", "warning")

    def __init__(self, path: str, signature: str, check: str, warning: str) -> None:
        self.path = path
        self.signature = signature
        self.check = check
        self.warning = warning

    def line(self) -> bytes:
        """Return its line."""
        return f"B\t{quote(self.path)}\t{self.signature}\t{self.check}\t{self.warning}\n".encode()


def order(full_id: str) -> tuple[int, int, str]:
    """Return the sort key of an id: numbered ones by number, then words (as `ids.order`, without its imports)."""
    number = full_id.removeprefix("milestone-")
    return (0, int(number), full_id) if number.isdecimal() and number.isascii() else (1, 0, full_id)


def quote(text: str) -> str:
    """Return the text in ASCII, without the characters that part fields and lines."""
    plain = text.isascii() and text.isprintable() and text[:1] != "%"
    return text if plain else "%" + json.dumps(text)


def unquote(text: str) -> str:
    """Return what `quote` was given."""
    return str(json.loads(text[1:])) if text[:1] == "%" else text
