"""What a project has set for one executor: `executors.<name>`."""

from collections.abc import Mapping
from typing import Any

import msgspec

from milestone.domain import spending
from milestone.domain.spending import Spent

MILLION = 1_000_000


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How an agent program is started, and what it may do."""

    command: tuple[str, ...] = ()  # words that start it, where they differ from the usual ones
    args: tuple[str, ...] = ()  # added behind ours
    model: str = ""
    permissions: str = ""  # ask, edits, all, or a word of the program's own; empty: the executor's usual one
    price: Mapping[str, tuple[float, str]] = {}  # input, output: minor units and currency for a million tokens

    def cost(self, tokens_in: int, tokens_out: int) -> Mapping[str, float]:
        """Return what tokens cost by the project's own prices; nothing where none is set."""
        found = Spent()
        for kind, tokens in (("input", tokens_in), ("output", tokens_out)):
            units, currency = self.price.get(kind, (0.0, ""))
            if currency:
                found += Spent(money={currency: round(units * tokens / MILLION, spending.PLACES)})
        return found.money


def price(value: Any) -> dict[str, tuple[float, str]]:
    """Return the prices of `{input: "3 USD", output: "15 USD"}`; what is no price is left out."""
    entries = value.items() if isinstance(value, Mapping) else ()
    found = {str(kind): spending.money(each) for kind, each in entries}
    return {kind: each for kind, each in found.items() if each is not None}
