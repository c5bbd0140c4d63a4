"""Where PostgreSQL is for this clone: address, replicas, how many connections; from environment and settings."""

from collections.abc import Mapping
from typing import Any

from milestone import errors
from milestone.storage.located import Location

SECTION = "backend.cluster_configuration."


def arguments(location: Location, settings: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """Return what a PostgreSQL store is opened with.

    Raises:
        Refused: the variable or setting that should hold its address is empty.
    """
    return {
        "dsn": dsn(location, settings, environ),
        "replicas": replicas(settings, environ),
        "pool_size": settings.get(SECTION + "connection_pool_size") or None,
    }


def configured(settings: Mapping[str, Any], environ: Mapping[str, str]) -> str | None:
    """Return the address in `MILESTONE_DSN`, else in `backend.dsn`; None without either."""
    return environ.get("MILESTONE_DSN") or settings.get("backend.dsn") or None


def dsn(location: Location, settings: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """Return the address of a PostgreSQL store.

    Raises:
        Refused: the variable or setting that should hold it is empty.
    """
    said = location.dsn or ""
    name = said.removeprefix("env:") if said.startswith("env:") else ""
    if said and not name:
        return said
    found = environ.get(name) if name else configured(settings, environ)
    if not found:
        where = f"The variable {name}" if name else "Neither MILESTONE_DSN nor the setting backend.dsn"
        raise errors.Refused(
            "The project is kept in PostgreSQL, and its address is not known.",
            why=f"{where} holds {'nothing' if name else 'it'}",
            next=[f"export {name or 'MILESTONE_DSN'}=postgresql://…", "milestone config set backend.dsn URL"],
            code="no_dsn",
        )
    return str(found)


def replicas(settings: Mapping[str, Any], environ: Mapping[str, str]) -> list[str]:
    """Return the addresses in `MILESTONE_REPLICA_DSNS`, else in the setting, separated by commas or a list."""
    said = environ.get("MILESTONE_REPLICA_DSNS") or settings.get(SECTION + "replica_dsns") or []
    each = said.split(",") if isinstance(said, str) else said
    return [str(address).strip() for address in each if str(address).strip()]
