"""Rules of risks: every one has an id, a readable probability and impact, and an end."""

from collections.abc import Mapping, Sequence
from typing import Any

from milestone import errors
from milestone.domain import risk
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.document import Body, Document, Event


def identify(document: Document, found: Body, ctx: Context) -> list[Event]:
    """Return the event of a new risk with the next free id.

    Raises:
        InvalidRequest: no description, or a probability or impact that cannot be read.
    """
    if not str(found.get("description") or "").strip():
        raise errors.InvalidRequest("a risk needs a description.")
    _check(found)
    taken = {str(item.get("id")) for item in risk.of(document.body)}
    name = next(n for n in (f"risk-{number:03d}" for number in range(1, 10**6)) if n not in taken)
    return [rules.event(document, "risk.identified", risk={"id": name, "status": "open", **found})]


def change(
    document: Document, name: str, to_set: Mapping[str, Any], to_unset: Sequence[str], ctx: Context
) -> list[Event]:
    """Return the event of changed fields of a risk; nothing without change. Raises as `identify`, or NotFound."""
    found = one(document, name)
    _check(to_set)
    changed = {key: value for key, value in to_set.items() if found.get(key) != value}
    gone = [key for key in to_unset if key in found]
    if not changed and not gone:
        return []
    return [rules.event(document, "risk.changed", id=name, set=changed or None, unset=gone or None)]


def close(document: Document, name: str, reason: str | None, ctx: Context) -> list[Event]:
    """Return the event of a risk that is past; nothing when it is closed."""
    return (
        [rules.event(document, "risk.closed", id=name, reason=reason)] if risk.is_open(one(document, name)) else []
    )


def one(document: Document, name: str) -> Body:
    """Return the risk with that id. Raises NotFound, naming those there are."""
    found = next((item for item in risk.of(document.body) if str(item.get("id")) == name), None)
    if found is None:
        names = [str(item.get("id")) for item in risk.of(document.body) if item.get("id")]
        raise errors.NotFound(
            f"{rules.name(document)} has no risk {name}.", candidates=names, code="risk_not_found"
        )
    return found


def _check(found: Mapping[str, Any]) -> None:
    if found.get("probability") is not None and risk.probability(found["probability"]) is None:
        raise errors.InvalidRequest(
            f"{found['probability']} is no probability.", hint="low, medium, high, 0.3 or 30%"
        )
    if found.get("impact") is not None and risk.impact(found["impact"]) is None:
        raise errors.InvalidRequest(f"{found['impact']} is no impact.", hint="low, medium, high or critical")
