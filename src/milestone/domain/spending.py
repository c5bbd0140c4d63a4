"""What work cost: seconds, tokens, and money in minor units (cents) by currency."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

WHOLE_UNITS = frozenset({"JPY", "KRW", "CLP", "VND", "ISK"})  # currencies without a smaller unit
PLACES = 4  # of a minor unit: a short answer costs a part of a cent
_MONEY = re.compile(r"\s*(?:([A-Za-z]{3})\s*)?(\d+(?:[.,]\d+)?)\s*([A-Za-z]{3})?\s*")


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt, a task, a milestone or a day cost."""

    seconds: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    money: Mapping[str, float] = {}  # currency -> minor units

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    def __add__(self, other: "Spent") -> "Spent":
        kinds = {**self.money, **other.money}
        return Spent(
            seconds=round(self.seconds + other.seconds, 3),
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            money={c: round(self.money.get(c, 0.0) + other.money.get(c, 0.0), PLACES) for c in kinds},
        )

    def view(self) -> dict[str, Any]:
        """Return it as plain values, for records and `--json`."""
        return {
            "seconds": round(self.seconds, 3),
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "money": dict(self.money),
        }


NOTHING = Spent()


def read(value: Any) -> Spent:
    """Return what a record says was spent; nothing for what cannot be read."""
    if not isinstance(value, Mapping):
        return NOTHING
    money = value.get("money")
    return Spent(
        seconds=_number(value.get("seconds")),
        tokens_in=int(_number(value.get("tokens_in"))),
        tokens_out=int(_number(value.get("tokens_out"))),
        money={str(c): _number(m) for c, m in money.items()} if isinstance(money, Mapping) else {},
    )


def total(values: Any) -> Spent:
    """Return the sum of a mapping's values, each as a record keeps it."""
    found = NOTHING
    for each in values.values() if isinstance(values, Mapping) else ():
        found += read(each)
    return found


def minor(amount: float, currency: str) -> float:
    """Return an amount of money in minor units: 0.35 USD is 35."""
    return round(amount * (1 if currency in WHOLE_UNITS else 100), PLACES)


def money(value: Any) -> tuple[float, str] | None:
    """Return minor units and currency of `5 EUR`, `EUR 5` or `0.50 usd`; None for anything else."""
    found = _MONEY.fullmatch(value) if isinstance(value, str) else None
    currency = (found[1] or found[3] or "").upper() if found else ""
    if found is None or not currency or (found[1] and found[3]):
        return None
    return minor(float(found[2].replace(",", ".")), currency), currency


def words(units: float, currency: str) -> str:
    """Return money as people read it: `0.35 USD`."""
    if currency in WHOLE_UNITS:
        return f"{units:.0f} {currency}"
    return f"{units / 100:.2f} {currency}" if units >= 1 or not units else f"{units / 100:.4f} {currency}"


def shown(spent: Spent) -> str:
    """Return what was spent in one phrase: `12 min, 38,000 tokens, 0.41 USD`; empty for nothing."""
    parts = [_time(spent.seconds)] if spent.seconds >= 1 else []
    parts += [f"{spent.tokens:,} tokens"] if spent.tokens else []
    parts += [words(units, currency) for currency, units in sorted(spent.money.items()) if units]
    return ", ".join(parts)


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
