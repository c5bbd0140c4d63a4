"""The one dynamic import: tables name `module:object`, this room loads it."""

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` costs a third of a bare start, and `--version` pays it
    from typing import Any


def load(target: str) -> "Any":
    """Return the object that `module:object` (or the module that `module`) names.

    Raises:
        ImportError, AttributeError: the table names something that is not there.
    """
    module_name, _, attribute = target.partition(":")
    module = import_module(module_name)
    return getattr(module, attribute) if attribute else module
