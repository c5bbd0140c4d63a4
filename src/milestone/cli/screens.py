"""Answers that several verbs give: the whole project, one record."""

from milestone import errors
from milestone.cli import paging
from milestone.cli.env import Env
from milestone.cli.look import look
from milestone.cli.text import status as texts
from milestone.reports import status as report


def project(env: Env, *, everything: bool = False) -> int:
    """Show where the whole project stands."""
    found = look(env)
    start = paging.start(env.options.cursor)
    view = report.view(found.moment, 0 if everything else env.options.limit, start)
    total = len(found.moment.rows)
    if start and start >= total:
        raise errors.InvalidRequest("The cursor points behind the end.", next=["milestone status"])
    return found.answer(
        env,
        "status",
        view,
        lambda: texts.text(view, env.width, seq=found.seq, unrecorded=found.unrecorded),
        total=total,
        next_cursor=paging.following(start, len(view["milestones"]), total),
    )
