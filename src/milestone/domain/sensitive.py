"""Which values of a record are kept secret, and where they stand; ciphers are handed in.

Secret are the fields a record names under `sensitive` (else `FIELDS`), and every note that carries the tag
`#sensitive`. A sealed value is one word, `sealed:v1:KEY:PLACE:TEXT`; it is bound to its record and place, so that
one moved elsewhere does not open.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from milestone.domain import paths
from milestone.domain.document import Body, Document, Event

FIELDS = ("budget", "compliance_evidence", "compliance/evidence")
TAG = "#sensitive"
TAGGED = frozenset({"text", "note", "next_note", "next", "comment", "description", "reason"})
PREFIX = "sealed:v1:"
WORD = re.compile(re.escape(PREFIX) + r"[^\s\"']+")
NOTE = "note"  # the place of a tagged note: it moves within its record

Seal = Callable[[str, str, Any], str]  # uid, place, value -> sealed word
Unseal = Callable[[str, str, str], Any]  # uid, place, sealed word -> value; the word itself where it does not open


def protect(event: Event, document: Document | None, seal: Seal) -> Event:
    """Return the event with every secret value sealed; what is sealed already stays as it is."""
    names = _fields(event, document)
    data = dict(event.data)

    def at_place(place: str, value: Any) -> str:
        return seal(event.uid, _quoted(place), value)

    if isinstance(data.get("body"), Mapping):
        data["body"] = _body(data["body"], names, at_place)
    if isinstance(data.get("set"), Mapping):
        data["set"] = {path: _set(path, value, names, at_place) for path, value in data["set"].items()}
    data = _tagged(data, lambda value: seal(event.uid, NOTE, value))
    return event if data == event.data else msgspec.structs.replace(event, data=data)


def reveal(value: Any, uid: str, unseal: Unseal, place: str = "") -> Any:
    """Return a body, or the data of an event, with every sealed value that opens in the clear."""
    if isinstance(value, str):
        return _opened(value, uid, unseal, place)
    if isinstance(value, Mapping):
        return {key: reveal(each, uid, unseal, _below(place, str(key))) for key, each in value.items()}
    if isinstance(value, list):
        return [reveal(each, uid, unseal, place) for each in value]
    return value


def sealed_in(value: Any) -> int:
    """Return how many sealed values there are."""
    if isinstance(value, str):
        return value.startswith(PREFIX)
    if isinstance(value, Mapping):
        return sum(map(sealed_in, value.values()))
    return sum(map(sealed_in, value)) if isinstance(value, list) else 0


def newly_sealed(before: str, after: str) -> bool:
    """Tell whether the text of a file holds a sealed value that the one before it did not hold."""
    return PREFIX in after and any(word not in before for word in WORD.findall(after))


def told(sealed: Any, opened: Any) -> list[str]:
    """Return the texts that a body shows in the clear, and kept sealed before it was revealed."""
    if isinstance(sealed, Mapping) and isinstance(opened, Mapping):
        return [text for key, each in sealed.items() for text in told(each, opened.get(key))]
    if isinstance(sealed, list) and isinstance(opened, list):
        return [text for one, other in zip(sealed, opened, strict=False) for text in told(one, other)]
    return _texts(opened) if sealed != opened else []


def place_of(word: str) -> str:
    """Return where a sealed value says it stands; empty for any other text."""
    parts = word.split(":", 4)
    return parts[3] if word.startswith(PREFIX) and len(parts) == 5 else ""


def _fields(event: Event, document: Document | None) -> tuple[str, ...]:
    said = event.data.get("body") or (document.body if document is not None else {})
    named = said.get("sensitive") if isinstance(said, Mapping) else None
    more = (event.data.get("set") or {}).get("sensitive") if isinstance(event.data.get("set"), Mapping) else None
    chosen = [str(each).replace(".", "/") for each in _list(named) + _list(more)]
    return tuple(dict.fromkeys([*FIELDS, *chosen]))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _body(body: Mapping[str, Any], names: Sequence[str], seal: Callable[[str, Any], str]) -> Body:
    changed: Body = dict(body)
    for name in names:
        value = paths.get(changed, name)
        if _is_open(value):
            changed = paths.put(changed, name, seal(name, value))
    return changed


def _set(path: str, value: Any, names: Sequence[str], seal: Callable[[str, Any], str]) -> Any:
    """Return what is set at a path: sealed where the path is a secret one, or within one; else what is in it."""
    for name in names:
        if _is_open(value) and (path == name or path.startswith(name + "/")):
            return seal(path, value)
        if name.startswith(path + "/") and isinstance(value, Mapping):
            inner = name[len(path) + 1 :]
            found = paths.get(value, inner)
            if _is_open(found):
                value = paths.put(value, inner, seal(name, found))
    return value


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []


def _is_open(value: Any) -> bool:
    return value not in (None, "", [], {}) and not (isinstance(value, str) and value.startswith(PREFIX))


def _tagged(value: Any, seal: Callable[[Any], str], key: str = "") -> Any:
    if isinstance(value, str):
        last = key.rpartition("/")[2]
        return seal(value) if TAG in value and last in TAGGED and _is_open(value) else value
    if isinstance(value, Mapping):
        return {name: _tagged(each, seal, str(name)) for name, each in value.items()}
    return [_tagged(each, seal, key) for each in value] if isinstance(value, list) else value


def _opened(word: str, uid: str, unseal: Unseal, place: str) -> Any:
    said = place_of(word)
    if not said or said not in (NOTE, _quoted(place)):
        return word
    return unseal(uid, said, word)


def _quoted(place: str) -> str:
    return place.replace(":", "~2")  # a colon parts the fields of a sealed word


def _below(place: str, key: str) -> str:
    return f"{place}/{key}" if place else key
