"""Which backups stay: some days, some weeks, the critical ones for a while, and always one that is proven."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from milestone.storage.backups.manifest import Manifest
from milestone.storage.backups.shelf import Shelf


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """How long what is kept."""

    days: int = 14  # the last of each day
    weeks: int = 8  # the last full one of each week
    critical: int = 20  # so many of the last critical ones, and as many made by hand
    migrations: int = 3  # so many made before a migration


def superfluous(found: Sequence[Manifest], verified: Iterable[str], now: datetime, policy: Policy) -> list[str]:
    """Return the ids of the backups to let go, oldest first; never the last one, nor the last that is proven."""
    right = set(verified)
    kept = {manifest.id for manifest in found[-1:]}
    kept |= {manifest.id for manifest in [m for m in found if m.id in right][-1:]}
    kept |= _last(found, lambda m: m.at[:10], now - timedelta(days=policy.days))
    full = [manifest for manifest in found if manifest.kind == "full"]
    kept |= _last(full, lambda m: "{}-{}".format(*_moment(m).isocalendar()), now - timedelta(weeks=policy.weeks))
    for kind, most in (
        ("critical", policy.critical),
        ("manual", policy.critical),
        ("before-migration", policy.migrations),
    ):
        kept |= {manifest.id for manifest in [m for m in found if m.kind == kind][-most:]}
    return [manifest.id for manifest in found if manifest.id not in kept]


def proven(shelf: Shelf) -> list[str]:
    """Return the ids of the backups that were restored for a trial and found right."""
    return [manifest.id for manifest in shelf.all() if shelf.verified_at(manifest.id)]


def trim(shelf: Shelf, now: datetime, policy: Policy) -> None:
    """Let go of the backups that a policy does not keep, and of the contents that nothing needs any more."""
    for name in superfluous(shelf.all(), proven(shelf), now, policy):
        shelf.remove(name)
    shelf.sweep()


def under_cap(found: Sequence[Manifest], verified: Iterable[str]) -> list[str]:
    """Return the ids that may go when room is short, oldest first: all but the last and the last proven one."""
    right = set(verified)
    kept = {manifest.id for manifest in found[-1:]}
    kept |= {manifest.id for manifest in [m for m in found if m.id in right][-1:]}
    return [manifest.id for manifest in found if manifest.id not in kept]


def _moment(manifest: Manifest) -> datetime:
    return datetime.fromisoformat(manifest.at)


def _last(found: Sequence[Manifest], period: Callable[[Manifest], str], since: datetime) -> set[str]:
    """Return the last backup of each period that is not too long ago."""
    return set({period(manifest): manifest.id for manifest in found if _moment(manifest) >= since}.values())
