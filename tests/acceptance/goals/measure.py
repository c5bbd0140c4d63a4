"""Print what share of the planner's plans is about their goals. Exit 1 when a figure misses its limit.

python tests/acceptance/goals/measure.py [goals.yaml]
"""

import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from milestone.agents.planners.brief import PlanOptions
from milestone.agents.planners.planner import Draft, plan_goal
from milestone.agents.planners.survey import Survey, survey
from milestone.domain import estimate

HERE = Path(__file__).parent
OPTIONS = PlanOptions(today=date(2026, 11, 20), owner="sarah")
Planner = Callable[[str, Survey], Draft]


class Goal(NamedTuple):
    """A committed goal."""

    id: str
    group: str
    work: str
    object: str
    goal: str


class Figure(NamedTuple):
    """A measured share, its limit, and where it was missed."""

    name: str
    value: float
    limit: float
    at_most: bool = False
    missed: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the limit is kept."""
        return self.value <= self.limit if self.at_most else self.value >= self.limit


def read_goals(path: Path = HERE / "goals.yaml") -> list[Goal]:
    """Return the committed goals."""
    return [Goal(**entry) for entry in yaml.safe_load(path.read_text("utf-8"))["goals"]]


def the_planner(goal: str, where: Survey) -> Draft:
    """Plan as the product does."""
    return plan_goal(goal, where, (), OPTIONS)


def shuffled(goals: Sequence[Goal]) -> Planner:
    """Return a broken planner that answers each goal with another goal's plan."""
    others = {g.goal: goals[(n + 7) % len(goals)].goal for n, g in enumerate(goals)}
    return lambda goal, where: the_planner(others[goal], where)


def constant(goals: Sequence[Goal]) -> Planner:
    """Return a broken planner that answers every goal with the same plan."""
    return lambda _goal, where: the_planner(goals[0].goal, where)


def filled_in(goals: Sequence[Goal]) -> Planner:
    """Return a broken planner that answers with one plan in which only the object is exchanged."""
    objects = {g.goal: g.object for g in goals}

    def plan(goal: str, where: Survey) -> Draft:
        draft = the_planner(goals[0].goal, where)
        bodies = [_exchanged(body, goals[0].object, objects[goal]) for body in draft.bodies]
        return _with_bodies(draft, bodies)

    return plan


def measure(planner: Planner, goals: Sequence[Goal], code: Survey) -> list[Figure]:
    """Return every figure of a planner on the goals, without and in a repository with code."""
    plain = {g.id: planner(g.goal, Survey()) for g in goals}
    placed = {g.id: planner(g.goal, code) for g in goals}
    again = {g.id: planner(g.goal, Survey()) for g in goals}
    per_goal = [
        ("object in every milestone title", _in_titles),
        ("object in half of the task titles", _in_tasks),
        ("a criterion per milestone that is a command or a number", _measurable),
        ("every task has an outcome", _outcomes),
        ("tasks are of one or two sittings (0.5 to 16 h)", _sizes),
        ("hours add up", _add_up),
    ]
    found = [_share(name, goals, lambda g, c=check: c(plain[g.id], g)) for name, check in per_goal]
    found.append(_share("same goal, same plan", goals, lambda g: plain[g.id] == again[g.id]))
    found.append(
        _share(
            "in code: a third of the tasks name real paths or tests", goals, lambda g: _placed(placed[g.id], code)
        )
    )
    outside = [g for g in goals if g.group == "outside"]
    found.append(
        _share("outside the recipes: says so, asks three questions", outside, lambda g: _asks(plain[g.id]))
    )
    found.append(_common("task titles common to two unlike goals", goals, plain, masked=False))
    found.append(_common("the same with the object masked", goals, plain, masked=True))
    return found


