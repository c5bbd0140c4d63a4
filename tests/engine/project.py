"""A small project in a real repository, and the program as a person would call it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

CLEAN = {"HOME", "PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "TMPDIR", "LANG"}


class Project:
    """One `.milestones/` with git around it (or not), driven by the command line."""

    def __init__(self, folder: Path, *, git: bool = True) -> None:
        self.folder = folder
        self.records = folder / ".milestones"
        (self.records / "active").mkdir(parents=True)
        self.environ = {key: value for key, value in os.environ.items() if key in CLEAN}
        self.environ |= {"XDG_CONFIG_HOME": str(folder.parent / "settings")}
        self.environ |= {"MILESTONE_ACTOR": "ana", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        if git:
            self.git("init", "-q", "-b", "main")
            self.git("config", "user.name", "Ana")
            self.git("config", "user.email", "ana@example.org")
            (folder / "README").write_text("hello\n")
            self.git("add", "README")
            self.git("commit", "-q", "-m", "first")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def plan(self, *tasks: dict, name: str = "milestone-001", **fields) -> None:
        """Write a milestone file, as a person would."""
        body = {"id": name, "title": f"Reach {name}", **fields, "tasks": list(tasks)}
        text = "# written by hand\n" + yaml.safe_dump(body, sort_keys=False)
        (self.records / "active" / f"{name}.yaml").write_text(text)

    def configure(self, **settings) -> None:
        folder = self.records / "config"
        folder.mkdir(exist_ok=True)
        (folder / "milestone-config.yaml").write_text(yaml.safe_dump(settings))

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "milestone", *arguments]

    def start(self, *arguments: str, **environ: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments, **environ)
        out, err = process.communicate(timeout=90)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def execute(self, *arguments: str, **environ: str) -> dict:
        """Run `execute --json` and return its data, with the exit code as `exit`."""
        done = self.run("execute", *arguments, "--json", **environ)
        answer = json.loads(done.stdout or "{}")
        assert "data" in answer, f"{done.stdout}\n{done.stderr}"
        data = answer["data"]
        return {**(data if isinstance(data, dict) else {"runs": data}), "exit": done.returncode}

    def body(self, name: str = "milestone-001") -> dict:
        return yaml.safe_load((self.records / "active" / f"{name}.yaml").read_text())

    def statuses(self, name: str = "milestone-001") -> dict[str, str]:
        return {t["id"]: t.get("status", "pending") for t in self.body(name)["tasks"]}

    def log(self) -> list[dict]:
        """Return every event of the log, in order, with its line's operation."""
        events = []
        for path in sorted((self.records / "logs" / "events").glob("*.jsonl")):
            for line in path.read_text().splitlines():
                events.append(json.loads(line))
        return events

    def commits(self, name: str = "milestone-001") -> list[str]:
        """Return the Task trailer of every commit on a milestone's branch, oldest first."""
        shown = "--format=%(trailers:key=Task,valueonly)"
        lines = self.git("log", "--reverse", shown, f"main..milestone/{name}").splitlines()
        return [line for line in lines if line]


def a_task(number: int, run: str | None = None, **fields) -> dict:
    task = {"id": f"task-{number:03d}", "title": f"Do task {number}", "estimated_hours": 1, **fields}
    return {**task, "run": run} if run is not None else task
