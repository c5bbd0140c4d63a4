"""Settings with their origin: flag, environment, local, project, user, default."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import msgspec


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One effective value and where it came from."""

    key: str
    value: Any
    source: str = "default"  # flag, environment, local, project, user, default
    file: str | None = None
    line: int | None = None


class Settings:
    """Every effective setting by dotted key; a key without a value answers its default."""

    def __init__(self, settings: Mapping[str, Setting]) -> None:
        self._settings = settings
        self.values: Mapping[str, Any] = {key: setting.value for key, setting in settings.items()}

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value, or `default` for a key nobody knows."""
        return self.values.get(key, default)

    @property
    def timezone(self) -> ZoneInfo:
        """The project's zone; a day ends at its midnight."""
        return ZoneInfo(self.values.get("project.timezone") or "UTC")
