"""Plans made elsewhere: one milestone record, a list of them, or `{milestones: [...]}`, in YAML or JSON."""

import re
from collections.abc import Sequence
from typing import Any

from milestone import errors, strict_yaml
from milestone.agents.planners import json_plan
from milestone.domain import estimate, phases, vocabulary
from milestone.domain.document import Body

MOST = 10_000
LOST = "not_understood"  # a value that its key cannot hold
PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def read_plan(text: str, name: str) -> list[Body]:
    """Return the milestones of a plan in the words of the records; ids stay as they are, local names.

    Raises:
        InvalidPlan: what is wrong, every finding with its place: `milestones[0].tasks[2].estimated_hours`.
        UnreadableFile: no YAML and no JSON.
    """
    raw = records(_value(text, name), name)
    _check([finding for place, record in enumerate(raw) for finding in problems(record, f"milestones[{place}]")])
    lost: list[dict[str, Any]] = []
    bodies = [_understood(record, place, lost) for place, record in enumerate(raw)]
    _check(lost)
    return bodies


def _check(found: list[dict[str, Any]]) -> None:
    if found:
        raise errors.InvalidPlan(
            f"The plan has {len(found)} error{'s' if len(found) > 1 else ''}; nothing was stored.",
            why=f"{found[0]['path']}: {found[0]['message']}",
            findings=found,
        )


def _value(text: str, name: str) -> Any:
    try:
        value = json_plan.load(text)
    except json_plan.NotJson:
        return strict_yaml.load(_with_whole_characters(text), name)
    for place, record in enumerate(records(value, name)):
        if not json_plan.fits(record):
            raise _refused(f"milestones[{place}] is more than one record can hold", f"milestones[{place}]")
    return value


def _with_whole_characters(text: str) -> str:
    """Return JSON with characters above U+FFFF as themselves: programs write two escapes, which YAML refuses."""
    return PAIR.sub(_whole, text) if text.lstrip()[:1] in ("{", "[") else text


def _whole(pair: re.Match[str]) -> str:
    high, low = int(pair[2], 16), int(pair[3], 16)
    return pair[1] + chr(0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00)


def records(value: Any, name: str) -> list[Any]:
    """Return the raw records of a document.

    Raises:
        InvalidPlan: it holds none.
    """
    if isinstance(value, dict) and isinstance(value.get("milestones"), list):
        value = value["milestones"]
    listed = value if isinstance(value, list) else [value]
    if not listed or listed == [None]:
        raise _refused(f"{name} holds no milestone", "milestones")
    if len(listed) > MOST:
        raise _refused(f"{len(listed)} milestones are more than {MOST} at once", "milestones")
    return listed


def problems(record: Any, at: str) -> list[dict[str, Any]]:
    """Return what makes a record no milestone, each with its place."""
    if not isinstance(record, dict):
        return [finding("not_a_record", at, "a milestone is keys with values", "give it at least a title")]
    inner = vocabulary.wrapper(record)
    record = record[inner[0]] if inner else record
    found: list[dict[str, Any]] = []
    if not any(str(record.get(key) or "").strip() for key in ("title", "Title", "name")):
        found.append(
            finding("no_title", f"{at}.title", "a milestone needs a title", "say what is there at the end")
        )
    listed = record.get("tasks", record.get("Tasks"))
    if listed is not None and not isinstance(listed, list):
        found.append(finding("tasks_not_a_list", f"{at}.tasks", "tasks are a list", "begin each with a dash"))
    for place, task in enumerate(listed if isinstance(listed, list) else ()):
        found += task_problems(task, f"{at}.tasks[{place}]")
    found += _timeline_problems(record.get("timeline"), f"{at}.timeline")
    return found


