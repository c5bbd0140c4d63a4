"""Named facts: criteria, conditions, external dependencies. Unmet until a command recorded them as met."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from milestone.domain import proof
from milestone.domain.document import Body, Document

SHORT = 24  # characters of a text somebody would type


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is to become true."""

    text: str
    name: str  # what `--met` takes: its own name, else its text
    where: str = ""  # path of its list
    check: str | None = None  # a command whose success meets it
    met: bool = False
    typed: bool = False  # says met, but no command recorded that
    evidence: Any = None
    by: str | None = None
    at: str | None = None


def read(items: Any, where: str = "", proven: Sequence[str] = ()) -> list[Fact]:
    """Return the facts of a list as it stands in a record; met only where the seal is among `proven`."""
    if isinstance(items, str | Mapping):
        items = [items]
    return [_fact(item, where, proven) for item in items if item] if isinstance(items, list) else []


def of(document: Document) -> Iterator[Fact]:
    """Yield every fact of a milestone: success criteria, conditions, external ones, gates' criteria."""
    for where, items in proof.fact_lists(document.body):
        yield from read(items, where, document.proven)


def criteria(document: Document) -> list[Fact]:
    """Return the success criteria."""
    return read(document.body.get("success_criteria"), "success_criteria", document.proven)


def conditions(document: Document) -> list[Fact]:
    """Return the conditions that must hold before work starts."""
    return _dependencies(document, "conditions")


def external(document: Document) -> list[Fact]:
    """Return the dependencies on people and things outside the project."""
    return _dependencies(document, "external")


def numbered(document: Document) -> dict[str, Fact]:
    """Return the facts by the number they are shown with: criteria c1, conditions k1, external x1, gates' g1."""
    letters = {"success_criteria": "c", "dependencies/conditions": "k", "dependencies/external": "x"}
    counted: dict[str, int] = {}
    found = {}
    for fact in of(document):
        letter = letters.get(fact.where, "g")
        counted[letter] = counted.get(letter, 0) + 1
        found[f"{letter}{counted[letter]}"] = fact
    return found


def word_for(document: Document, fact: Fact) -> str:
    """Return what a person may type for a fact: its name in quotes, its number where it has only a long text."""
    if fact.name != fact.text or len(fact.name) <= SHORT:
        return f'"{fact.name}"'
    return next((number for number, each in numbered(document).items() if each == fact), f'"{fact.name}"')


def find(document: Document, words: str) -> list[Fact]:
    """Return the facts a person may mean: by number (bare: a criterion's), name or text, else a part of them."""
    wanted = words.casefold().strip()
    every = list(of(document))
    by_number = numbered(document).get(f"c{wanted}" if wanted.isdecimal() else wanted)
    if by_number is not None and not any(wanted == fact.name.casefold() for fact in every):
        return [by_number]
    exact = [f for f in every if wanted in (f.name.casefold(), f.text.casefold())]
    return exact or [f for f in every if wanted and wanted in f"{f.name}\n{f.text}".casefold()]


def with_fact(body: Body, where: str, name: str, changes: Mapping[str, Any]) -> list[Any]:
    """Return a list of facts in which the named one has `changes` (None takes a key away)."""
    found = next((items for place, items in proof.fact_lists(body) if place == where), [])
    return [_changed(item, changes) if _name(item) == name else item for item in found]


def _changed(item: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    whole = {**item} if isinstance(item, Mapping) else {"text": str(item)}
    whole.update(changes)
    return {key: value for key, value in whole.items() if value is not None}


def _name(item: Any) -> str:
    if isinstance(item, Mapping):
        return str(item.get("name") or item.get("text") or item.get("description") or "")
    return str(item)


def _fact(item: Any, where: str, proven: Sequence[str]) -> Fact:
    if not isinstance(item, Mapping):
        return Fact(text=str(item), name=str(item), where=where)
    sealed = proof.fact_seal(where, item)
    met = sealed is not None and sealed in proven
    return Fact(
        text=str(item.get("text") or item.get("description") or item.get("name") or ""),
        name=_name(item),
        where=where,
        check=str(item["check"]) if item.get("check") else None,
        met=met,
        typed=bool(item.get("met")) and not met,
        evidence=item.get("evidence"),
        by=str(item["by"]) if item.get("by") else None,
        at=str(item["at"]) if item.get("at") else None,
    )


def _dependencies(document: Document, name: str) -> list[Fact]:
    needs = document.body.get("dependencies")
    items = needs.get(name) if isinstance(needs, Mapping) else None
    return read(items, f"dependencies/{name}", document.proven)
