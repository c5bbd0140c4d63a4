"""What every agent program that writes lines of JSON has in common: started, read, asked for, ended."""

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from milestone import errors
from milestone.agents.executors import programs
from milestone.agents.executors.base import Ask, Job, Outcome
from milestone.agents.executors.heard import Heard, short
from milestone.agents.executors.process import Line, run_program
from milestone.agents.executors.settings import Settings

UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)
Message = Mapping[str, Any]


class Dialogue(ABC):
    """One conversation with a running program."""

    def __init__(self, job: Job, heard: Heard, settings: Settings) -> None:
        self.job = job
        self.heard = heard
        self.settings = settings

    @property
    def is_over(self) -> bool:
        """Whether the program said all it had to."""
        return self.heard.claims_done or bool(self.heard.trouble)

    def begin(self, line: Line) -> None:
        """Say what starts the work; the usual way is the brief, and the end of the input."""
        line.say(self.job.brief)
        line.hang_up()

    @abstractmethod
    def understand(self, message: Message, line: Line, /) -> bool:
        """Take one message; say whether it is of a kind that is known. May raise for a malformed one."""

    def hear(self, raw: bytes, line: Line) -> None:
        """Take one line of output. What cannot be read is counted and shown in the log; it stops nothing."""
        if not raw.strip():
            return
        try:
            message = json.loads(raw)
            known = isinstance(message, dict) and self.understand(message, line)
        except UNREADABLE:
            known = False
        if known:
            self.heard.known += 1
            return
        self.heard.odd += 1
        self.heard.does(f"? {short(raw.decode(errors='replace'))}")

    def ask(self, ask: Ask, line: Line) -> str | None:
        """Return a person's answer; None ends the program, because nobody answered in time."""
        self.heard.does(f"asks: {ask.text}")
        answer = self.job.ask(msgspec.structs.replace(ask, text=self.heard.clean(ask.text)))
        if answer is None:
            self.heard.unanswered = True
            line.leave()
            return None
        self.heard.does(f"is answered: {answer}")
        return answer


class Speaking(ABC):
    """An executor whose program writes lines of JSON. Inherit, and say what is particular to one."""

    name: str
    program: ClassVar[tuple[str, ...]]  # words that start it
    oldest: ClassVar[tuple[int, ...]]  # the first version that writes what we read
    install: ClassVar[str]  # how a person gets it
    modes: ClassVar[Mapping[str, str]]  # our word for permissions -> the program's own
    usual: ClassVar[str] = "edits"
    tells_money: ClassVar[bool] = False
    unset: ClassVar[tuple[str, ...]] = ()  # marks of a surrounding agent, which it would refuse to run under

    def __init__(self, settings: Settings | None = None, name: str = "") -> None:
        self.settings = settings or Settings()
        self.name = name or self.name  # a project may have several of one kind

    @abstractmethod
    def words(self, job: Job) -> list[str]:
        """Return what stands behind the program's name."""

    @abstractmethod
    def dialogue(self, job: Job, heard: Heard) -> Dialogue:
        """Return a new conversation."""

    @property
    def start(self) -> list[str]:
        """The words that start the program."""
        return list(self.settings.command or self.program)

    @property
    def mode(self) -> str:
        """What the program may do, in its own word.

        Raises:
            Refused: the project wants to be asked, and this program has no way to ask.
        """
        wanted = self.settings.permissions or self.usual
        if wanted == "ask" and "ask" not in self.modes:
            raise errors.Refused(
                f"{self.name} cannot ask for permissions when it runs by itself.",
                why="its non-interactive mode decides beforehand what is allowed",
                hint="let it edit only, or run it through the Agent Client Protocol, which asks",
                next=[
                    f"milestone config set executors.{self.name}.permissions edits",
                    "milestone execute --executor acp",
                ],
                code="executor_cannot_ask",
            )
        return self.modes.get(wanted, wanted)

    def check(self) -> str:
        """Return the program's version.

        Raises:
            Refused: it is not there, too old, or cannot do what is configured.
        """
        _ = self.mode
        return programs.check(self.name, self.start, self.oldest, self.install)

    def run(self, job: Job, stop: threading.Event) -> Outcome:
        """Return how the agent ended, what it said and what it cost."""
        try:
            self.check()
        except errors.MilestoneError as unusable:
            ways = "; ".join(unusable.next)
            return Outcome(error=f"{unusable.message.rstrip('.')}; {ways}, then: milestone task retry {job.ref}")
        heard = Heard(job, self.settings)
        job.log.parent.mkdir(parents=True, exist_ok=True)
        clean = dict.fromkeys(self.unset, "")
        ended = run_program(
            [*self.start, *self.words(job), *self.settings.args],
            msgspec.structs.replace(job, environment={**clean, **job.environment}),
            stop,
            talk=self.dialogue(job, heard),
        )
        return self._outcome(ended, heard)

    def _outcome(self, ended: Outcome, heard: Heard) -> Outcome:
        whole = ended.exit_code == 0 and not (ended.stopped or ended.timed_out or heard.unanswered)
        trouble = heard.trouble
        if whole and not heard.known:
            trouble = trouble or f"{self.name} wrote nothing that can be read; its format may have changed"
        elif whole and not heard.claims_done:
            trouble = trouble or f"{self.name} ended without saying that it is done"
        return msgspec.structs.replace(
            ended,
            said=heard.said,
            spent=heard.spent(ended.seconds),
            files=heard.files,
            claims_done=heard.claims_done,
            trouble=trouble,
            unanswered=heard.unanswered and not ended.stopped,
            conversation=heard.conversation,
            odd_lines=heard.odd,
        )
