"""The acts of a script, in terms of a speaker: what an agent does is the same in every format."""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

Act = Mapping[str, Any]


class Speaker(Protocol):
    """How one program writes what it does. Each method writes what the real one writes."""

    version: str

    def begin(self) -> str:
        """Read the brief, say hello, and return the brief."""
        ...

    def say(self, text: str) -> None: ...

    def wrote(self, path: str) -> None: ...

    def ran(self, command: str, code: int, output: str) -> None: ...

    def spend(self, tokens_in: int, tokens_out: int, dollars: float) -> None: ...

    def ask(self, text: str) -> bool: ...

    def question(self, text: str, options: Sequence[str]) -> str: ...

    def junk(self, text: str) -> None: ...

    def done(self, text: str) -> int: ...

    def fail(self, text: str) -> int: ...


class Player:
    """Plays the acts of one attempt of the task this process works on."""

    def __init__(self, speaker: Speaker, script: Path) -> None:
        self.speaker = speaker
        self.script = script
        self.task = os.environ.get("MILESTONE_TASK", "*")
        self.allowed = True
        self.answer = ""

    def play(self) -> int:
        """Return the exit code."""
        brief = self.speaker.begin()
        self._note("begun")
        Path(f"{self.script}.{self.task.replace('/', '.')}.brief").write_text(brief)
        for act in self._acts():
            code = self._do(act)
            if code is not None:
                return code
        self._note("done")
        return self.speaker.done("I have done what was asked.")

    def _acts(self) -> Sequence[Act]:
        whole = json.loads(self.script.read_text())
        attempts = whole.get(self.task) or whole.get("*") or [[]]
        begun = self.script.with_suffix(".ledger").read_text().split("\n").count(f"{self.task} begun")
        found: Sequence[Act] = attempts[min(begun, len(attempts)) - 1]
        return found

    def _do(self, act: Act) -> int | None:
        (name, value), *_ = act.items()
        code: int | None = getattr(self, f"_{name}")(value)
        return code

    def _say(self, text: str) -> None:
        self.speaker.say(text.replace("{answer}", self.answer))

    def _write(self, value: Sequence[str]) -> None:
        path = Path(value[0])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value[1].replace("{answer}", self.answer))
        self.speaker.wrote(str(path.resolve()))

    def _deliver(self, value: Sequence[str]) -> None:
        self._write([str(Path(os.environ["MILESTONE_DELIVERABLES"]) / value[0]), value[1]])

    def _run(self, line: str) -> int | None:
        done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.speaker.ran(line, done.returncode, done.stdout + done.stderr)
        return self.speaker.fail(f"{line} failed") if done.returncode else None

    def _spend(self, value: Sequence[float]) -> None:
        self.speaker.spend(int(value[0]), int(value[1]), value[2] if len(value) > 2 else 0.0)

    def _ask(self, text: str) -> None:
        self.allowed = self.speaker.ask(text)

    def _if_allowed(self, acts: Sequence[Act]) -> int | None:
        return next((code for act in acts if (code := self._do(act)) is not None), None) if self.allowed else None

    def _question(self, value: Sequence[Any]) -> None:
        self.answer = self.speaker.question(value[0], value[1])

    def _junk(self, text: str) -> None:
        self.speaker.junk(text)

    def _sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def _hang(self, _value: Any) -> None:
        while True:
            time.sleep(60)

    def _crash(self, value: int) -> int:
        os._exit(value)

    def _signal(self, _value: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def _fail(self, text: str) -> int:
        return self.speaker.fail(text)

    def _vanish(self, _value: Any) -> int:
        """End well without a word about the end."""
        return 0

    def _note(self, word: str) -> None:
        with self.script.with_suffix(".ledger").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(f"{self.task} {word}\n")
