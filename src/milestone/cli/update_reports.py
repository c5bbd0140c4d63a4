"""The report flags of `update`: they show, and take no value."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from milestone import errors
from milestone.cli import report_flags, system_health
from milestone.cli.env import Env
from milestone.cli.look import look_into
from milestone.cli.text import reports as texts
from milestone.registry import load
from milestone.reports import agents, conflicts, dependencies, deployments, diagnostics, health, upcoming
from milestone.reports.names import short
from milestone.reports.status import Moment
from milestone.storage.base import Reading
from milestone.workspace import finding

View = Any
LOOKED_THROUGH = 20_000  # newest events in which pipelines are looked for


class Seen(NamedTuple):
    """What a report looks at."""

    env: Env
    reading: Reading
    moment: Moment
    only: tuple[str, ...]


def _dependencies(seen: Seen) -> View:
    return dependencies.view(seen.moment.rows, seen.only)


def _conflicts(seen: Seen) -> View:
    bodies = {document.uid: document.body for document in seen.reading.find("milestone")}
    found = conflicts.view(seen.moment.rows, bodies, seen.moment.project.hours_per_week)
    return [each for each in found if not seen.only or any(ref.split("/")[0] in seen.only for ref in each["refs"])]


def _upcoming(seen: Seen) -> View:
    return upcoming.view(_narrowed(seen))


def _agents(seen: Seen) -> View:
    registered = [document.body for document in seen.reading.find("agent")]
    every = [document.body for document in seen.reading.find("session")]
    sessions = [s for s in every if not seen.only or set(s.get("milestones") or ()) & set(seen.only)]
    return agents.view(registered, sessions, seen.moment.held.values())


def _deployments(seen: Seen) -> View:
    return deployments.view(_narrowed(seen).rows, seen.reading.events(limit=LOOKED_THROUGH, newest=True))


def _system(seen: Seen) -> View:
    return system_health.view(seen.env, seen.reading)


def _health(seen: Seen) -> View:
    warnings = [] if seen.only else [_plain(each) for each in seen.reading.warnings]
    bodies = {document.uid: document.body for document in seen.reading.find("milestone")}
    return health.view(_narrowed(seen), warnings, 0 if seen.only else seen.reading.unrecorded, bodies)


def _diagnostics(seen: Seen) -> View:
    env, reading = seen.env, seen.reading
    store = {
        "backend": "file",
        "seq": reading.seq,
        "epoch": reading.epoch,
        "unrecorded": reading.unrecorded,
        "milestones": len(seen.moment.rows),
        "unreadable": [str(each.path) for each in reading.warnings if each.path],
        "actor": {"kind": env.workspace.actor.kind, "source": env.workspace.actor.source},
    }
    terminal = {"width": env.width, "colour": env.out.colour, "plain": env.out.plain, "asked": env.terminal}
    values = env.workspace.settings.values
    return diagnostics.view(
        env.workspace.root, settings=values, environ=env.environ, store=store, terminal=terminal
    )


def _config(seen: Seen) -> View:
    workspace = seen.env.workspace
    found: View = load("milestone.operations.configure:check")(workspace.settings, workspace.root)
    return found


def _narrowed(seen: Seen) -> Moment:
    """Return the moment with the rows asked for; requirements outside count as they are."""
    if not seen.only:
        return seen.moment
    return seen.moment._replace(rows=[row for row in seen.moment.rows if row["id"] in seen.only])


class Report(NamedTuple):
    """One report: how it is made and said."""

    make: Callable[[Seen], View]
    text: Callable[[View, int, Any], str]


REPORTS: Mapping[str, Report] = {
    "dependencies": Report(_dependencies, texts.dependencies),
    "conflicts": Report(_conflicts, texts.conflicts),
    "upcoming": Report(_upcoming, texts.upcoming),
    "agents": Report(_agents, texts.agents),
    "system-health": Report(_system, texts.system),
    "deployment-status": Report(_deployments, texts.deployments),
    "health-check": Report(_health, texts.health),
    "validate-config": Report(_config, texts.config),
    "diagnostics": Report(_diagnostics, texts.diagnostics),
}


def run(env: Env, args: argparse.Namespace, *, has_changes: bool, ids: Sequence[str]) -> int:
    """Show the reports asked for.

    Raises:
        InvalidRequest: a value follows a report flag, or changes are asked for in the same call.
    """
    names = report_flags.asked(args)
    words = " ".join(map(short, finding.words(ids)))
    for name in names:
        values = getattr(args, name.replace("-", "_"))
        if values:
            raise _with_value(name, values, words)
    if has_changes:
        raise errors.InvalidRequest(
            f"update shows --{names[0]} or changes records, not both in one call.",
            next=[f"milestone update {words} --{names[0]}".replace("  ", " ")],
        )
    return _answer(env, names, ids)


def _with_value(name: str, values: Sequence[str], words: str) -> errors.InvalidRequest:
    if name == "dependencies":
        right = f"milestone update {words or 'ID'} --depends-on {','.join(values)}"
    else:
        right = f"milestone update {' '.join([words, *values]).strip()} --{name}"
    return errors.InvalidRequest(
        f'update shows --{name}, it does not change them (got "{values[0]}").', next=[right]
    )


def _answer(env: Env, names: Sequence[str], ids: Sequence[str]) -> int:
    with env.workspace.reading() as reading:
        moment = look_into(env, reading)
        only = tuple(
            str(document.body["id"]) for document in finding.milestones(reading, ids, current=moment.current)
        )
        seen = Seen(env, reading, moment, only)
        views = {name: REPORTS[name].make(seen) for name in names}
        data = views[names[0]] if len(names) == 1 else views
        kind = names[0] if len(names) == 1 else "reports"
        return env.answer(kind, data, lambda: _text(views, env, moment), reading=reading)


def _text(views: Mapping[str, View], env: Env, moment: Moment) -> str:
    parts = [REPORTS[name].text(view, env.width, moment.today) for name, view in views.items()]
    return "\n\n".join(["Nothing was changed.", *parts]) if len(parts) > 1 else f"Nothing was changed.\n{parts[0]}"


def _plain(warning: Any) -> dict[str, Any]:
    return {name: getattr(warning, name) for name in ("code", "message", "path", "line", "hint")}
