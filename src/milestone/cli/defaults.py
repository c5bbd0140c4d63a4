"""What a parser would answer for a line without arguments. To look is what people type most, and argparse is a
seventh of its time; whoever needs more than defaults gets the parser."""

from types import SimpleNamespace
from typing import Any


class NeedsParser(Exception):
    """Something has to be said, or there are sub-verbs."""


class Defaults:
    """Takes the place of a parser in `add_arguments` and keeps the default of everything."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def add_argument(
        self,
        *names: str,
        dest: str | None = None,
        default: Any = None,
        action: str = "store",
        nargs: str | int | None = None,
        required: bool = False,
        **_help: Any,
    ) -> None:
        """Keep the default. Raises NeedsParser: without a word here the line is not understood."""
        is_flag = names[0].startswith("-")
        if required or not (is_flag or nargs in ("?", "*")):
            raise NeedsParser
        if default is None and action == "store_true":
            default = False
        if default is None and not is_flag and nargs == "*":
            default = []
        long = next((name for name in names if name.startswith("--")), names[0])
        self.values[dest or long.lstrip("-").replace("-", "_")] = default

    def add_argument_group(self, *_names: str, **_help: Any) -> "Defaults":
        """Return where the group's arguments are kept: here."""
        return self

    def add_mutually_exclusive_group(self, required: bool = False) -> "Defaults":
        """Return where the group's arguments are kept: here."""
        if required:
            raise NeedsParser
        return self

    def set_defaults(self, **values: Any) -> None:
        """Keep these too."""
        self.values |= values

    def __getattr__(self, name: str) -> Any:
        raise NeedsParser(name)


def of(module: Any) -> SimpleNamespace | None:
    """Return the arguments of a command for a line without any; None where only its parser knows."""
    defaults = Defaults()
    try:
        module.add_arguments(defaults)
    except NeedsParser:
        return None
    return SimpleNamespace(**defaults.values)
