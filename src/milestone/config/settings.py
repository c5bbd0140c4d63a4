"""Settings with their origin: flag, environment, local, project, user, default."""

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any

import msgspec

from milestone.registry import load


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a key and where it came from."""

    key: str
    value: Any
    source: str = "default"  # flag, environment, local, project, user, default
    file: str | None = None
    line: int | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something about a configuration file that a person should know; it stops nothing."""

    severity: str  # error: a value that has no effect; warning; note
    code: str
    message: str
    path: str | None = None
    line: int | None = None
    hint: str | None = None


class Settings:
    """Every effective setting by dotted key; a key without a value answers its default."""

    def __init__(
        self,
        settings: Mapping[str, Setting],
        *,
        layers: Sequence[Setting] = (),
        findings: Sequence[Finding] = (),
    ) -> None:
        self._settings = settings
        self.layers = layers  # every value of every key, the one that counts first
        self.findings = findings
        self.values: Mapping[str, Any] = {key: setting.value for key, setting in settings.items()}

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value, or `default` for a key nobody knows or that has none."""
        found = self.values.get(key)
        return default if found is None else found

    def origin(self, key: str) -> Setting | None:
        """Return the effective value with its origin; None for a key nobody knows."""
        return self._settings.get(key)

    @property
    def timezone(self) -> tzinfo:
        """The project's zone; a day ends at its midnight."""
        name = self.values.get("project.timezone") or "UTC"
        zone: tzinfo = UTC if name == "UTC" else load("zoneinfo:ZoneInfo")(name)
        return zone
