"""Open a project: find it, read its settings, learn who acts, open its store."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from milestone import clock, config, errors
from milestone.domain import summary
from milestone.domain.context import Person
from milestone.domain.document import Actor
from milestone.domain.evolve import evolve
from milestone.registry import load
from milestone.storage import BACKENDS
from milestone.storage.located import Location
from milestone.storage.vault import Vault
from milestone.workspace import acting, place, remembered
from milestone.workspace.base import Workspace, WriteOptions
from milestone.workspace.following import FollowingStore, Open
from milestone.workspace.growth import Growth

ARGUMENTS = "milestone.workspace.servers:arguments"  # a plain change opens no server
SECRECY = "milestone.workspace.encrypting:Secrecy"  # imports cryptography


class WriteFlags(Protocol):
    """The flags of a call that writing needs."""

    @property
    def dry_run(self) -> bool: ...
    @property
    def key(self) -> str | None: ...
    @property
    def if_revision(self) -> int | None: ...
    @property
    def lock_timeout(self) -> float: ...
    @property
    def lease(self) -> str | None: ...


def open_workspace(
    start: Path,
    *,
    project: str | None = None,
    as_: str | None = None,
    options: WriteFlags | None = None,
    environ: Mapping[str, str],
    terminal: bool = False,
) -> Workspace:
    """Return the project a folder belongs to, opened for one actor.

    Raises:
        ProjectNotFound: there is none here or above.
    """
    root = place.find_root(start, project=project, environ=environ)
    before = remembered.signature(root, environ)
    settings, people = _settings(root, environ), _people(root)
    remembered.keep(root, environ, settings.values, before)
    known = acting.who(flag=as_, environ=environ, people=people, folder=start)
    session = environ.get("MILESTONE_SESSION") or None
    # One for both: a key made of a passphrase takes its time, and a new key counts for both at once.
    secrecy = secrecy_of(root, settings.values, environ)
    vault = vault_of(root, settings.values, environ, secrecy)
    return Workspace(
        root,
        FollowingStore(root, opener(root, settings.values, environ, secrecy, vault)),
        settings,
        clock.clock_from_environment(),
        known.actor,
        people=people,
        options=_write_options(options, environ),
        session=session,
        present=is_present(known.actor, terminal=terminal, session=session),
        in_run=session is not None,
        growth=Growth(root, settings.values, people, address=has_address(settings.values, environ), asks=terminal),
        secrecy=secrecy,
        vault=vault,
    )


def secrecy_of(root: Path, settings: Mapping[str, Any], environ: Mapping[str, str]) -> Any:
    """Return what seals and opens; None where nothing is encrypted."""
    return load(SECRECY)(root, environ) if settings.get("security.encryption_at_rest") else None


def vault_of(root: Path, settings: Mapping[str, Any], environ: Mapping[str, str], secrecy: Any = None) -> Vault:
    """Return what a database seals all it keeps with, where that is wished, and opens what is sealed."""

    def box() -> Any:  # keys are read when something is sealed or to be opened
        return (secrecy or load(SECRECY)(root, environ)).box()

    wished = settings.get("security.encrypt") == "all"
    return Vault(box, bool(settings.get("security.encryption_at_rest")) and wished)


def has_address(settings: Mapping[str, Any], environ: Mapping[str, str]) -> bool:
    """Tell whether somebody says where a PostgreSQL server is."""
    return bool(environ.get("MILESTONE_DSN") or settings.get("backend.dsn"))


def is_present(actor: Actor, *, terminal: bool, session: str | None) -> bool:
    """Return whether a person types here: at a terminal, not named by flag or variable, in no run."""
    return terminal and session is None and actor.kind == "person" and actor.source in ("git", "login")


def _write_options(flags: WriteFlags | None, environ: Mapping[str, str]) -> WriteOptions:
    lease = environ.get("MILESTONE_LEASE") or None
    if flags is None:
        return WriteOptions(lease=lease)
    return WriteOptions(
        dry_run=flags.dry_run,
        key=flags.key,
        if_revision=flags.if_revision,
        lock_timeout=flags.lock_timeout,
        lease=flags.lease or lease,
    )


def opener(
    root: Path,
    settings: Mapping[str, Any],
    environ: Mapping[str, str],
    secrecy: Any = None,
    vault: Vault | None = None,
) -> Open:
    """Return what opens a store of this clone by where it is; what it keeps is sealed by `secrecy` and `vault`."""
    protect = secrecy.protect if secrecy is not None else None

    def open_at(location: Location) -> Any:
        more: dict[str, Any] = {} if location.is_files else {"vault": vault}
        if location.backend == "postgres":
            more |= load(ARGUMENTS)(location, settings, environ)
        return load(_kind(location))(root, evolve=evolve, summarise=summary.row, protect=protect, **more)

    return open_at


def _kind(location: Location) -> str:
    if location.backend not in BACKENDS:
        raise errors.StoreTooNew(
            f"This clone keeps its records in {location.backend}, which this program does not know.",
            why="local/backend.json says so",
            next=["Install the newest milestone, then try again."],
        )
    return BACKENDS[location.backend]


def _settings(root: Path, environ: Mapping[str, str]) -> config.Settings:
    return config.load_settings(root, environ=environ, reader=_reader)


def _people(root: Path) -> tuple[Person, ...]:
    return config.load_people(root, reader=_reader)


def _reader() -> Any:
    return load("milestone.strict_yaml:compose")
