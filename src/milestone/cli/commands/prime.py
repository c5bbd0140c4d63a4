"""Print what an agent must know to begin"""

import argparse
from itertools import islice
from typing import Any

from milestone import errors
from milestone.cli.env import Env
from milestone.cli.look import look
from milestone.cli.output import line
from milestone.cli.text import moments, wide
from milestone.domain.questions import Question
from milestone.domain.rows import of as rows_of
from milestone.reports import ready
from milestone.reports.names import short
from milestone.reports.status import Moment

EXAMPLES = "milestone prime"
WIDTH = 78
READY = 4
TITLE = 44
RULES = "Rules: start before you work; proof before done; never edit .milestones/; people approve, not you."
COMMANDS = "Commands: next | show REF | task start|done|note|block REF"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing."""


def run(env: Env, args: argparse.Namespace) -> int:
    """Print at most 800 tokens; nothing where there is no project."""
    try:
        found = look(env)
    except errors.ProjectNotFound:
        return env.answer("prime", {"text": ""}, "")
    text = primer(env, found.moment, found.seq)
    return found.answer(env, "prime", {"text": text}, text)


def primer(env: Env, moment: Moment, seq: int) -> str:
    """Return who you are, the rules, what is ready, what is yours, how to go on."""
    actor = env.workspace.actor
    behalf = f" for {actor.on_behalf_of}" if actor.on_behalf_of else ""
    head = f"{line(moment.project.name)} seq {seq}. You: {line(actor.name)}{behalf}. {RULES}"
    parts = [head, _ready(moment), *_waiting(moment), f"{_yours(moment, actor.name)}  {COMMANDS}"]
    return "\n".join(wide.wrap(part, min(WIDTH, env.width)) for part in parts)


def _ready(moment: Moment) -> str:
    found = list(islice(ready.ready(moment.rows, moment.current), READY))
    if not found:
        return "Ready: nothing; `milestone next` says why."
    return "Ready: " + " · ".join(_one(sight) for sight in found)


def _one(sight: ready.Sight) -> str:
    hours = moments.hours(sight.task["hours"])
    told = ", ".join(filter(None, [hours, "critical" if sight.task["critical"] else ""]))
    return f"{short(sight.ref)} {wide.cut(line(sight.task['title']), TITLE)}{f' ({told})' if told else ''}"


def _waiting(moment: Moment) -> list[str]:
    found = [
        f"{short(row['id'])}{'/' + short(each['task']) if each['task'] else ''} {each['phase']}"
        for row in rows_of(moment.rows).select(Question(has=("open", "asks")))
        for each in row["waiting"]
    ]
    return [f"Waits for people: {', '.join(found[:READY])}."] if found else []


def _yours(moment: Moment, name: str) -> str:
    mine = [
        (row, task)
        for row in rows_of(moment.rows).select(Question(statuses=("in_progress",)))
        for task in row["tasks"]
        if task["status"] == "in_progress" and task["assigned_to"] == name
    ]
    if not mine:
        return "Yours: none."
    return "Yours: " + " · ".join(_mine(row, task) for row, task in mine[:READY])


def _mine(row: Any, task: Any) -> str:
    note = f' ("{wide.cut(line(task["next_note"]), 80)}")' if task["next_note"] else ""
    return f"{short(row['id'])}/{short(task['id'])} {wide.cut(line(task['title']), TITLE)}{note}."
