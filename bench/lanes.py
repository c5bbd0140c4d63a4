"""The commands to measure and the folders they work in: ours, a bare interpreter, Taskwarrior, Backlog.md."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench.bounds import BARE
from bench.timing import Command

PROGRAM = Path(sys.executable).with_name("milestone")
PRIORITIES = ("low", "high")
AT_ONCE = 500  # milestones that one plan may hold


class PeerMissing(Exception):
    """A peer is not on this machine; the message says so in a sentence."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return a plain environment with a home of its own, so that nobody's settings are measured."""
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "TZ") if key in os.environ}
    return {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), **more}


def bare(home: Path) -> list[Command]:
    """Return the interpreter that does nothing: as installed, and isolated without site packages."""
    return [
        fixed(BARE, [sys.executable, "-c", "pass"], home, environment(home)),
        fixed("python -I -S -c pass", [sys.executable, "-I", "-S", "-c", "pass"], home, environment(home)),
        fixed("milestone --version", [str(PROGRAM), "--version"], home, environment(home)),
    ]


def milestone(home: Path, size: int) -> list[Command]:
    """Return status, next and changes in a git repository with `size` milestones of four tasks."""
    here = environment(home)
    folder = git_repository(home / f"milestone-{size}", here)
    prepare([str(PROGRAM), "init", "--backend", "file"], folder, here)
    prepare([str(PROGRAM), "config", "set", "scale_override", "file"], folder, here)
    for first in range(1, size + 1, AT_ONCE):
        planned = [a_milestone(number) for number in range(first, min(first + AT_ONCE, size + 1))]
        prepare([str(PROGRAM), "plan", "--from", "-"], folder, here, stdin=json.dumps({"milestones": planned}))
    expect(len(list((folder / ".milestones" / "active").glob("milestone-*.yaml"))), size, "milestone files")

    def change(round_number: int) -> list[str]:
        return [str(PROGRAM), "update", "m5", "--priority", PRIORITIES[round_number % 2]]

    def work(verb: str) -> Callable[[int], list[str]]:
        """Return the call that begins or finishes a task nobody touched before this round."""
        return lambda round_number: [
            str(PROGRAM), "task", verb, f"m{round_number % size + 1}/t{round_number // size + 1}"
        ]  # fmt: skip

    return [
        fixed(f"milestone status, {size} files", [str(PROGRAM), "status"], folder, here),
        fixed(f"milestone next, {size} files", [str(PROGRAM), "next"], folder, here),
        changing(f"milestone update, {size} files", change, folder, here),
        changing(f"milestone task start, {size} files", work("start"), folder, here),
        changing(f"milestone task done, {size} files", work("done"), folder, here),
    ]


def taskwarrior(home: Path, size: int) -> list[Command]:
    """Return list and one change of Taskwarrior with `size` tasks.

    Raises:
        PeerMissing: there is no `task` on the path.
    """
    program = shutil.which("task")
    if not program:
        raise PeerMissing("Taskwarrior is not installed here (Debian: apt install taskwarrior).")
    folder = home / f"task-{size}"
    folder.mkdir()
    settings = folder / "taskrc"
    settings.write_text(f"data.location={folder}\nconfirmation=off\nverbose=nothing\n")
    here = environment(home, TASKRC=str(settings), TASKDATA=str(folder))
    tasks = [{"description": f"{title(number)}", "project": f"p{number % 7}"} for number in range(1, size + 1)]
    prepare([program, "import", "-"], folder, here, stdin=json.dumps(tasks))

    def change(round_number: int) -> list[str]:
        return [program, "5", "modify", f"priority:{'LH'[round_number % 2]}"]

    return [
        fixed(f"task list, {size} tasks", [program, "list"], folder, here),
        changing(f"task modify, {size} tasks", change, folder, here),
    ]


