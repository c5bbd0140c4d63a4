"""One task as text."""

from collections.abc import Mapping
from typing import Any

from milestone.cli import output
from milestone.cli.output import line
from milestone.cli.text import moments, states, wide
from milestone.cli.text.status import section
from milestone.reports import costs, course
from milestone.reports.names import short
from milestone.reports.status import Moment

View = Mapping[str, Any]
INDENT = 15
GRADES = {"ci": "CI"}  # how a grade is written where it is no plain word
VERBS = {"in_progress": "done", "blocked": "unblock", "failed": "retry", "cancelled": "reopen"}


def text(view: View, moment: Moment, width: int) -> list[str]:
    """Return the lines of a task."""
    details = [
        ("Waits for", ", ".join(line(short(each)) for each in view["blocked_by"])),
        ("Unblocks", ", ".join(short(each) for each in view["unblocks"])),
        ("About", line(view.get("description") or "")),
        ("Run", line(view.get("run") or "")),
        ("Verify", line(view.get("verify") or "")),
        ("Note", line(view.get("next_note") or "")),
        ("Spent", _spent(view)),
        ("Cost", costs.phrase(view.get("cost"))),
        ("Files", ", ".join(map(line, _words(view.get("files"))))),
        ("Look at", ", ".join(map(line, _words(view.get("related_files"))))),
        ("Outputs", ", ".join(map(line, _words(view.get("outputs"))))),
    ]
    lines = [
        f"{output.BOLD}{short(view['ref'])} {line(view['title'])}{output.END}",
        wide.wrap(_task_standing(view), width),
        wide.cut(f"{'In':<{INDENT}}{short(view['milestone'])} {line(view['milestone_title'])}", width),
    ]
    indent = " " * INDENT
    lines += [f"{name:<{INDENT}}{wide.wrap(words, width - INDENT, indent)}" for name, words in details if words]
    lines += section("Done when", _criteria(view["criteria"]), width, counted=False)
    lines += phases(view, width)
    lines += section("Evidence", [_evidence(each, moment) for each in _items(view.get("evidence"))], width)
    return [*lines, f"{'Next':<{INDENT}}{_task_command(view)}"]


def _spent(view: View) -> str:
    """Return the time spent by who spent it and how it is known."""
    sums: dict[tuple[str, str], float] = {}
    for each in _items(view.get("time")):
        if isinstance(each, Mapping) and isinstance(each.get("hours"), int | float):
            key = (str(each.get("who") or "somebody"), str(each.get("source") or "logged"))
            sums[key] = sums.get(key, 0.0) + float(each["hours"])
    return ", ".join(f"{line(who)} {moments.hours(hours)} ({source})" for (who, source), hours in sums.items())


def phases(view: View, width: int) -> list[str]:
    """Return the course of a task or a milestone, and what a reviewer asked for last."""
    found = view["course"]
    word = course.last_word(found)
    said = [f"{word['by']} on {word['phase']}: {word['comment']}"] if word else []
    lines = section("Phases", [_phase(each) for each in found], width, counted=False, few=None)
    return [*lines, *section("Sent back", [line(each) for each in said], width, counted=False)]


def _phase(each: View) -> str:
    word = each["status"].replace("_", " ")
    parts = [f"{states.sign(each['status'])} {line(each['phase'])}: {word}"]
    if each["approved_by"]:
        parts.append(f"approved by {line(', '.join(each['approved_by']))}")
    elif each["gate"] and each["status"] not in ("approved", "completed"):
        parts.append(f"needs approval by {line(', '.join(each['approvers']) or 'any person')}")
    if each["attempts"] > 1:
        parts.append(f"attempt {each['attempts']}")
    if each["overdue"]:
        least, most = each["usual_minutes"]
        parts.append(f"{moments.hours(each['hours'])} where {least}-{most} min are usual: stalled?")
    return ", ".join(parts)


def _task_standing(view: View) -> str:
    parts = [states.opening(view["status"])]
    if view["grade"] and view["status"] == "completed":
        parts[0] += f" ({GRADES.get(view['grade'], view['grade'])})"
    parts += [moments.hours(view["hours"])] if view["hours"] else []
    parts += [f"for {line(view['assigned_to'])}"] if view["assigned_to"] else []
    parts += [f"phase {line(view['phase'])}"] if view["phase"] else []
    parts += ["on the critical path"] if view["critical"] else []
    return ", ".join(parts) + "."


def _task_command(view: View) -> str:
    ref = short(view["ref"])
    if view["status"] == "completed":
        return "milestone next"
    verb = VERBS.get(view["status"], "start")
    if view["status"] == "in_review":
        return f"milestone review {ref.replace('/', ' ')}"
    if verb == "start" and not view["ready"]:
        return "milestone next"
    return f"milestone task {verb} {ref}"


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _words(value: Any) -> list[str]:
    return [str(each) for each in _items(value)]


def _criteria(every: list[View]) -> list[str]:
    """Return the acceptance items, with their number where there are several, and the grade of what shows them."""
    numbered = [f"{each['number']} " if len(every) > 1 else "" for each in every]
    return [
        f"{number}{line(each['text'])}"
        + (f" ({GRADES.get(each['grade'], each['grade'])})" if each["grade"] else "")
        for number, each in zip(numbered, every, strict=True)
    ]


def _evidence(each: Any, moment: Moment) -> str:
    if not isinstance(each, Mapping):
        return line(each)
    item = f"item {each['item']}" if isinstance(each.get("item"), int) else str(each.get("item") or "")
    said = str(each.get("text") or each.get("proof") or "")
    commit = str(each.get("commit") or "")[:7]
    told = " ".join(filter(None, (item, str(each.get("command") or ""), said, commit and f"at {commit}")))
    code = f" (exit {each['exit_code']})" if each.get("exit_code") is not None else ""
    grade = str(each.get("grade") or "typed")
    at = moments.clock(str(each.get("at") or ""), moment.today)
    return f"{line(GRADES.get(grade, grade))}: {line(told)}{code} {line(each.get('by') or '')} {at}".rstrip()
