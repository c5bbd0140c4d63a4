"""What work may cost: limits of time, tokens and money for a task, a milestone and a day."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from milestone.domain import spending
from milestone.domain.document import Body, Document
from milestone.domain.spending import Spent
from milestone.engine.outcome import seconds

SCOPES = ("task", "milestone", "day")
WARNED = 0.8  # share of a budget from which on people are warned


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """One limit."""

    scope: str  # task, milestone, day
    kind: str  # time, tokens, money
    most: float  # seconds, tokens, minor units
    currency: str = ""
    rates: Mapping[str, float] = {}  # what one unit of another currency is worth in this one

    def used(self, spent: Spent) -> float:
        """Return what counts of what was spent. Money of a currency without a rate is looked at by `unknown`."""
        if self.kind == "time":
            return spent.seconds
        if self.kind == "tokens":
            return float(spent.tokens)
        return sum(units * self._rate(currency) for currency, units in spent.money.items())

    def unknown(self, spent: Spent) -> str | None:
        """Return a currency that was spent and cannot be counted."""
        if self.kind != "money":
            return None
        return next((c for c, units in spent.money.items() if units and not self._rate(c)), None)

    def shown(self, amount: float) -> str:
        """Return an amount of it as people read it."""
        if self.kind == "time":
            return f"{amount:.0f} s" if self.most < 600 else f"{amount / 60:.0f} min"
        return f"{amount:,.0f} tokens" if self.kind == "tokens" else spending.words(amount, self.currency)

    @property
    def key(self) -> str:
        """The configuration key that sets it."""
        return f"budget.{self.scope}.{self.kind}"

    def _rate(self, currency: str) -> float:
        return 1.0 if currency == self.currency else self.rates.get(currency, 0.0)


def of(settings: Mapping[str, Any], milestone: Body, task: Body) -> list[Budget]:
    """Return every limit that holds for a task: its own, its milestone's, and those the project has set."""
    rates = _rates(settings.get("budget.rates"))
    found = []
    for scope, own in (("task", task.get("budget")), ("milestone", milestone.get("budget")), ("day", None)):
        known = own if isinstance(own, Mapping) else {}
        for kind in ("time", "tokens", "money"):
            value = known.get(kind, settings.get(f"budget.{scope}.{kind}"))
            found += _read(scope, kind, value, rates)
    return found


def _read(scope: str, kind: str, value: Any, rates: Mapping[str, float]) -> list[Budget]:
    if kind == "money":
        amount = spending.money(value)
        return [Budget(scope=scope, kind=kind, most=amount[0], currency=amount[1], rates=rates)] if amount else []
    most = seconds(value) if kind == "time" else value
    good = isinstance(most, int | float) and not isinstance(most, bool) and most > 0
    return [Budget(scope=scope, kind=kind, most=float(most))] if good and most else []


def _rates(value: Any) -> dict[str, float]:
    entries = value.items() if isinstance(value, Mapping) else ()
    return {str(c).upper(): float(r) for c, r in entries if isinstance(r, int | float) and not isinstance(r, bool)}


def spent(sessions: Iterable[Document], scope: str, *, ref: str, uid: str, day: str) -> dict[str, Spent]:
    """Return what sessions recorded within a scope, by session, task and attempt."""
    found = {}
    for session in sessions:
        if scope == "milestone" and uid not in (session.body.get("holds") or ()):
            continue
        for name, known in (session.body.get("tasks") or {}).items():
            if scope == "task" and name != ref:
                continue
            for key, each in (known.get("spent") or {}).items():
                if scope != "day" or key.endswith(f"@{day}"):
                    found[f"{session.body['id']} {name} {key}"] = spending.read(each)
    return found
