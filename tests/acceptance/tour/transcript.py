"""Run a page of typed commands exactly as it stands, and compare every line.

In a `console` block a line after `$ ` is typed, the lines below it are what it prints: `…` in a line stands for
In a `console` block a line after `$ ` is typed, the lines below it are what it prints: `…` in a line is
anything, a line of nothing else any number of lines, `^C` the key pressed when the line before it appeared.
value: unset), `<!-- run COMMAND -->`.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SCENE = re.compile(r"^<!-- (now|env|run) (.*) -->$")
SHOWN_AS = "/home/sarah/portfolio"
ANY = "…"


class Step(NamedTuple):
    """One typed line, what it must print, and where it stands."""

    typed: str
    expected: list[str]
    line: int


class Scene(NamedTuple):
    """Something that changes before the next line is typed."""

    what: str
    value: str


def read(page: str) -> Iterator[Step | Scene]:
    """Yield the steps and scenes of a page in order."""
    inside, step = False, None
    for number, line in enumerate(page.splitlines(), 1):
        scene = SCENE.match(line)
        if scene and not inside:
            yield Scene(scene[1], scene[2])
        elif line.startswith("```"):
            if step:
                yield step
            inside, step = line == "```console", None
        elif inside and line.startswith("$ "):
            if step:
                yield step
            step = Step(line[2:].split("   #")[0].rstrip(), [], number)
        elif inside and step:
            step.expected.append(line)


class Terminal:
    """A folder somebody types in, with a clock that stands where the page puts it."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        home = folder.parent
        path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
        self.environ = {
            "PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "TZ": "Europe/Berlin", "COLUMNS": "80",
            "GIT_CONFIG_NOSYSTEM": "1", "USER": "sarah",
        }  # fmt: skip

    def set(self, scene: Scene) -> None:
        """Change what follows."""
        if scene.what == "run":
            subprocess.run(["bash", "-ec", scene.value], cwd=self.folder, env=self.environ, check=True)
            return
        name, equals, value = (
            ("MILESTONE_NOW", "=", scene.value) if scene.what == "now" else scene.value.partition("=")
        )
        if equals:
            self.environ[name] = value
        else:
            self.environ.pop(name, None)

    def type(self, step: Step) -> list[str]:
        """Return the lines that a step prints, stdout and stderr as they come."""
        process = subprocess.Popen(
            ["bash", "-c", f"exec {step.typed}" if "^C" in step.expected else step.typed],
            cwd=self.folder, env=self.environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, bufsize=1,
        )  # fmt: skip
        assert process.stdout is not None
        awaited = before_the_key(step.expected)
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line.rstrip("\n").replace(str(self.folder), SHOWN_AS))
            if awaited and matches(awaited, lines[-1]):
                process.send_signal(signal.SIGINT)
                lines.append("^C")
                awaited = None
        process.wait(timeout=60)
        return lines


def before_the_key(expected: list[str]) -> str | None:
    """Return the line after which Ctrl-C is pressed, None when it is not."""
    if "^C" not in expected:
        return None
    return next(line for line in reversed(expected[: expected.index("^C")]) if line != ANY)


def matches(expected: str, line: str) -> bool:
    """Return whether a printed line is what the page says."""
    return re.fullmatch(".*".join(map(re.escape, expected.split(ANY))), line) is not None


def difference(expected: list[str], printed: list[str]) -> str | None:
    """Return where the lines differ, None when they do not."""
    at = 0
    loose = False
    for line in expected:
        if line == ANY:
            loose = True
            continue
        found = next((i for i in range(at, len(printed)) if matches(line, printed[i])), None)
        if found is None or (found > at and not loose):
            return f"expected {line!r}, printed {printed[at] if at < len(printed) else 'nothing more'!r}"
        at, loose = found + 1, False
    return None if loose or at == len(printed) else f"printed also {printed[at]!r}"
