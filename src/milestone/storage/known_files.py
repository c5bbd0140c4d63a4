"""Which record lies in which file, as a store last knew it."""

import re
from collections.abc import Mapping
from typing import Any

_UID = re.compile(r"""^[ \t]*["']?uid["']?:[ \t]*["']?([\w-]+)""", re.MULTILINE)


def of(store: Any) -> Mapping[str, str]:
    """Return the uid of the record in each file a store knows of; nothing for one without files."""
    known = getattr(store, "known_files", None)
    found: Mapping[str, str] = known() if known is not None else {}
    return found


def uids_in(path: Any) -> list[str]:
    """Return the uids a file names, without reading it as a record."""
    try:
        return _UID.findall(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return []
