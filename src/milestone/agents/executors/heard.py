"""What an agent's output has told so far, however its program writes it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from milestone.agents.executors import redacting
from milestone.agents.executors.base import Job, Progress
from milestone.agents.executors.settings import Settings
from milestone.domain.spending import Spent

LONGEST = 2_000  # characters of one entry in the log
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Heard:
    """Collects what an agent says; each thing worth telling goes to the job and, in words, to its log."""

    def __init__(self, job: Job, settings: Settings) -> None:
        self.said = ""
        self.tokens_in = 0
        self.tokens_out = 0
        self.conversation = ""
        self.claims_done = False
        self.trouble = ""
        self.unanswered = False
        self.known = 0  # lines that were understood
        self.odd = 0  # lines that were not
        self._job = job
        self._secret = redacting.pattern_of(job.secrets)
        self._settings = settings
        self._money: Mapping[str, float] = {}
        self._files: dict[str, None] = {}

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(self._files)

    @property
    def money(self) -> Mapping[str, float]:
        """What the program says it cost, else what its tokens cost by the project's prices."""
        return self._money or self._settings.cost(self.tokens_in, self.tokens_out)

    def spent(self, seconds: float) -> Spent:
        """Return the cost of the whole job."""
        return Spent(seconds=seconds, tokens_in=self.tokens_in, tokens_out=self.tokens_out, money=dict(self.money))

    def costs(self, units: float, currency: str) -> None:
        """Take the program's own figure of what it cost so far, in minor units."""
        self._money = {currency: units}

    def changes(self, path: object) -> None:
        """Take a file the program says it writes, relative to the job's folder where it lies in it."""
        if isinstance(path, str) and path:
            whole = Path(path)
            inside = whole.is_absolute() and whole.is_relative_to(self._job.folder)
            self._files[str(whole.relative_to(self._job.folder)) if inside else path] = None

    def says(self, text: str) -> None:
        """Take what the agent says; the last of it is what it ended with."""
        if text.strip():
            self.said = self.clean(text)
            self.does(text)

    def failed(self, why: str) -> None:
        """Take why the agent says it failed."""
        self.trouble = self.clean(why)

    def does(self, text: str) -> None:
        """Take a line about what goes on: into the log, and told with the cost so far."""
        clean = self.clean(text)[:LONGEST]
        if clean:
            self.write(clean)
        self.tell(clean)

    def clean(self, text: str) -> str:
        """Return text without control characters, and without what the job was told in confidence."""
        plain = _CONTROL.sub("�", text.strip())
        if self._secret is None:
            return plain
        return self._secret.sub(redacting.INSTEAD, plain.encode()).decode(errors="replace")

    def tell(self, text: str = "") -> None:
        """Tell the job how far this is."""
        self._job.tell(
            Progress(
                text=text.split("\n", 1)[0],
                tokens_in=self.tokens_in,
                tokens_out=self.tokens_out,
                money=self.money,
                files=self.files,
                conversation=self.conversation,
            )
        )

    def write(self, text: str) -> None:
        """Write a line into the job's log."""
        with self._job.log.open("a", encoding="utf-8") as log:
            log.write(f"{text}\n")


def number(value: Any) -> int:
    """Return a count as a program wrote it; 0 for what is none."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else 0


def short(value: Any, most: int = 300) -> str:
    """Return a value in one line."""
    text = " ".join(str(value or "").split())
    return text if len(text) <= most else text[: most - 1] + "…"