def a_package(folder: Path) -> Survey:
    """Make a small repository with code and return its survey."""
    files = {
        "pyproject.toml": '[project]\nname = "depot"\n[tool.pytest.ini_options]\n',
        "README.md": "# Depot\n\nKeeps track of what is lent to whom.\n",
        "src/depot/app.py": "def main(): ...\n",
        "src/depot/models.py": "class Item: ...\nclass Loan: ...\n",
        "src/depot/users.py": "class User: ...\ndef sign_in(): ...\n",
        "src/depot/api.py": "def list_items(): ...\n",
        "src/depot/pages.py": "def loan_page(): ...  # TODO: empty state\n",
        "src/depot/mail.py": "def send(): ...\n",
        "src/depot/settings.py": "DEBUG = False\n",
        "tests/test_models.py": "import pytest\n",
        "tests/test_api.py": "import pytest\n",
        ".github/workflows/ci.yml": "on: push\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return survey(folder)


def _share(name: str, goals: Sequence[Goal], check: Callable[[Goal], bool]) -> Figure:
    missed = tuple(g.id for g in goals if not check(g))
    return Figure(name, 1 - len(missed) / len(goals), 1.0, missed=missed)


def _tasks(draft: Draft) -> list[dict[str, Any]]:
    return [task for body in draft.bodies for task in body["tasks"]]


def _in_titles(draft: Draft, goal: Goal) -> bool:
    return all(goal.object in body["title"] for body in draft.bodies)


def _in_tasks(draft: Draft, goal: Goal) -> bool:
    named = sum(goal.object in task["title"] for task in _tasks(draft))
    return named * 2 >= len(_tasks(draft))


def _measurable(draft: Draft, _goal: Goal) -> bool:
    return all(any(_counts(c) for c in body["success_criteria"]) for body in draft.bodies)


def _counts(criterion: str | Mapping[str, Any]) -> bool:
    if isinstance(criterion, Mapping):
        return bool(criterion.get("check")) or _counts(str(criterion.get("text")))
    return bool(re.search(r"\d", criterion))


def _outcomes(draft: Draft, _goal: Goal) -> bool:
    return all(any(str(a).strip() for a in task.get("acceptance") or ()) for task in _tasks(draft))


def _sizes(draft: Draft, _goal: Goal) -> bool:
    return all(0.5 <= (estimate.hours(task["estimated_hours"]) or 0) <= 16 for task in _tasks(draft))


def _add_up(draft: Draft, _goal: Goal) -> bool:
    return all(abs(_hours(body) - body["timeline"]["estimated_hours"]) < 0.01 for body in draft.bodies)


def _hours(body: Mapping[str, Any]) -> float:
    return sum(estimate.hours(task["estimated_hours"]) or 0 for task in body["tasks"])


def _placed(draft: Draft, code: Survey) -> bool:
    found = _tasks(draft)
    real = [t for t in found if t.get("verify") == code.test_command or _real(t.get("related_files"), code)]
    return len(real) * 3 >= len(_tasks(draft))


def _real(files: Iterable[str] | None, code: Survey) -> bool:
    known = code.paths | {code.readme}
    return bool(files) and all(f in known for f in files or ())


def _asks(draft: Draft) -> bool:
    says = any(f.code == "general_recipe" for f in draft.findings)
    return says and draft.is_general and sum(len(b.get("questions") or ()) for b in draft.bodies) >= 3


def _common(name: str, goals: Sequence[Goal], drafts: Mapping[str, Draft], *, masked: bool) -> Figure:
    """Return the largest share of titles two unlike goals have in common; masked only where the work differs."""
    titles = {g.id: {_title(t["title"], g.object if masked else "") for t in _tasks(drafts[g.id])} for g in goals}
    shares = {
        f"{a.id}/{b.id}": len(titles[a.id] & titles[b.id]) / min(len(titles[a.id]), len(titles[b.id]))
        for a, b in combinations(goals, 2)
        if a.work != b.work or not masked
    }
    worst = max(shares.values())
    return Figure(name, worst, 0.30, at_most=True, missed=tuple(k for k, v in shares.items() if v > 0.30)[:5])


def _title(title: str, subject: str) -> str:
    plain = title.casefold()
    return re.sub(rf"(?:\bthe )?{re.escape(subject.casefold())}", "◌", plain) if subject else plain


def _exchanged(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {key: _exchanged(inner, old, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [_exchanged(inner, old, new) for inner in value]
    return value.replace(old, new) if isinstance(value, str) else value


def _with_bodies(draft: Draft, bodies: list[dict[str, Any]]) -> Draft:
    return msgspec.structs.replace(draft, bodies=tuple(bodies))


def show(figures: Sequence[Figure]) -> str:
    """Return the figures as lines."""
    return "\n".join(_line(figure) for figure in figures)


def _line(figure: Figure) -> str:
    mark, side = "ok  " if figure.holds else "MISS", "at most" if figure.at_most else "at least"
    where = f"   {' '.join(figure.missed[:8])}" if figure.missed else ""
    return f"{mark}  {figure.value:6.1%}  {side} {figure.limit:4.0%}  {figure.name}{where}"


def main(argv: Sequence[str]) -> int:
    """Print the figures; 1 when one misses its limit."""
    goals = read_goals(Path(argv[0]) if argv else HERE / "goals.yaml")
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(the_planner, goals, a_package(Path(folder)))
    sys.stdout.write(f"{len(goals)} goals\n{show(figures)}\n")
    return 0 if all(f.holds for f in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
