"""The effective settings, remembered beside the store while the files they came from stay as they are.

A look at the project must not parse YAML; what is remembered holds only for the same files and variables.
"""

import json
import os
import zlib
from collections.abc import Mapping
from typing import Any

from milestone import clock
from milestone.registry import load
from milestone.workspace import whereabouts

FILE = "local/settings.json"
SETTLED_NS = 2_000_000_000
Where = str | os.PathLike[str]
KEPT = ("project.", "evidence", "blockers.")
NO_SETTINGS = frozenset(
    f"MILESTONE_{word}"
    for word in ("DIR", "NOW", "ACTOR", "JSON", "ASCII", "SESSION", "TASK", "PHASE", "DELIVERABLES", "LEASE")
)


def values(root: Where, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return effective settings by dotted key, as JSON values."""
    now = signature(root, environ)
    kept = _kept(root, now)
    if kept is not None:
        return kept
    path = load("pathlib:Path")(root)
    settings = load("milestone.config:load_settings")(path, environ=environ, reader=_reader)
    return _keep(root, now, settings.values)


def keep(root: Where, environ: Mapping[str, str], settings: Mapping[str, Any], before: list[Any]) -> None:
    """Remember settings that were read when the files had the signature `before`; nothing when they still are."""
    if _kept(root, before) is None and signature(root, environ) == before:
        _keep(root, before, settings)


def _kept(root: Where, now: list[Any]) -> dict[str, Any] | None:
    try:
        document = json.loads(whereabouts.text_of(os.path.join(root, FILE)) or "")
        found: dict[str, Any] = document["values"]
        return found if document["signature"] == now else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def signature(root: Where, environ: Mapping[str, str]) -> list[Any]:
    """Return what the settings depend on: every config file's stamp, and the variables that may set one."""
    home = environ.get("XDG_CONFIG_HOME") or os.path.join(environ.get("HOME") or "/", ".config")
    found: list[Any] = []
    for folder in (os.path.join(root, "config"), os.path.join(root, "local"), os.path.join(home, "milestone")):
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name.endswith((".yaml", ".yml", ".txt")):
                stat = entry.stat()
                found.append([entry.path, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino])
    said = sorted(f"{k}={v}" for k, v in environ.items() if k.startswith("MILESTONE_") and k not in NO_SETTINGS)
    return [*found, zlib.crc32("\n".join(said).encode("utf-8", "surrogateescape"))]  # a value may be a secret


def _reader() -> Any:
    return load("milestone.strict_yaml:compose")


def _is_kept(key: str, value: Any) -> bool:
    """Only what a look needs is kept: a secret must never stand in a file that nobody protects."""
    return key.startswith(KEPT) and isinstance(value, str | int | float | bool | None)


def _is_young(signature: list[Any]) -> bool:
    """Tell whether a file may still change without another time stamp."""
    latest = clock.wall_ns() - SETTLED_NS
    return any(max(entry[1], entry[2]) > latest for entry in signature if isinstance(entry, list))


def _keep(root: Where, now: list[Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Remembering is a convenience: where nothing can be written nothing is remembered."""
    values = {key: value for key, value in settings.items() if _is_kept(key, value)}
    target = os.path.join(root, FILE)
    fresh = f"{target}.{os.getpid()}"
    try:
        folder = os.path.dirname(target)
        if os.path.isdir(folder) and not os.path.islink(folder) and not _is_young(now):
            with open(fresh, "w", encoding="utf-8") as file:
                json.dump({"signature": now, "values": values}, file)
            os.replace(fresh, target)
    except OSError:
        pass
    return values
