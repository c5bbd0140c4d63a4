"""Answers that several verbs give: the whole project, one record."""

from milestone import errors
from milestone.cli import paging
from milestone.cli.env import Env
from milestone.cli.look import Look, look
from milestone.cli.text import status as texts
from milestone.registry import load
from milestone.reports import status as report
from milestone.storage import recommended


def project(env: Env, *, everything: bool = False) -> int:
    """Show where the whole project stands."""
    found = look(env)
    _recommended(env, found)
    return _answer(env, found, everything=everything)


def _recommended(env: Env, found: Look) -> None:
    """Tell when the project recommends another store than this clone uses."""
    wished, here = recommended.read(found.root), found.moment.project.backend
    if wished not in (None, here):
        told = f"The project recommends {wished} ({recommended.NAME}), and this clone uses {here}."
        env.warn("backend_recommended", f"{told} Next: milestone migrate --to {wished}")


def project_at(env: Env, at: str, *, everything: bool = False) -> int:
    """Show where the whole project stood at a moment."""
    with load("milestone.cli.past:looking")(env, at) as then:
        found = Look(str(env.workspace.root), then.moment, then.reading.seq, 0, [])
        return _answer(env, found, everything=everything, said=then.said + "\n")


def _answer(env: Env, found: Look, *, everything: bool, said: str = "") -> int:
    start = paging.start(env.options.cursor)
    view = report.view(found.moment, 0 if everything else env.options.limit, start)
    total = len(found.moment.rows)
    if start and start >= total:
        raise errors.InvalidRequest("The cursor points behind the end.", next=["milestone status"])
    return found.answer(
        env,
        "status",
        view,
        lambda: said + texts.text(view, env.width, seq=found.seq, unrecorded=found.unrecorded),
        total=total,
        next_cursor=paging.following(start, len(view["milestones"]), total),
    )
