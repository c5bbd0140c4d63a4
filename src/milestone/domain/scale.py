"""Which store a project of a size belongs in, and whether it goes there by itself. Never down."""

from collections.abc import Mapping
from typing import Any

import msgspec

ORDER = ("file", "hybrid", "sqlite", "postgres")  # each one is meant for more than the one before
WORDS = {**{name: name for name in ORDER}, "database": "sqlite", "postgresql": "postgres"}
STICKY = 0.8  # a limit once passed counts as passed until the measure is below this part of it
CALLS = 50  # answers timed before their times mean something
SLOW_MS = 500.0


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """What a store is meant for: fewer of each."""

    milestones: int
    people: int


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of each store."""

    file: Limit = Limit(milestones=25, people=5)
    hybrid: Limit = Limit(milestones=100, people=20)
    database: int = 200  # milestones from which PostgreSQL is right, where there is one


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How big a project is."""

    milestones: int  # active and completed
    people: int
    has_address: bool = False  # of a PostgreSQL server


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings say."""

    backend: str | None = None  # one of ORDER; None: by size
    said_by: str = ""  # the setting that names it
    by_itself: bool = False  # `features.auto_scale`


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of this clone."""

    backend: str
    wanted: str = "file"  # by size, the last time
    reached: str = "file"  # the highest one it ever used
    answers: Mapping[str, bool] = {}  # what a person said to moving to each
    asks: bool = False  # somebody is at a terminal


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Where the store belongs, and what is to be done about it: stay, move, ask, advise."""

    do: str
    to: str
    wanted: str
    reasons: tuple[str, ...] = ()
    lacks_address: bool = False  # PostgreSQL is wished for, and nobody said where


def limits_of(settings: Mapping[str, Any]) -> Limits:
    """Return the limits that the settings give; what they leave out or misspell is as usual."""
    said: dict[str, Any] = {}
    for section in ("storage.thresholds", "scale.thresholds"):
        said.update(_map(settings.get(section)))
    said.update(
        {name: found for name in ("file", "hybrid", "database") if (found := settings.get(f"scale.{name}"))}
    )
    usual = Limits()
    return Limits(
        file=_limit(said.get("file"), usual.file),
        hybrid=_limit(said.get("hybrid"), usual.hybrid),
        database=_limit(said.get("database"), Limit(milestones=usual.database, people=0)).milestones,
    )


def _limit(said: Any, usual: Limit) -> Limit:
    if isinstance(said, Mapping):
        return Limit(
            milestones=_number(said.get("max_milestones"), usual.milestones),
            people=_number(said.get("max_team_size"), usual.people),
        )
    return Limit(milestones=_number(said, usual.milestones), people=usual.people)


def _number(said: Any, usual: int) -> int:
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else usual


def _map(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, Mapping) else {}


def wish_of(settings: Mapping[str, Any]) -> Wish:
    """Return what the settings want: `backend.type`, else `scale_override`, else `override` of the thresholds."""
    by_itself = settings.get("features.auto_scale") is True
    for key in ("backend.type", "scale_override", "scale.override"):
        backend = WORDS.get(str(settings.get(key) or "").strip().lower())
        if backend is not None:
            return Wish(backend=backend, said_by=key, by_itself=by_itself)
    return Wish(by_itself=by_itself)


def wanted(size: Size, limits: Limits, before: str = "file") -> str:
    """Return the store for a size; `before` is what was wanted last: a size at a limit does not flutter."""
    passed = ORDER.index(before)

    def over(measure: int, limit: int, place: int) -> bool:
        return measure >= (limit * STICKY if passed > place else limit)

    if size.has_address and over(size.milestones, limits.database, 2):
        return "postgres"
    for place, limit in ((1, limits.hybrid), (0, limits.file)):
        if over(size.milestones, limit.milestones, place) or over(size.people, limit.people, place):
            return ORDER[place + 1]
    return "file"


def decide(size: Size, limits: Limits, wish: Wish, known: Known) -> Verdict:
    """Return what is to be done after a write."""
    right = wanted(size, limits, known.wanted)
    if wish.backend is not None:
        return _wished(size, wish, known, right)
    if not _is_above(right, known.backend):
        return Verdict(do="stay", to=known.backend, wanted=right)
    to = right if wish.by_itself or known.backend != "file" else "hybrid"
    return Verdict(do=_how(to, wish, known), to=to, wanted=right, reasons=reasons(size, limits, known.backend))


def _how(to: str, wish: Wish, known: Known) -> str:
    """Say who moves the store: itself, or a person who is asked or told how."""
    if _is_above(known.reached, known.backend) and not _is_above(to, known.reached):
        return "advise"  # somebody took it back from there
    if wish.by_itself or known.answers.get(to):
        return "move"
    if known.asks and to not in known.answers:
        return "ask"
    return "move" if to == "hybrid" and to not in known.answers else "advise"


def _wished(size: Size, wish: Wish, known: Known, right: str) -> Verdict:
    lacks = wish.backend == "postgres" and not size.has_address and known.backend != "postgres"
    to = "sqlite" if lacks else str(wish.backend)
    why = (f"the setting {wish.said_by} says {wish.backend}",)
    do = "move" if _is_above(to, known.backend) else "stay" if to == known.backend or lacks else "advise"
    return Verdict(do=do, to=to, wanted=right, reasons=why, lacks_address=lacks)


def _is_above(one: str, other: str) -> bool:
    return ORDER.index(one) > ORDER.index(other)


def reasons(size: Size, limits: Limits, backend: str) -> tuple[str, ...]:
    """Return why a store is too small for a project; empty when it is not."""
    most = {"file": limits.file, "hybrid": limits.hybrid}.get(backend)
    found = []
    if most is None:
        if backend == "sqlite" and size.milestones >= limits.database:
            found.append(f"{size.milestones} milestones, and PostgreSQL is right from {limits.database}")
        return tuple(found)
    if size.milestones >= most.milestones:
        found.append(
            f"{size.milestones} milestones, and {_NAMES[backend]} are meant for fewer than {most.milestones}"
        )
    if size.people >= most.people:
        found.append(f"{size.people} people, and {_NAMES[backend]} are meant for fewer than {most.people}")
    return tuple(found)


_NAMES = {"file": "plain files", "hybrid": "files with an index"}


def p95(times: list[float]) -> float | None:
    """Return the time in which 95 of 100 calls were answered; None before there are enough of them."""
    if len(times) < CALLS:
        return None
    ordered = sorted(times[-CALLS:])
    return ordered[int(len(ordered) * 0.95)]
