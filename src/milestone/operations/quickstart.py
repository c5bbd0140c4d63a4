"""Quickstart: look at a folder, propose a template, make the project with it."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import msgspec

from milestone import clock, errors
from milestone.agents.planners import templates
from milestone.agents.planners.survey import survey
from milestone.agents.planners.templates import Sight, Template
from milestone.integrations.git.command import GitFailed, git
from milestone.operations import init
from milestone.operations.init import InitRequest, Made

CONFIG = "config/milestone-config.yaml"
RECENT = timedelta(days=90)


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A project that quickstart made, or found."""

    made: Made
    template: Template
    is_kept: bool  # a configuration was there already and stays as it is


def look(start: Path, environ: Mapping[str, str]) -> Sight:
    """Return what a project shows: its files, who committed lately, its branch; only git is run, to read."""
    folder = init.project_folder(start, environ)
    return Sight(survey=survey(folder), authors=max(1, len(_authors(folder))), branch=_branch(folder))


def check_name(name: str) -> None:
    """Refuse a template that does not exist.

    Raises:
        InvalidRequest: there is none of that name.
    """
    if name not in templates.NAMES:
        raise errors.InvalidRequest(
            f'There is no template "{name}".',
            why=f"there are {', '.join(templates.NAMES[:-1])} and {templates.NAMES[-1]}",
            next=[f"milestone quickstart {templates.NAMES[0]}"],
        )


def quickstart(start: Path, name: str, hours: float | None, sight: Sight, environ: Mapping[str, str]) -> Begun:
    """Return the project, made with a template; what is there already is not overwritten.

    Raises:
        InvalidRequest: no such template, or hours that no week has.
        NotWritable: the folder cannot be written.
    """
    check_name(name)
    if hours is not None and not 0 < hours <= 168:
        raise errors.InvalidRequest(
            f"A week has no {hours:g} hours to give.", next=["milestone quickstart --hours-per-week 10"]
        )
    chosen = templates.template(name, sight)
    project = {**chosen.project, **({"hours_per_week": _tidy(hours)} if hours is not None else {})}
    chosen = msgspec.structs.replace(chosen, project=project)
    folder = init.project_folder(start, environ)
    path = folder / ".milestones" / CONFIG
    text = init.project_config(folder.name or "project", None, **project)
    is_kept = not init.write_new(path, text)
    made = init.init(InitRequest(start=start), environ=environ)
    if not is_kept:
        made = msgspec.structs.replace(made, files=(*made.files, f".milestones/{CONFIG}"))
    return Begun(made=made, template=chosen, is_kept=is_kept)


def _tidy(hours: float) -> float:
    return int(hours) if hours == int(hours) else hours


def _authors(folder: Path) -> set[str]:
    """Return the people who committed in the last 90 days; bots do not count."""
    since = (clock.clock_from_environment().now() - RECENT).date().isoformat()
    try:
        lines = git(
            folder, "log", "--use-mailmap", f"--since={since}", "--max-count=2000", "--format=%aE"
        ).out.split("\n")
    except GitFailed:
        return set()
    return {
        line.casefold()
        for line in lines
        if line and "[bot]" not in line and "noreply@github" not in line.casefold()
    }


def _branch(folder: Path) -> str | None:
    try:
        return git(folder, "symbolic-ref", "--quiet", "--short", "HEAD").line or None
    except GitFailed:
        return None