def backlog(home: Path, size: int) -> list[Command]:
    """Return list and one change of Backlog.md with `size` tasks, its program called without the node wrapper.

    Raises:
        PeerMissing: npm is missing or cannot install it.
    """
    program = _installed_backlog(home)
    here = environment(home)
    folder = git_repository(home / f"backlog-{size}", here)
    prepare([str(program), "init", "bench", "--defaults"], folder, here)
    for number in range(1, size + 1):
        text = (
            f"---\nid: TASK-{number}\ntitle: {title(number)}\nstatus: To Do\nassignee: []\n"
            f"created_date: '2026-11-20 09:00'\nlabels: []\ndependencies: []\n---\n"
        )
        (folder / "backlog" / "tasks" / f"task-{number} - Build-part-{number}.md").write_text(text)

    def change(round_number: int) -> list[str]:
        return [str(program), "task", "edit", "5", "--priority", PRIORITIES[round_number % 2]]

    return [
        fixed(f"backlog task list, {size} tasks", [str(program), "task", "list", "--plain"], folder, here),
        changing(f"backlog task edit, {size} tasks", change, folder, here),
    ]


def git_repository(folder: Path, here: Mapping[str, str]) -> Path:
    """Return a new folder with one commit, as people have it."""
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("A project to measure.\n")
    prepare(["git", "init", "-q", "-b", "main"], folder, here)
    for key, value in (("user.name", "Bench"), ("user.email", "bench@example.org")):
        prepare(["git", "config", key, value], folder, here)
    prepare(["git", "add", "README.md"], folder, here)
    prepare(["git", "commit", "-q", "-m", "first"], folder, here)
    return folder


def _installed_backlog(home: Path) -> Path:
    prefix = home / "npm"
    npm = shutil.which("npm")
    if not npm:
        raise PeerMissing("Backlog.md needs npm, which is not installed here.")
    if not prefix.exists():
        done = subprocess.run(
            [npm, "install", "--silent", "--prefix", str(prefix), "backlog.md"],
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        if done.returncode != 0:
            raise PeerMissing("Backlog.md could not be installed with npm here.")
    found = sorted(path for path in prefix.glob("node_modules/backlog.md-*/backlog*") if os.access(path, os.X_OK))
    if not found:
        raise PeerMissing("Backlog.md has no program for this platform.")
    return found[0]


def a_milestone(number: int) -> dict[str, object]:
    """Return a milestone of four tasks, as a plan hands it in."""
    return {
        "title": title(number),
        "status": "planned",
        "priority": ("low", "medium", "high")[number % 3],
        "success_criteria": [f"part {number} answers in 200 ms"],
        "tasks": [
            {"title": f"Step {step} of part {number}", "estimated_hours": 8, "dependencies": after}
            for step, after in ((1, []), (2, ["task-001"]), (3, ["task-001"]), (4, ["task-003"]))
        ],
    }


def title(number: int) -> str:
    """Return what a record is called, ours or a peer's."""
    return f"Build part {number} of the machine"


def fixed(name: str, arguments: Sequence[str], folder: Path, here: Mapping[str, str]) -> Command:
    """Return a command that is the same in every round."""
    return Command(name=name, arguments=lambda _: arguments, folder=folder, environment=here)


def changing(
    name: str, arguments: Callable[[int], Sequence[str]], folder: Path, here: Mapping[str, str]
) -> Command:
    """Return a command that differs from round to round."""
    return Command(name=name, arguments=arguments, folder=folder, environment=here)


def prepare(arguments: Sequence[str], folder: Path, here: Mapping[str, str], *, stdin: str = "") -> None:
    """Run what is not measured.

    Raises:
        RuntimeError: it did not succeed.
    """
    done = subprocess.run(
        arguments, cwd=folder, env=here, input=stdin, capture_output=True, text=True, timeout=3600
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr or done.stdout}")


def expect(found: int, wanted: int, what: str) -> None:
    if found != wanted:
        raise RuntimeError(f"Expected {wanted} {what}, found {found}.")
