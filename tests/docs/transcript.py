"""Run the `console` blocks of a page and compare what they print.

A section (`## `) is one story in one new folder, a git repository with one commit. A line after `$ ` is typed; the
lines below it must appear in what it prints, in that order, `…` standing for anything. Lines in a comment
`<!-- console` … `-->` are typed as well, without being shown to readers.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

BLOCK = re.compile(r"^(?:```console|<!-- console)\n(.*?)^(?:```|-->)", re.MULTILINE | re.DOTALL)
HERE = re.compile(r"<<'?(\w+)'?$")  # the lines that follow are typed too, up to this word
PERSON = {"user.name": "Sarah", "user.email": "sarah@example.org"}


@dataclass
class Step:
    """One typed line and the lines it must print."""

    typed: str
    expected: list[str] = field(default_factory=list)


def sections(page: str) -> Iterator[tuple[str, list[Step]]]:
    """Yield (heading, steps) of every section that types something."""
    for part in re.split(r"^(?=## )", page, flags=re.MULTILINE):
        steps = [step for block in BLOCK.findall(part) for step in parse(block)]
        if steps:
            yield part.partition("\n")[0].lstrip("# "), steps


def parse(block: str) -> Iterator[Step]:
    """Yield the steps of one block."""
    step: Step | None = None
    lines = iter(block.splitlines())
    for line in lines:
        if line.startswith("$ "):
            if step:
                yield step
            step = Step(line[2:])
            if here := HERE.search(line):
                step.typed = "\n".join([step.typed, *takewhile(lambda each: each != here[1], lines), here[1]])
        elif step and line.strip():
            step.expected.append(line.strip())
    if step:
        yield step


def environment(home: Path) -> dict[str, str]:
    """Return a person's plain environment: our program first on the path, no agent's mark, no settings."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "COLUMNS": "80",
        "GIT_CONFIG_NOSYSTEM": "1",
        "EDITOR": "true",
    }


def new_project(home: Path) -> Path:
    """Return a git repository with a small Python package and one commit, of a person with a name."""
    folder = home / "project"
    (folder / "shop").mkdir(parents=True)
    (folder / "README.md").write_text("# A small shop\n")
    (folder / "shop" / "__init__.py").write_text('"""A small shop."""\n')
    here = environment(home)
    for key, value in PERSON.items():
        subprocess.run(["git", "config", "--global", key, value], env=here, check=True)
    for line in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *line], cwd=folder, env=here, check=True)
    return folder


def run(step: Step, folder: Path, home: Path) -> str:
    """Return what a line prints, stdout and stderr as they come."""
    done = subprocess.run(
        ["bash", "-c", step.typed], cwd=folder, env=environment(home), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
    )  # fmt: skip
    return done.stdout


def missing(expected: list[str], printed: str) -> str | None:
    """Return the first expected line that does not appear after the one before, else None."""
    rest = iter(line.strip() for line in printed.splitlines())
    for line in expected:
        pattern = re.compile(".*".join(re.escape(part) for part in line.split("…")))
        if not any(pattern.fullmatch(found) for found in rest):
            return line
    return None