def task_problems(task: Any, at: str) -> list[dict[str, Any]]:
    """Return what makes a value no task."""
    if isinstance(task, str):
        return [] if task.strip() else [finding("no_title", at, "a task needs a title", "say what is done")]
    if not isinstance(task, dict):
        return [finding("not_a_task", at, "a task is keys with values", "give it at least a title")]
    found = []
    if not any(str(task.get(key) or "").strip() for key in ("title", "Title", "name", "task")):
        found.append(finding("no_title", f"{at}.title", "a task needs a title", "say what is done"))
    hours = task.get("estimated_hours")
    if hours is not None and not _is_estimate(hours):
        found.append(
            finding(
                "bad_estimate",
                f"{at}.estimated_hours",
                f"{_short(hours)} is no estimate",
                "hours above 0, or {optimistic, likely, pessimistic} in that order",
            )
        )
    workflow = task.get("kiro_workflow")
    if workflow is not None and not isinstance(workflow, dict):
        found.append(
            finding("bad_workflow", f"{at}.kiro_workflow", "phases are keys with values", "{enabled: true}")
        )
    return found


def finding(code: str, path: str, message: str, hint: str) -> dict[str, Any]:
    """Return an error with its place."""
    return {"severity": "error", "code": code, "path": path, "line": None, "message": message, "hint": hint}


def _timeline_problems(timeline: Any, at: str) -> list[dict[str, Any]]:
    if timeline is None:
        return []
    if not isinstance(timeline, dict):
        return [finding("bad_timeline", at, "a timeline is keys with values", "{estimated_hours: 20}")]
    found = []
    for key in ("estimated_hours", "buffer_percentage"):
        value = timeline.get(key)
        if value is not None and estimate.number(value) is None:
            found.append(
                finding("bad_number", f"{at}.{key}", f"{_short(value)} is no number of 0 or more", "a number")
            )
    start, end = (str(timeline.get(key) or "")[:10] for key in ("estimated_start", "estimated_end"))
    if start and end and end < start:
        found.append(finding("bad_dates", f"{at}.estimated_end", f"{end} is before {start}", "the end comes last"))
    return found


def _is_estimate(value: Any) -> bool:
    if isinstance(value, dict):
        points = [estimate.number(value.get(key)) for key in ("optimistic", "likely", "pessimistic")]
        known = [p for p in points if p is not None]
        wrong = [
            k for k in ("optimistic", "likely", "pessimistic") if k in value and estimate.number(value[k]) is None
        ]
        return bool(known) and not wrong and known == sorted(known) and known[-1] > 0
    number = estimate.number(value)
    return number is not None and number > 0


def _understood(record: Body, place: int, lost: list[dict[str, Any]]) -> Body:
    """Return a record in our words; what would be lost of it is added to `lost`: there is no file to keep it."""
    inner = vocabulary.wrapper(record)
    raw = record[inner[0]] if inner else record
    understood = vocabulary.understand(record, f"plan-{place + 1}.yaml")
    lost += [
        finding(each.code, _at(place, each.path), each.message.removesuffix("."), "correct it, or leave it out")
        for each in understood.remarks
        if each.code == LOST
    ]
    body = understood.body
    if not any(key in raw for key in ("id", "Milestone", "milestone_id")):
        body.pop("id", None)
    body.pop("uid", None)
    if "status" not in raw:
        body["status"] = "planned"
    for task in body.get("tasks") or ():
        if (task.get("kiro_workflow") or {}).get("enabled") and not task["kiro_workflow"].get("phases"):
            task["kiro_workflow"] = phases.fresh()
    return body


def _at(place: int, path: Sequence[str | int]) -> str:
    """Return the place of a value as findings name it."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return f"milestones[{place}]{''.join(parts)}"


def _refused(message: str, path: str) -> errors.InvalidPlan:
    found = [finding("no_milestones", path, message, "one record, a list, or {milestones: [...]}")]
    return errors.InvalidPlan(
        f"{message}.", why="a plan is one record, a list, or {milestones: [...]}", findings=found
    )


def _short(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"
