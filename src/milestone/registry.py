"""The one dynamic import: tables name `module:object`, this room loads it."""

import importlib
from typing import Any


def load(target: str) -> Any:
    """Return the object that `module:object` (or the module that `module`) names.

    Raises:
        ImportError, AttributeError: the table names something that is not there.
    """
    module_name, _, attribute = target.partition(":")
    module = importlib.import_module(module_name)
    return getattr(module, attribute) if attribute else module
