"""Matching what people write to the people of `config/team.yaml`, ignoring case and a leading `@`."""

from collections.abc import Sequence

from milestone.domain.context import Person


def match(text: str, people: Sequence[Person]) -> Person | None:
    """Return the person that a handle, name or e-mail means; None for a plain name or a role."""
    wanted = _plain(text)
    return next((person for person in people if wanted in _names(person)), None) if wanted else None


def holders(text: str, people: Sequence[Person]) -> list[Person]:
    """Return whom a text means: the person of that handle, name or e-mail, else everybody in that role."""
    person = match(text, people)
    if person is not None:
        return [person]
    wanted = _plain(text)
    return [p for p in people if wanted in (_plain(role) for role in p.roles)] if wanted else []


def _names(person: Person) -> set[str]:
    return {_plain(name) for name in (person.handle, person.name, *person.emails) if name}


def _plain(text: str) -> str:
    return " ".join(text.strip().removeprefix("@").replace("_", " ").replace("-", " ").casefold().split())
