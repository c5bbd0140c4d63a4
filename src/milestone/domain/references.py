"""What a record refers to, by the uid in its `refs: {uid: milestone-004}`, so that renumbering misleads nobody."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from milestone.domain import needs
from milestone.domain.document import Body

MARK = "@"  # before a uid that stands for a number
LISTS = ("requires", "enables")


class ByUid(msgspec.Struct, frozen=True, kw_only=True):
    """Versions of a record whose dependencies name uids, and the numbers to put back."""

    sides: tuple[Body, ...]
    numbers: Mapping[str, str]

    def back(self, value: Any) -> Any:
        """Return what was merged with numbers again, the merged `refs` first."""
        refs = of(value) if isinstance(value, Mapping) else {}
        numbers = {**self.numbers, **{MARK + uid: name for uid, name in refs.items()}}
        if isinstance(value, Mapping) and "field" in value:
            segments = str(value["field"]).split("/")
            return {**value, "field": "/".join(numbers.get(segment, segment) for segment in segments)}
        return renamed(value, lambda name: [numbers.get(name, name)])


def of(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the id a record knows each uid by."""
    found = body.get("refs")
    return {str(uid): needs.full(str(name)) for uid, name in found.items()} if isinstance(found, Mapping) else {}


def by_uid(*sides: Body) -> ByUid:
    """Return the versions with every number that their own `refs` know replaced by its uid."""
    numbers: dict[str, str] = {}
    for side in sides:
        numbers.update({MARK + uid: max(name, numbers.get(MARK + uid, "")) for uid, name in of(side).items()})
    return ByUid(sides=tuple(_marked(side) for side in sides), numbers=numbers)


def following(body: Body, numbers: Mapping[str, str]) -> Body:
    """Return a record that names every record it refers to by the number `numbers` has for its uid now."""
    refs = of(body)
    if all(numbers.get(uid, name) == name for uid, name in refs.items()):
        return body
    meant: dict[str, list[str]] = {}
    for uid, name in sorted(refs.items()):
        meant.setdefault(name, []).append(numbers.get(uid, name))
    changed = renamed(body, lambda name: meant.get(needs.full(name), [name]))
    return {**changed, "refs": {uid: numbers.get(uid, name) for uid, name in refs.items()}}


def renamed(body: Body, rename: Callable[[str], list[str]]) -> Body:
    """Return a record with other names in its dependencies."""
    found = body.get("dependencies")
    if not isinstance(found, Mapping):
        return body
    changed = {key: _renamed(key, value, rename) for key, value in found.items()}
    return {**body, "dependencies": changed}


def _renamed(key: str, value: Any, rename: Callable[[str], list[str]]) -> Any:
    if key in LISTS and isinstance(value, list):
        return _words(value, rename)
    if key == "groups" and isinstance(value, Mapping):
        return {name: _words(each, rename) if isinstance(each, list) else each for name, each in value.items()}
    if key == "reasons" and isinstance(value, Mapping):
        return {new: why for name, why in value.items() for new in rename(str(name))}
    return value


def _words(members: list[Any], rename: Callable[[str], list[str]]) -> list[Any]:
    found = [new for each in members for new in (rename(each) if isinstance(each, str) else [each])]
    texts = dict.fromkeys(each for each in found if isinstance(each, str))
    return list(texts) if len(texts) <= len(found) and all(isinstance(each, str) for each in found) else found


def _marked(body: Body) -> Body:
    marks: dict[str, list[str]] = {}
    for uid, name in sorted(of(body).items()):
        marks.setdefault(name, []).append(MARK + uid)
    return renamed(body, lambda name: marks.get(needs.full(name), [name])) if marks else body
