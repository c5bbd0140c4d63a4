"""Two minutes of it in a throw-away folder: every command is the real one, only the agent is scripted."""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from pathlib import Path

from milestone import errors
from milestone.operations import demo_checks
from milestone.operations.demo_checks import Checked
from milestone.workspace import acting

GOAL = "Add a command-line tool to the notes package"
GATE = """
phases:                       # this milestone goes through a gate of its own
  design: {approval: {required: true}}
  execute: {}
"""
DESIGN = """# Architecture

`notes` stays the library; `notes.cli` parses, calls it and prints.
Considered and not chosen: a daemon, because nobody waits for it.
"""
PATIENCE = 150.0  # seconds for any one command: more means that something hangs

Tell = Callable[[str], None]


class Demo:
    """One walk from a goal to finished work, in a folder of its own."""

    def __init__(self, folder: Path, tell: Tell, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.project = folder / "notes"
        self.tell = tell
        self.environ = _a_persons(environ, folder)
        self.codes: list[tuple[str, int, tuple[int, ...]]] = []

    def walk(self) -> list[Checked]:
        """Return what was checked at the end, after every step was typed and shown."""
        self.prepare()
        self.plan()
        self.pass_the_gate()
        self.work_and_be_killed()
        self.go_on()
        self.finish()
        return demo_checks.check(self.project, self.quietly, self.codes)

    def prepare(self) -> None:
        """Make a repository with a small package, and an agent beside it that reads briefs."""
        self.say("A git repository with a small Python package, and a scripted agent beside it.")
        files = resources.files("milestone.operations") / "demo_files"
        for name, text in _parts((files / "repository.txt").read_text(encoding="utf-8")):
            path = self.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (self.folder / "agent.py").write_text(
            (files / "agent.py.txt").read_text(encoding="utf-8"), encoding="utf-8"
        )
        for words in (
            ["init", "-q", "-b", "main"],
            ["config", "user.name", "Dana"],
            ["config", "user.email", "dana@example.org"],
            ["add", "-A"],
            ["commit", "-q", "-m", "Notes in memory"],
        ):
            self.run(["git", *words])
        self.type(f"cd {self.project}")
        self.milestone("init")
        agent = shlex.join([sys.executable, str(self.folder / "agent.py")])
        self.milestone("config", "set", "executors.agent.command", agent)
        self.milestone("config", "set", "executor", "agent")

    def plan(self) -> None:
        """Let the planner make a plan, and edit it as a person does."""
        self.say("A goal becomes a plan.")
        self.milestone("plan", GOAL)
        record = self.project / ".milestones/active/milestone-001.yaml"
        self.type(f"cat >> {record.relative_to(self.project)}   # the plan is yours to edit", GATE.strip("\n"))
        with record.open("a", encoding="utf-8") as file:
            file.write(GATE)

    def pass_the_gate(self) -> None:
        """Be stopped by the gate, write what it asks for, approve it."""
        self.say("Work waits behind the gate until a person has judged the design.")
        self.milestone("execute", "m1", "--agents", "3", expect=(6,))
        self.milestone("review", "m1", "--phase", "design")
        design = self.project / ".milestones/deliverables/milestone-001/design/architecture.md"
        self.type(f"$EDITOR {design.relative_to(self.project)}", DESIGN.strip("\n"))
        design.parent.mkdir(parents=True, exist_ok=True)
        design.write_text(DESIGN, encoding="utf-8")
        self.milestone("review", "m1", "--phase", "design", "--approve", "--comment", "small and enough")

    def work_and_be_killed(self) -> None:
        """Let three agents work, and pull the plug while two of them are at it."""
        self.say("Three workers begin, and are killed in the middle.")
        words = ["execute", "m1", "--agents", "3"]
        self.type(f"milestone {shlex.join(words)} &")
        log = self.folder / "first-run.log"
        with log.open("w", encoding="utf-8") as out:
            process = subprocess.Popen(
                _milestone(words), cwd=self.project, env=self.environ, stdout=out, stderr=subprocess.STDOUT
            )
        self._wait_for_two_at_work(process)
        self.type(f"kill -9 {process.pid}")
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.tell(log.read_text(encoding="utf-8").rstrip())
        self.milestone()

    def go_on(self) -> None:
        """Resume, resolve the conflict, and let the rest be done."""
        self.say("The same command goes on. Nothing finished is repeated.")
        self.milestone("execute", "m1", "--agents", "3", expect=(1,))
        blocked = demo_checks.blocked(self.quietly)
        self.say("Two agents changed one line. The second begins again on top of the first.")
        self.milestone("status", "m1")
        for task in blocked:
            self.milestone("task", "retry", f"m1/{task}")
        self.milestone("execute", "m1", "--agents", "3")

    def finish(self) -> None:
        """Be told what is not shown yet, show what can be shown, and go past the rest on the record."""
        self.say("The archive runs the checks it can, and asks for the rest.")
        self.milestone("archive", "m1", expect=(5,))
        self.type("git worktree add ../result milestone/milestone-001 && cd ../result")
        result = self.folder / "result"
        self.run(["git", "worktree", "add", "-q", "--detach", str(result), "milestone/milestone-001"])
        started = time.monotonic()
        self.run([sys.executable, "-c", "import notes"], result)
        took = f"import notes: {round((time.monotonic() - started) * 1000)} ms"
        self.tell(took)
        slow = next((name for name in demo_checks.criteria(self.quietly) if "ms" in name.split()), None)
        if slow:
            self.milestone("update", "m1", "--met", slow, "--evidence", took)
        self.say("Nobody showed the others. A person goes past them, on the record.")
        reason = "a demo: no agent was at work"
        self.milestone("archive", "m1", "--capture-insights", "--override", reason)
        self.type("cat .milestones/completed/lessons-learned.md")
        self.tell((self.project / ".milestones/completed/lessons-learned.md").read_text(encoding="utf-8").rstrip())
        self.type("git log --oneline milestone/milestone-001")
        self.tell(self.run(["git", "log", "--oneline", "milestone/milestone-001"]).rstrip())

    def milestone(self, *words: str, expect: tuple[int, ...] = (0,), shown: bool = True) -> str:
        """Type one command, show what it answers, and remember its exit code."""
        if shown:
            self.type(shlex.join(["milestone", *words]))
        done = self._call(words)
        if shown:
            self.tell((done.stdout + done.stderr).rstrip())
            if done.returncode:
                self.tell(f"(exit {done.returncode})")
        typed = shlex.join(["milestone", *words])
        self.codes.append((typed, done.returncode, expect))
        if done.returncode not in expect:
            raise errors.WorkFailed(f"{typed} ended with {done.returncode}.", why="the demo stops here")
        return done.stdout

    def quietly(self, *words: str) -> str:
        """Return what a command answers without showing it: the checks at the end."""
        return self._call(words).stdout

    def run(self, words: Sequence[str], folder: Path | None = None) -> str:
        """Return what another program prints, run in the project or another folder.

        Raises:
            WorkFailed: it failed.
        """
        done = subprocess.run(
            words,
            cwd=folder or self.project,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode:
            raise errors.WorkFailed(f"{shlex.join(words)} failed.", why=done.stderr.strip())
        return done.stdout

    def say(self, sentence: str) -> None:
        """Tell what comes next."""
        self.tell(f"\n# {sentence}")

    def type(self, command: str, below: str = "") -> None:
        """Show what a person types."""
        self.tell(f"\n$ {command}" + (f"\n{below}" if below else ""))

    def _call(self, words: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            _milestone(words),
            cwd=self.project,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def _wait_for_two_at_work(self, process: "subprocess.Popen[bytes]") -> None:
        """Return when two agents work side by side: the pair file is written by the second."""
        end = time.monotonic() + PATIENCE
        while not (self.folder / "agent-state/pair").exists():
            if process.poll() is not None or time.monotonic() > end:
                raise errors.WorkFailed(
                    "The agents of the demo did not meet.", why=(self.folder / "first-run.log").read_text()
                )
            time.sleep(0.05)


def choose_folder(wanted: str | None) -> Path:
    """Return the folder to use: a new one, or an empty one that was named.

    Raises:
        Refused: the named folder holds something.
    """
    if wanted is None:
        return Path(tempfile.mkdtemp(prefix="milestone-demo-")).resolve()
    folder = Path(wanted).expanduser().resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise errors.Refused(
            f"{folder} is not empty.", why="the demo writes only into a folder of its own", next=["milestone demo"]
        )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _milestone(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "milestone", *words]


def _a_persons(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return an environment without marks of agents and settings of ours: in the demo Dana types."""
    kept = {
        name: value
        for name, value in environ.items()
        if name not in acting.MARKS and not name.startswith(("MILESTONE", "GIT_")) and name != "COLUMNS"
    }
    path = os.pathsep.join([str(Path(sys.executable).parent), environ.get("PATH", "/usr/bin:/bin")])
    return kept | {"PATH": path, "HOME": str(folder), "GIT_CONFIG_GLOBAL": "/dev/null", "COLUMNS": "80"}


def _parts(text: str) -> list[tuple[str, str]]:
    """Return (file name, contents) of a text with `=== NAME` lines."""
    found: list[tuple[str, str]] = []
    for part in text.split("=== ")[1:]:
        name, _, body = part.partition("\n")
        found.append((name.strip(), body))
    return found
