"""Matching what people write to the people of `config/team.yaml`, ignoring case and a leading `@`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from milestone.domain.context import Person

_ASIDE = r"\s*\([^()]*\)\s*$"  # `Jordan (Lead Developer)` is Jordan


def match(text: str, people: Sequence[Person]) -> Person | None:
    """Return the person that a handle, name or e-mail means; None for a plain name or a role."""
    wanted = _plain(text)
    return next((person for person in people if wanted in _names(person)), None) if wanted else None


def holders(text: str, people: Sequence[Person]) -> list[Person]:
    """Return whom a text means: the person of that handle, name or e-mail, else all of that role, else team."""
    person = match(text, people)
    if person is not None:
        return [person]
    wanted = _plain(text)
    if not wanted:
        return []
    holding = [p for p in people if wanted in (_plain(role) for role in p.roles)]
    return holding or [p for p in people if wanted in (_plain(team) for team in p.teams)]


def strangers(body: Mapping[str, Any], people: Sequence[Person]) -> list[tuple[str, str]]:
    """Return path and text of whoever a record names and nobody in the team is or holds; none without a team."""
    if not people:
        return []
    return [(path, text) for path, text in dict.fromkeys(_named(body)) if not holders(text, people)]


def _named(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _texts("owner", body.get("owner"))
    gates = _map(_map(body.get("kiro_configuration")).get("approval_gates"))
    for gate, said in gates.items():
        yield from _texts(f"kiro_configuration/approval_gates/{gate}/approvers", _map(said).get("approvers"))
    yield from _in_phases("phases", body.get("phases"))
    for task in body.get("tasks") or ():
        place = f"tasks/{_map(task).get('id')}"
        yield from _texts(f"{place}/assigned_to", _map(task).get("assigned_to"))
        yield from _in_phases(f"{place}/kiro_workflow/phases", _map(_map(task).get("kiro_workflow")).get("phases"))


def _in_phases(place: str, phases: Any) -> Iterator[tuple[str, str]]:
    for name, phase in _map(phases).items():
        for key in ("owner", "reviewers", "assignees"):
            yield from _texts(f"{place}/{name}/{key}", _map(phase).get(key))
        yield from _texts(f"{place}/{name}/approval/approvers", _map(_map(phase).get("approval")).get("approvers"))


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    listed = value if isinstance(value, list) else str(value).split(",") if value else []
    yield from ((path, str(text).strip()) for text in listed if str(text).strip())


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _names(person: Person) -> set[str]:
    return {_plain(name) for name in (person.handle, person.name, *person.emails) if name}


def _plain(text: str) -> str:
    text = re.sub(_ASIDE, "", text)
    return " ".join(text.strip().removeprefix("@").replace("_", " ").replace("-", " ").casefold().split())
