"""The people of `config/team.yaml` and the e-mails of `team.local.yaml`, read leniently."""

from collections.abc import Iterable
from typing import Any

import msgspec

from milestone.domain import words
from milestone.domain.context import Person

_LISTS = ("roles", "skills", "teams", "keys", "emails")
_OTHER_WORDS = {
    **dict.fromkeys(("username", "id"), "handle"),
    **dict.fromkeys(("capacity", "hours", "hours_per_week"), "capacity_hours"),
    **dict.fromkeys(("email", "e_mail", "e_mails"), "emails"),
    **{"role": "roles", "skill": "skills", "team": "teams", "key": "keys", "zone": "timezone"},
}


def read(value: Any) -> list[dict[str, Any]]:
    """Return the people a file lists: `people: […]`, a list alone, a map by handle, or names."""
    if isinstance(value, dict):
        known = {words.fold(key): more for key, more in value.items()}
        listed = next((known[key] for key in ("people", "team", "members") if key in known), value)
    else:
        listed = value
    if isinstance(listed, dict):
        listed = [
            {"handle": handle, **(more if isinstance(more, dict) else {})} for handle, more in listed.items()
        ]
    return [person for member in listed or [] if (person := _person(member))] if isinstance(listed, list) else []


def join(files: Iterable[list[dict[str, Any]]]) -> tuple[Person, ...]:
    """Return every person once; what a later file says is added to the earlier."""
    joined: dict[str, dict[str, Any]] = {}
    for people in files:
        for person in people:
            before = joined.setdefault(person["handle"].casefold(), {})
            joined[person["handle"].casefold()] = {
                **before,
                **person,
                **{name: list(dict.fromkeys([*before.get(name, []), *person.get(name, [])])) for name in _LISTS},
            }
    return tuple(msgspec.convert(person, Person) for person in joined.values())


def _person(member: Any) -> dict[str, Any] | None:
    if isinstance(member, str):
        return {"handle": member.removeprefix("@")} if member.strip() else None
    if not isinstance(member, dict):
        return None
    said = {_OTHER_WORDS.get(words.fold(key), words.fold(key)): value for key, value in member.items()}
    handle = str(said.get("handle") or said.get("name") or "").removeprefix("@").strip()
    if not handle:
        return None
    person: dict[str, Any] = {"handle": handle}
    for name in ("name", "timezone"):
        if isinstance(said.get(name), str):
            person[name] = said[name]
    capacity = words.number(said.get("capacity_hours"))
    if capacity is not None:
        person["capacity_hours"] = float(capacity)
    for name in _LISTS:
        person[name] = _texts(said.get(name))
    return person


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [str(member) for member in value] if isinstance(value, list) else []
