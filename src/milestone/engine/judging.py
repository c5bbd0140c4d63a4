"""The commands that judge a task: its `verify`, and the checks its acceptance items bring."""

from collections.abc import Callable
from typing import Any

import msgspec

from milestone.agents.executors.base import Outcome
from milestone.domain import commands, receipts
from milestone.domain.document import Body
from milestone.domain.receipts import WorkState
from milestone.engine.attempt import Attempt


def judges(task: Body) -> dict[str, str]:
    """Return the commands that judge a task: its verify under "", then its items' checks by their number."""
    verify = task.get("verify")
    return {**({"": str(verify)} if verify else {}), **{str(n): c for n, c in receipts.checks(task).items()}}


def unconfirmed(found: Attempt, executor: str, line: str, may_run: Callable[[str], bool]) -> str:
    """Return why a line of the record may not be run: it changed since the run began, and nobody confirmed it."""
    if executor != "shell":
        line = commands.named(executor) if found.task.get("executor") == executor else ""
    if not line or executor in ("human",) or may_run(line):
        return ""
    way = f"milestone execute {found.milestone} --restart-agents --trust-commands"
    return f"nobody has confirmed its command, which came from outside: {line} ({way})"


def judge(
    task: Body, run: Callable[[str], Outcome], state: Callable[[], WorkState | None]
) -> tuple[Outcome, dict[str, Any]]:
    """Return how the last of them ended, and what each showed on which files; the first that fails is the last."""
    shown: dict[str, Any] = {}
    seconds, ended = 0.0, Outcome(exit_code=0)
    for number, command in judges(task).items():
        ended = run(command)
        seconds += ended.seconds
        if not ended.succeeded:
            break
        shown[number] = {"command": command, "exit_code": ended.exit_code, "seconds": ended.seconds}
    now = state() if ended.succeeded else None
    bound = {"tree": now.tree} if now else {}
    return msgspec.structs.replace(ended, seconds=round(seconds, 3)), {"shown": shown, **bound}
