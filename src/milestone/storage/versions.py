"""What one text of a record's file holds: usually one record, after a merge perhaps two, perhaps with its base."""

import json
import re
from collections.abc import Sequence

import msgspec

from milestone import errors, strict_yaml
from milestone.domain import joining, vocabulary
from milestone.domain.document import Body
from milestone.storage import yaml_emit, yaml_reader

BASE = re.compile(r"^_base: (\{.*\})[ \t]*\r?\n?\Z", re.MULTILINE)
MARKERS = re.compile(r"^(?:<{7,}|>{7,}|\|{7,})(?: .*)?$", re.MULTILINE)
_COMMENT = re.compile(r"(?!# yaml-language-server:)#")
_NEXT = re.compile(r"^---(?=[ \t\r\n]|\Z)[ \t]*\r?\n?", re.MULTILINE)
_SAYS_NOTHING = re.compile(r"(?:[ \t]*(?:#.*|%.*|\.\.\.)?(?:\r?\n|\Z))*")
_AFTER_MERGE = re.compile(r"^(?:---(?=[ \t\r\n]|\Z)|_base: \{|<{7} |>{7} )", re.MULTILINE)


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One record as a file says it."""

    body: Body
    text: str  # without `_base`
    base: Body | None = None  # what it was made from, where the other side of a merge had moved it away
    is_named: bool = True  # its uid stands in the text

    @property
    def uid(self) -> str:
        return str(self.body["uid"])


def needs_settling(text: str) -> bool:
    """Tell whether a text is what a merge left: markers, several documents, or a base beside its record."""
    return _AFTER_MERGE.search(text) is not None and (
        MARKERS.search(text) is not None or BASE.search(text) is not None or len(split(text)) > 1
    )


def split(text: str) -> list[str]:
    """Return the text of each YAML document; what stands before the first one belongs to it."""
    pieces = _NEXT.split(text.removeprefix("\ufeff") if "---" in text else text)
    said = [piece for piece in pieces if not _SAYS_NOTHING.fullmatch(piece)]
    if len(said) < 2:
        return [text] if said else []
    first = pieces.index(said[0])
    return ["".join(pieces[: first + 1]), *said[1:]]


def read(text: str, path: str) -> list[Version]:
    """Return every record a file holds; none for an empty one.

    A merge by lines may leave a key twice: then what either place says is joined, and the text is written anew.

    Raises:
        UnreadableFile: a document is no record.
    """
    return [_mended(piece, path) for piece in split(text)]


def write(versions: Sequence[Version]) -> str:
    """Return the text of a file that holds these records."""
    told = [named(version) for version in versions] if len(versions) > 1 else versions
    return "---\n".join(_ended(version.text) + _base(version.base) for version in told)


def _mended(text: str, path: str) -> Version:
    try:
        return _version(text, path)
    except errors.UnreadableFile:
        found = BASE.search(text)
        kept = text[: found.start()] if found else text
        sides = [strict_yaml.compose(kept, path, repeated=which).value for which in ("first", "last")]
        if not all(isinstance(side, dict) for side in sides):
            raise
    read = [vocabulary.understand(side, path) for side in sides]
    body = joining.join(None, read[0].body, read[1].body).body
    comments = "".join(line for line in kept.splitlines(keepends=True) if _COMMENT.match(line))
    emitted = yaml_emit.emit(body).removeprefix(yaml_emit.SCHEMA_LINE)
    version = _version(yaml_emit.SCHEMA_LINE + comments + emitted + text[len(kept) :], path)
    return msgspec.structs.replace(version, is_named=True)


def _version(text: str, path: str) -> Version:
    found = BASE.search(text)
    kept = text[: found.start()] if found else text
    base = json.loads(found[1]) if found else None
    read = yaml_reader.read_record(kept, path)
    if base is not None:
        base = vocabulary.understand(base, path).body
    return Version(body=read.body, text=kept, base=base, is_named=read.is_named)


def _base(body: Body | None) -> str:
    return "" if body is None else f"_base: {json.dumps(body, sort_keys=True)}\n"


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def named(version: Version) -> Version:
    """Return a record whose text says its uid; where its file's name no longer does, it has to."""
    if version.is_named:
        return version
    text = f"uid: {version.uid}\n{version.text}"
    try:
        fits = yaml_reader.read_record(text, "").body == version.body
    except errors.UnreadableFile:
        fits = False
    return msgspec.structs.replace(version, text=text if fits else yaml_emit.emit(version.body), is_named=True)


def marked(text: str, path: str) -> errors.UnreadableFile:
    """Return the refusal of a text that git's merge left with markers."""
    found = MARKERS.search(text)
    line = text[: found.start()].count("\n") + 1 if found else 1
    return strict_yaml.refusal(path, text, line, 1, "holds what git could not merge", "run milestone sync")
