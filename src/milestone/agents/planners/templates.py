"""Quick-start templates: which fits a project, and what its configuration says then."""

from functools import cache
from typing import Any

import msgspec

from milestone.agents.planners import data
from milestone.agents.planners.survey import Survey

NAMES = ("personal", "team", "api", "frontend", "bugfix")
FIX_BRANCHES = ("fix/", "bugfix/", "hotfix/", "bug/")
RECIPES = {
    "api": "api",
    "frontend": "web-front-end",
    "bugfix": "bug-fix",
}  # project type -> what its goals are by default


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of a project besides its files."""

    survey: Survey
    authors: int = 1  # people who committed in the last 90 days, at least one
    branch: str | None = None


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A template as it would be written for one project."""

    name: str
    about: str
    project: dict[str, Any]


@cache
def known() -> dict[str, Any]:
    """Return the templates' data."""
    found: dict[str, Any] = data.parse((data.HERE / "templates.yaml").read_text("utf-8"))
    return found


def template(name: str, sight: Sight) -> Template:
    """Return a template filled with what was seen: a team's size is that of its authors."""
    entry = known()[name]
    project = dict(entry["project"])
    if name != "personal":
        project["team_size"] = max(sight.authors, project.get("team_size", 1))
    if name == "bugfix" or (name != "personal" and project["team_size"] == 1):
        project["hours_per_week"] = 40 if project["team_size"] > 1 else 10
    return Template(name=name, about=str(entry["about"]), project=project)


def propose(sight: Sight) -> str:
    """Return the template that fits: a branch that mends, one person, else by what the project is."""
    if sight.branch and sight.branch.startswith(FIX_BRANCHES):
        return "bugfix"
    if sight.authors < 2:
        return "personal"
    if sight.survey.kind == "API":
        return "api"
    return "frontend" if sight.survey.kind == "web front end" else "team"


def described(sight: Sight) -> str:
    """Return what was seen: `This looks like a web front end (TypeScript, React), one person, no CI.`"""
    survey = sight.survey
    if not survey.has_code:
        kind = "a folder without code yet" if not survey.readme else "a folder of texts"
    else:
        named = survey.kind or "program"
        kind = f"{'an' if named[0] in 'aeiouAEIOU' else 'a'} {named}"
        details = dict.fromkeys((*survey.languages[:2], *survey.frameworks[:3]))
        kind += (
            f" ({', '.join(d for d in details if d not in ('HTML', 'CSS') or len(details) == 1)})"
            if details
            else ""
        )
    people = "one person" if sight.authors < 2 else f"{sight.authors} people"
    return f"This looks like {kind}, {people}, {survey.ci or 'no CI'}."
