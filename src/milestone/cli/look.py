"""One look at the project: the summary where it holds, the store where it does not."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from milestone import clock
from milestone.cli.env import Env
from milestone.registry import exists, load
from milestone.reports.status import Moment, Project
from milestone.workspace import current, place, remembered

if TYPE_CHECKING:  # the light way loads no store
    from milestone.storage.base import Reading

RECENT = 5


class Look(NamedTuple):
    """What a report needs, and what the envelope says of it."""

    root: Path
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
    root = place.find_root(env.start, project=env.options.project, environ=env.environ)
    summary = _summary(root)
    if summary is None:
        with env.workspace.reading() as reading:
            return _from_store(env, root, reading)
    rows = summary.rows()
    moment = Moment(
        rows=rows,
        now=clock.clock_from_environment().now(),
        project=project(env, root, summary.epoch),
        current=current.find(root, env.start, rows),
        sessions=summary.sessions(),
        held=summary.held_by(),
        recent=summary.recent(RECENT),
    )
    return Look(root, moment, summary.seq, summary.unrecorded, list(summary.warnings))


def _summary(root: Path) -> Any:
    """Return the summary beside the store; None where it does not hold."""
    where = "milestone.storage.summary_file"
    return load(f"{where}:read")(str(root)) if exists(where) else None


def _from_store(env: Env, root: Path, reading: "Reading") -> Look:
    events = load("milestone.reports.events")
    rows = list(reading.rows())
    moment = Moment(
        rows=rows,
        now=env.workspace.clock.now(),
        project=project(env, root, reading.epoch),
        current=current.find(root, env.start, rows),
        sessions=[document.body for document in reading.find("session")],
        held=reading.held_by(),
        recent=[events.flat(each) for each in reading.events(limit=RECENT, newest=True)],
    )
    return Look(root, moment, reading.seq, reading.unrecorded, list(reading.warnings))


def project(env: Env, root: Path, epoch: str) -> Project:
    """Return the project's own facts, from settings remembered while their files stay as they are."""
    values = remembered.values(root, env.environ)
    people = values.get("project.team_size") or 1
    return Project(
        name=str(values.get("project.name") or root.parent.name),
        backend="file",
        ui_level=1 if env.out.colour else 0,
        timezone=str(values.get("project.timezone") or "UTC"),
        epoch=epoch,
        hours_per_week=float(values.get("project.hours_per_week") or (10 if people == 1 else 40)),
        people=int(people),
    )
