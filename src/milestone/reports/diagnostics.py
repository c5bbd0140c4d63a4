"""What somebody who helps needs to know; never a secret, never a home path."""

import platform
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from milestone import __version__

SECRET = re.compile(r"pass|secret|token|key|dsn|credential|auth|webhook|cookie", re.IGNORECASE)
FOLDERS = ("active", "completed", "deliverables", "config", "local", "logs", "sessions", "database", "worktrees")
SHOWN = "***"


def view(
    root: Path, *, settings: Mapping[str, Any], environ: Mapping[str, str], store: Mapping[str, Any], terminal: Any
) -> dict[str, Any]:
    """Return versions, sizes, settings with secrets hidden, and names of variables without their values."""
    home = environ.get("HOME") or "\0"
    return {
        "milestone": __version__,
        "python": sys.version.split()[0],
        "platform": platform.platform(),
        "project": _without_home(str(root), home),
        "store": dict(store),
        "files": {name: _count(root / name) for name in FOLDERS if (root / name).is_dir()},
        "settings": {
            key: hidden(key, value, home) for key, value in sorted(settings.items()) if value is not None
        },
        "variables": sorted(name for name in environ if name.startswith("MILESTONE_")),
        "terminal": terminal,
    }


def hidden(key: str, value: Any, home: str) -> Any:
    """Return a setting's value, `***` for anything that may be a secret."""
    if SECRET.search(key) or (isinstance(value, str) and re.search(r"://[^/\s]*:[^/\s]*@", value)):
        return SHOWN
    if isinstance(value, str):
        return _without_home(value, home)
    if isinstance(value, Mapping):
        return {str(name): hidden(f"{key}.{name}", each, home) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [hidden(key, each, home) for each in value]
    return value if isinstance(value, bool | int | float | None) else str(value)


def _without_home(text: str, home: str) -> str:
    return text.replace(home, "~") if len(home) > 1 else text


def _count(folder: Path) -> dict[str, int]:
    sizes = [path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {"files": len(sizes), "bytes": sum(sizes)}
