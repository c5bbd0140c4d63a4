"""One look at the project: the summary where it holds, the store where it does not."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from milestone import clock
from milestone.cli.env import Env
from milestone.registry import load
from milestone.reports.status import Moment, Project, Row
from milestone.storage import located
from milestone.workspace import current, remembered, whereabouts

if TYPE_CHECKING:  # the light way loads no store
    from datetime import datetime

    from milestone.storage.base import Reading

RECENT = 3
SCANNED = 20  # newest events looked through for those that tell something
QUIET = (
    "session.saved",
    "run.",
    "agent.",
    "commit.recorded",
    "evidence.recorded",
    "lease.",
)  # kinds a person need not follow


SECRECY = "milestone.workspace.encrypting:Secrecy"  # imports cryptography
NEAR = "milestone.storage.sqlite:near"
TELL = "milestone.storage.copy_index:tell"  # what the files beside the database say otherwise
SUMMARIES = {"file": "milestone.storage.summary_file:read", "hybrid": "milestone.storage.index_file:read"}
TELL = "milestone.storage.copy_index:tell"  # what the files beside a database say otherwise
CLAIMS = ("claimed", "left")  # leases that say who may work
LIVELY = ("running", "interrupted", "waiting")  # sessions that somebody may go on with


class Look(NamedTuple):
    """What a report needs, and what the envelope says of it."""

    root: str
    moment: Moment
    seq: int
    unrecorded: int
    warnings: list[Any]

    def answer(self, env: Env, kind: str, data: object, text: Any, **rest: Any) -> int:
        """Answer with this look's `seq`, `unrecorded` and warnings."""
        return env.answer(
            kind, data, text, seq=self.seq, unrecorded=self.unrecorded, warnings=self.warnings, **rest
        )


def look(env: Env) -> Look:
    """Return the project at one moment.

    Raises:
        ProjectNotFound: there is none here or above.
    """
    root = whereabouts.find_root(env.here, project=env.options.project, environ=env.environ)
    location = located.read(root)
    summary = load(SUMMARIES[location.backend])(root) if location.backend in SUMMARIES else None
    if summary is None:
        return _from_store(env, root, location.backend)
    settings = remembered.values(root, env.environ)
    rows, sessions = proven(summary.rows(), settings), summary.local("session")
    moment = Moment(
        rows=rows,
        now=clock.clock_from_environment().now(),
        project=project(env, root, settings, summary.epoch),
        current=current.find(root, env.here, rows),
        sessions=sessions,
        held=_held(root, sessions),
        recent=telling(summary.recent(SCANNED)),
        leases=summary.local("lease"),
    )
    return Look(root, moment, summary.seq, 0, list(summary.warnings))


def _held(root: str, sessions: Sequence[Row]) -> dict[str, str]:
    """Return what live runs hold; the lock is asked only where a session says that it runs."""
    running = [session for session in sessions if session.get("state") == "running"]
    if not running or not load("milestone.storage.locks:run_is_live")(root):
        return {}
    return {str(uid): str(session["id"]) for session in running for uid in session.get("holds") or ()}


def _from_store(env: Env, root: str, backend: str) -> Look:
    """Look into the store itself; a database of this folder is opened without what only writers need."""

    def box() -> Any:
        return load(SECRECY)(load("pathlib:Path")(root), env.environ).box()

    reading: Reading | None = env.hold(load(NEAR)(root, box)) if backend == "sqlite" else None
    if reading is None or reading.moved_to is not None:
        reading = env.hold(env.workspace.reading())
    else:
        load(TELL)(root, reading)
    moment = _moment(env, reading, root, remembered.values(root, env.environ))
    return Look(root, moment, reading.seq, reading.unrecorded, list(reading.warnings))


def look_into(env: Env, reading: "Reading", now: "datetime | None" = None) -> Moment:
    """Return the moment of an open reading; `now` where it is one of the past."""
    return _moment(env, reading, str(env.workspace.root), env.workspace.settings.values, now)


def _moment(
    env: Env, reading: "Reading", folder: str, settings: Mapping[str, Any], now: "datetime | None" = None
) -> Moment:
    flat = load("milestone.reports.events:flat")
    rows = proven(reading.rows(), settings)
    return Moment(
        rows=rows,
        now=now or clock.clock_from_environment().now(),
        project=project(env, folder, settings, reading.epoch),
        current=current.find(folder, env.here, rows),
        sessions=[document.body for document in reading.find("session", LIVELY)],
        leases=[document.body for document in reading.find("lease", CLAIMS)],
        held=reading.held_by(),
        recent=telling([flat(each) for each in reading.events(limit=SCANNED, newest=True)]),
    )


def telling(events: Sequence[Row]) -> Sequence[Row]:
    """Return the last events that a person wants to hear of."""
    return [event for event in events if not str(event["kind"]).startswith(QUIET)][-RECENT:]


def proven(rows: Sequence[Row], settings: Mapping[str, Any]) -> Sequence[Row]:
    """Return the rows with the figures that count: under `evidence: required` typed completions do not."""
    if settings.get("evidence") != "required":
        return rows
    found: Sequence[Row] = load("milestone.reports.proven:ProvenRows")(rows)
    return found


def project(env: Env, root: str, values: Mapping[str, Any], epoch: str) -> Project:
    """Return the project's own facts."""
    people = values.get("project.team_size") or 1
    return Project(
        name=str(values.get("project.name") or os.path.basename(os.path.dirname(root))),
        backend=located.read(root).backend,
        ui_level=1 if env.out.colour else 0,
        timezone=str(values.get("project.timezone") or "UTC"),
        epoch=epoch,
        hours_per_week=float(values.get("project.hours_per_week") or (10 if people == 1 else 40)),
        people=int(people),
        escalate_after=escalate_after(values),
    )


def escalate_after(values: Mapping[str, Any]) -> float | None:
    """Return how many hours a blocker of high severity may stand unheard of; None where nothing is set."""
    said = values.get("blockers.escalate_after")
    found: float | None = load("milestone.domain.durations:hours")(str(said)) if said else None
    return found
