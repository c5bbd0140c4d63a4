"""A milestone whose agents do all that agents do: a graph, a fate for each task, and what must hold afterwards."""

import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .project import Project, a_task

SPEAKERS = ("claude", "codex", "gemini", "opencode", "acp")
WORK = {"write": ["{name}.txt", "made"]}
# fate: what the agent does in each attempt, and the status the task ends in.
FATES: dict[str, tuple[list[list[dict[str, Any]]], str]] = {
    "works": ([[{"say": "I look."}, WORK, {"spend": [900, 50, 0.02]}]], "completed"),
    "works with odd lines": ([[{"junk": "Warning: {"}, WORK, {"junk": '{"type":"of tomorrow"}'}]], "completed"),
    "fails once": ([[{"fail": "rate limited"}], [WORK]], "completed"),
    "fails": ([[{"fail": "it is too hard"}]], "failed"),
    "crashes once": ([[WORK, {"signal": 9}], [WORK]], "completed"),
    "ends without a word": ([[{"say": "Well."}, {"vanish": True}]], "failed"),
    "hangs once": ([[{"say": "Wait."}, {"hang": True}], [WORK]], "completed"),
    "lies": ([[{"say": "All done, tests pass."}]], "blocked"),
    "says done where verify agrees": ([[{"say": "It was there already."}]], "completed"),
    "does what verify refuses": ([[WORK]], "failed"),
    "asks": ([[{"ask": "make deploy"}, {"if_allowed": [WORK]}]], "completed"),
    "over-spends": ([[WORK, *[{"spend": [2_000, 100, 0.05]}] * 8, {"hang": True}]], "blocked"),
    "waits for approval": ([[{"deliver": ["design-notes.md", "# Notes"]}, WORK]], "in_review"),
}
ABLE = {  # who can have a fate; all others: everybody
    "asks": ("claude", "acp"),
    "over-spends": ("claude", "opencode"),
    "waits for approval": ("claude",),
}
ENDED = ("completed", "blocked", "failed", "in_review")


def plan(count: int, seed: int) -> list[dict[str, Any]]:
    """Return that many tasks with a fate each, where work that comes to nothing stands at the graph's end."""
    chance = random.Random(seed)
    fates = list(FATES)
    chance.shuffle(fates)
    made: list[dict[str, Any]] = []
    for number in range(1, count + 1):
        every = number <= len(fates) or chance.random() < 0.7
        fate = fates[number % len(fates)] if every else "works"
        fruitful = [t["id"] for t in made if FATES[t["fate"]][1] == "completed"]
        all_before = [t["id"] for t in made[-8:]] if chance.random() < 0.1 else fruitful[-12:]
        needs = sorted(chance.sample(all_before, min(len(all_before), chance.choice((0, 1, 1, 2, 3)))))
        speaker = chance.choice(ABLE.get(fate, SPEAKERS))
        made.append(a_task(number, executor=speaker, dependencies=needs, fate=fate, **_more(fate)))
    return made


def _more(fate: str) -> dict[str, Any]:
    if fate == "says done where verify agrees":
        return {"verify": "test -e README"}
    if fate == "does what verify refuses":
        return {"verify": "test -e nowhere"}
    if fate == "over-spends":
        return {"budget": {"tokens": 9_000}}
    if fate == "waits for approval":
        phases = {"design": {"approval": {"required": True, "approvers": ["ana"]}}, "execute": {}}
        return {"kiro_workflow": {"enabled": True, "phases": phases}}
    return {}


def script(tasks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the agents of these tasks do; each writes a file of its own."""
    return {f"milestone-001/{task['id']}": _named(FATES[task["fate"]][0], task["id"]) for task in tasks}


def _named(acts: Any, name: str) -> Any:
    if isinstance(acts, str):
        return acts.replace("{name}", name)
    if isinstance(acts, list):
        return [_named(each, name) for each in acts]
    return {key: _named(value, name) for key, value in acts.items()} if isinstance(acts, dict) else acts


class Person(threading.Thread):
    """Somebody who answers what agents ask while a run goes on."""

    def __init__(self, project: Project) -> None:
        super().__init__(daemon=True)
        self.project = project
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(2.0):
            for place in self._open():
                self.project.run("answer", place, "yes")

    def _open(self) -> list[str]:
        events = [e for line in self.project.log() for e in line["events"]]
        asked = {e["data"]["question"]["id"] for e in events if e["kind"] == "question.asked"}
        closed = ("question.answered", "question.withdrawn")
        shut = {e["data"]["id"] for e in events if e["kind"] in closed}
        return [f"current/{name}" for name in sorted(asked - shut)]


def broken_promises(log: Sequence[Mapping[str, Any]], tasks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what must not be: an end without a reason, a completion without proof or twice, a gate passed by."""
    lines = [(line, event) for line in log for event in line["events"]]
    for task in tasks:
        name = task["id"]
        mine = [(line, event) for line, event in lines if event.get("task") == name]
        yield from (f"{name}: {wrong}" for wrong in _of_task(mine, task))


def _of_task(
    mine: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], task: Mapping[str, Any]
) -> Iterator[str]:
    kinds = Counter(event["kind"] for _, event in mine)
    begun = [e for _, e in mine if e["kind"] == "run.step_started" and e["data"].get("step") == "begin"]
    if kinds["task.completed"] > 1:
        yield f"completed {kinds['task.completed']} times"
    if kinds["task.started"] and not begun:
        yield "started, and no attempt says so"
    for line, event in mine:
        data = event["data"]
        if event["kind"] in ("task.failed", "task.blocked", "task.retried") and not data.get("reason"):
            yield f"{event['kind']} without a reason"
        if event["kind"] == "task.completed" and not _proven(mine, data):
            yield "completed without a commit, a deliverable or a passed verify"
        if (
            event["kind"] in ("question.answered", "phase.approved")
            and line["actor"].get("kind", "person") != "person"
        ):
            yield f"{event['kind']} by {line['actor']['name']}"
    gated = (task.get("kiro_workflow") or {}).get("enabled")
    if gated and kinds["task.completed"] and not kinds["phase.approved"]:
        yield "completed past a gate nobody opened"
    if len(begun) > 1 + kinds["task.retried"] + kinds["question.asked"] + kinds["phase.submitted"]:
        yield f"begun {len(begun)} times, and nothing says why"


def _proven(mine: Sequence[tuple[Any, Mapping[str, Any]]], data: Mapping[str, Any]) -> bool:
    evidence = data.get("evidence") or []
    command = any(each["grade"] == "command" and each.get("exit_code") == 0 for each in evidence)
    delivered = any(event["kind"] == "deliverable.stored" for _, event in mine)
    return command or delivered or any(each.get("commit") for each in evidence)


def wrong_ends(statuses: Mapping[str, str], tasks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield each task that did not end as its fate says, or waits though all it waits for is done."""
    for task in tasks:
        name, status = task["id"], statuses[task["id"]]
        open_before = [each for each in task["dependencies"] if statuses[each] != "completed"]
        expected = "pending" if open_before else FATES[task["fate"]][1]
        if status != expected:
            yield f"{name} ({task['fate']}, {task['executor']}) is {status}, not {expected}"
