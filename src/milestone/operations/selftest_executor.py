"""Whether an agent program on this machine does what its executor counts on: small tasks in a folder of its own.

The same checks run in the test suite with the scripted agent in the program's place.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from milestone import errors
from milestone.agents.executors.base import Ask, Job, Outcome, Progress
from milestone.agents.executors.process import end_marked
from milestone.agents.executors.settings import Settings
from milestone.agents.executors.speaking import Speaking
from milestone.domain import asks, spending

WORK = 300.0  # seconds a small task may take
SHORT = 20.0  # seconds after which a long one is ended
MARK = "milestone-selftest"


class Trial:
    """One job for the agent, and everything it told and asked."""

    def __init__(self, folder: Path, name: str, brief: str, *, answer: str = "no", **more: Any) -> None:
        self.folder = folder / name
        self.folder.mkdir(parents=True)
        self.told: list[Progress] = []
        self.asked: list[Ask] = []
        self._answer = answer
        self.mark = f"{MARK}-{folder.name}-{name}"
        known: dict[str, Any] = {"time_limit": WORK, **more}
        self.job = Job(
            ref=f"selftest/{name}",
            folder=self.folder,
            log=folder / f"{name}.log",
            record=folder / f"{name}.json",
            brief=brief,
            environment={"MILESTONE_TASK": f"selftest/{name}", "MILESTONE_LEASE": self.mark},
            tell=self.told.append,
            ask=self._ask,
            **known,
        )

    def _ask(self, ask: Ask) -> str:
        self.asked.append(ask)
        return self._answer if ask.kind == asks.PERMISSION else (ask.options or ("go on",))[0]


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """One check: what was wrong, empty where nothing was."""

    name: str
    wrong: str
    seconds: float


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """Every check of an executor."""

    executor: str
    version: str
    checks: tuple[Checked, ...]

    @property
    def ok(self) -> bool:
        return not any(each.wrong for each in self.checks)


Make = Callable[[str], Speaking]  # permissions -> executor


def run(make: Make) -> Tested:
    """Return how an executor does.

    Raises:
        Refused: its program is not here, too old, or of another format.
    """
    agent = make("")
    version = agent.check()
    with tempfile.TemporaryDirectory(prefix="milestone-selftest-") as place:
        checks = [_checked(name, check, make, Path(place).resolve()) for name, check in CHECKS.items()]
    return Tested(executor=agent.name, version=version, checks=tuple(checks))


def _checked(name: str, check: Callable[[Make, Path], str], make: Make, place: Path) -> Checked:
    began = time.monotonic()
    try:
        wrong = check(make, place)
    except errors.Refused as refused:
        wrong = refused.message
    return Checked(name=name, wrong=wrong, seconds=round(time.monotonic() - began, 1))


def does_a_task(make: Make, place: Path) -> str:
    """A file is written, and the end, the words and the tokens are told."""
    brief = (
        "Create a file named hello.txt in the current folder that holds the word hello. Then say that it is done."
    )
    trial = Trial(place, "hello", brief)
    ended = make("").run(trial.job, threading.Event())
    if not ended.succeeded:
        return _why(ended)
    if not _holds(trial.folder / "hello.txt", "hello"):
        return "it says it is done, and hello.txt is not there"
    missing = [
        *([] if ended.said else ["what it said"]),
        *([] if ended.conversation else ["its conversation"]),
        *([] if ended.spent.tokens else ["its tokens"]),
    ]
    return f"it did not tell {', '.join(missing)}" if missing else ""


def goes_on(make: Make, place: Path) -> str:
    """A second job goes on in the first one's conversation."""
    first = make("").run(Trial(place, "word", "Remember the word Zanzibar. Say ok.").job, threading.Event())
    if not first.succeeded:
        return _why(first)
    brief = "Write the word I asked you to remember into a file named word.txt in the current folder."
    trial = Trial(place, "again", brief, conversation=first.conversation)
    # The same folder: programs keep conversations by it.
    job = msgspec.structs.replace(trial.job, folder=place / "word")
    again = make("").run(job, threading.Event())
    if not again.succeeded:
        return _why(again)
    return "" if _holds(place / "word" / "word.txt", "Zanzibar") else "it did not know what was said before"


def is_ended(make: Make, place: Path) -> str:
    """A time limit ends the program and everything it started."""
    trial = Trial(place, "long", "Run the shell command `sleep 600` and wait for it to end.", time_limit=SHORT)
    ended = make("all").run(trial.job, threading.Event())
    if end_marked(trial.mark):
        return "something it started was still alive"
    return "" if ended.timed_out else f"it did not work until its time limit: {ended.said or _why(ended)}"


def asks_first(make: Make, place: Path) -> str:
    """A permission is asked of a person, and a no is kept to; nothing to check where a program cannot ask."""
    agent = make("")
    if "ask" not in agent.modes:
        return ""
    trial = Trial(place, "asks", "Run the shell command `touch asked.txt`. If you may not, say so and stop.")
    ended = make("ask").run(trial.job, threading.Event())
    if (trial.folder / "asked.txt").exists():
        return "it did what it was not allowed to do" if trial.asked else "it did not ask"
    return "" if trial.asked else f"it did not ask: {ended.said or _why(ended)}"


CHECKS: Mapping[str, Callable[[Make, Path], str]] = {
    "does a small task, and tells": does_a_task,
    "goes on in its conversation": goes_on,
    "is ended with all it started": is_ended,
    "asks first, and keeps to a no": asks_first,
}


def view(tested: Tested) -> dict[str, Any]:
    """Return the checks as doors show them."""
    checks = [{"name": c.name, "ok": not c.wrong, "wrong": c.wrong, "seconds": c.seconds} for c in tested.checks]
    return {"ok": tested.ok, "executor": tested.executor, "version": tested.version, "checks": checks}


def maker(kind: type[Speaking], name: str, settings: Settings) -> Make:
    """Return what makes an executor with other permissions than its own."""
    return lambda permissions: kind(
        msgspec.structs.replace(settings, permissions=permissions or settings.permissions), name
    )


def _holds(path: Path, word: str) -> bool:
    try:
        return word in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _why(ended: Outcome) -> str:
    said = (
        ended.error or ended.trouble or (f"it ended with {ended.exit_code}" if not ended.timed_out else "too slow")
    )
    cost = spending.shown(ended.spent)
    return f"{said} ({cost})" if cost else said
