"""Dispatch a command line to its command, and show what went wrong."""

import sys

from milestone import __version__
from milestone.registry import load

GROUPS: dict[str, dict[str, str]] = {
    "Look": {
        "status": "Say where the project stands and what needs you",
        "list": "List milestones or tasks, filtered and sorted",
        "show": "Show one milestone or task",
        "next": "Name the best ready task, and why",
        "inbox": "List what waits for a person, and the command that answers each",
        "log": "Show what happened, or verify the log",
    },
    "Plan": {
        "init": "Make a project in this folder",
        "quickstart": "Look at this folder and propose a setup",
        "plan": "Turn a goal into a milestone with tasks",
        "answer": "Answer a question of a plan, or of a running agent",
    },
    "Work": {
        "use": "Set the current milestone",
        "edit": "Edit a milestone in your editor",
        "task": "Start, finish, block or change tasks",
        "update": "Change milestones, or show a report",
        "execute": "Run the ready tasks of a milestone",
        "sessions": "Show, pause, steer and stop runs, and clean up behind them",
        "review": "Approve, reject or request changes of a phase",
    },
    "Finish": {
        "archive": "Check what was promised, move it, learn from it",
        "undo": "Take a change back",
        "delete": "Hide a milestone that nobody depends on",
        "reopen": "Open a finished milestone again",
    },
    "Keep": {
        "sync": "Settle what git left, take it in, write",
        "migrate": "Move the project to another store, or back",
        "backup": "Make backups, prove them, bring one back",
        "restore": "Take the whole plan back to a moment",
        "notify": "Show and send what people are told",
        "worker": "Take tasks of runs that other machines share",
        "doctor": "Check records and log, and repair what is safe",
        "schema": "Print the JSON Schema of a record",
    },
    "Self": {
        "whoami": "Say as whom you act, and why",
        "config": "Read, set and explain settings",
        "prime": "Print what an agent must know to begin",
        "completion": "Print completion for bash, zsh or fish",
        "help": "Explain a verb or a topic",
        "demo": "See two minutes of it in a throw-away folder",
        "selftest": "Load a store of its own, and check its promises",
    },
}
COMMANDS: dict[str, str] = {name: text for group in GROUPS.values() for name, text in group.items()}
ALIASES: dict[str, str] = {"ls": "list", "session": "sessions"}


def run(argv: list[str]) -> int:
    """Return the exit code of one command line."""
    if argv in (["--version"], ["-V"], ["version"]):  # by hand: a parser would double the time
        sys.stdout.write(f"milestone {__version__}\n")
        return 0
    if argv[:1] == ["merge-driver"]:  # git calls it at every file it merges
        merged: int = load("milestone.cli.merge_driver:run")(argv[1:])
        return merged
    code: int = load("milestone.cli.shell:run")(argv)
    return code
