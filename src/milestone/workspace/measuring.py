"""How big a project is, where its store belongs, and what to tell; asked only when something changed."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from milestone import clock
from milestone.domain import scale
from milestone.domain.questions import Question
from milestone.domain.rows import of as rows_of
from milestone.domain.scale import Known, Size, Verdict
from milestone.integrations.git import authors
from milestone.storage import located
from milestone.storage.base import Reading, Row, Warning
from milestone.workspace import growth
from milestone.workspace.growth import DAY_NS, Growth, Move

NO_PEOPLE = ("agent:", "service:")
NAMES = {"file": "plain files", "hybrid": "files with an index", "sqlite": "SQLite", "postgres": "PostgreSQL"}


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """How many people each place names."""

    configured: int = 0  # project.team_size
    listed: int = 0  # config/team.yaml
    assigned: int = 0  # people that open milestones and tasks name
    committing: int = 0  # authors of the last 90 days, without bots

    @property
    def size(self) -> int:
        """The largest of these."""
        return max(self.configured, self.listed, self.assigned, self.committing)


def parts(team: Team) -> dict[str, int]:
    """Return how many people each place names, by its name."""
    found: dict[str, int] = msgspec.to_builtins(team)
    return found


def measure(known: Growth, reading: Reading, kept: Mapping[str, Any], seen: list[Any]) -> Sequence[Warning]:
    """Return what to tell after a write; what is due is left in `known.move`."""
    team, at = _team(known, reading, kept)
    verdict = verdict_of(known, reading, team, kept)
    told = dict(kept.get("told") or {})
    warnings = [*_lacking(verdict), *_advice(verdict, told, len(reading.rows()))]
    known.move = _due(verdict)
    if verdict.do == "advise" and verdict.to not in (kept.get("told") or {}):
        known.advised = Move(verdict.to, verdict.reasons, ask=False)
    reached = max(str(kept.get("reached", "file")), located.read(known.root).backend, key=scale.ORDER.index)
    growth.keep(
        known.root,
        {
            **kept,
            "seen": seen,
            "at": at,
            "team": parts(team),
            "wanted": verdict.wanted,
            "reached": reached,
            "told": told,
        },
    )
    return warnings


def verdict_of(known: Growth, reading: Reading, team: Team, kept: Mapping[str, Any]) -> Verdict:
    """Return where the store belongs and what is to be done about it."""
    size = Size(milestones=len(reading.rows()), people=team.size, has_address=known.address)
    clone = Known(
        backend=located.read(known.root).backend,
        wanted=str(kept.get("wanted", "file")),
        reached=str(kept.get("reached", "file")),
        answers=dict(kept.get("answers") or {}),
        asks=known.asks,
    )
    return scale.decide(size, scale.limits_of(known.settings), scale.wish_of(known.settings), clone)


def team_of(known: Growth, rows: Sequence[Row]) -> Team:
    """Return how many people there are, by every place that names some; starts git."""
    size = known.settings.get("project.team_size")
    return Team(
        configured=size if isinstance(size, int) else 0,
        listed=len(known.people),
        assigned=len(assigned(rows_of(rows).select(Question(has=("open", "people"))))),
        committing=authors.recent(Path(known.root)),
    )


def assigned(rows: Iterable[Row]) -> set[str]:
    """Return the people that milestones still open name, in lower case."""
    found: set[str] = set()
    for row in rows:
        if row["archived"] or row["status"] in ("completed", "cancelled"):
            continue
        found |= {str(name).strip().removeprefix("@").casefold() for name in _named(row) if name}
    return {name for name in found if not name.startswith(NO_PEOPLE) and name not in ("", "nobody", "human")}


def _named(row: Row) -> Iterable[Any]:
    return [row.get("owner"), *(task.get("assigned_to") for task in row["tasks"])]


def _team(known: Growth, reading: Reading, kept: Mapping[str, Any]) -> tuple[Team, int]:
    """Return the team, and when names and authors were counted; that is done once a day."""
    now, at = clock.wall_ns(), kept.get("at")
    counted = kept.get("team")
    if isinstance(counted, dict) and isinstance(at, int) and 0 <= now - at < DAY_NS:
        before = msgspec.convert(counted, Team)
        size = known.settings.get("project.team_size")
        configured = size if isinstance(size, int) else 0
        return msgspec.structs.replace(before, configured=configured, listed=len(known.people)), at
    return team_of(known, reading.rows()), now


def _due(verdict: Verdict) -> Move | None:
    if verdict.do not in ("move", "ask"):
        return None
    return Move(verdict.to, verdict.reasons, verdict.do == "ask")


def _lacking(verdict: Verdict) -> list[Warning]:
    if not verdict.lacks_address:
        return []
    message = "PostgreSQL is wished for and nobody says where it is; work goes on in SQLite."
    hint = "export MILESTONE_DSN=postgresql://…, or set backend.dsn."
    return [Warning(code="no_dsn", message=message, hint=hint)]


def _advice(verdict: Verdict, told: dict[str, int], count: int) -> list[Warning]:
    """Return the advice to move; not again for every change of a project that did not grow."""
    if verdict.do != "advise" or told.get(verdict.to) == count:
        return []
    told[verdict.to] = count
    return [Warning(code="outgrown", message=sentence(verdict), hint=f"{command(verdict.to)} moves it.")]


def sentence(verdict: Verdict) -> str:
    """Return why another store would fit better."""
    why = "; ".join(verdict.reasons) or "somebody took it back from there"
    return f"This project would be better kept in {NAMES[verdict.to]}: {why}."


def command(to: str) -> str:
    """Return the command that moves a store."""
    return f"milestone migrate --to {to}"
