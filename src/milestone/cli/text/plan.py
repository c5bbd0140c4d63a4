"""A plan as a person reads it: tasks in order, when it is done, what may go wrong, what is asked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from milestone import ids
from milestone.cli.text import moments, wide
from milestone.domain import estimate, risk
from milestone.operations.plan import Planned

WIDEST = 80
LABEL = 11
TITLE = 44
MOST_RISKS, MOST_CRITERIA = 3, 4
MOST_MILESTONES, MOST_FINDINGS = 50, 40
ORDER = ("scope", "decomposition", "timeline", "risk", "dependencies", "tracking", "quality")


def text(planned: Planned, width: int, *, explain: bool, folder: str) -> str:
    """Return the whole answer of `plan`."""
    room = min(width, WIDEST)
    found: list[str] = []
    if len(planned.documents) > 1:
        told = f"{len(planned.documents)} milestones, one after the other{_split_reason(planned)}"
        found += [wide.wrap(told, room, "  "), ""]
    for document in planned.documents[:MOST_MILESTONES]:
        found += [*milestone(document.body, planned, room), ""]
    if len(planned.documents) > MOST_MILESTONES:
        first, last = (str(planned.documents[place].body["id"]) for place in (MOST_MILESTONES, -1))
        found += [f"… and {len(planned.documents) - MOST_MILESTONES} more, {first} to {last}: milestone list", ""]
    found += findings(planned, room)
    if explain and planned.documents:
        found += [explanation(planned.documents[0].body, width), ""]
    return "\n".join([*found, *_closing(planned, room, folder)])


def milestone(body: Mapping[str, Any], planned: Planned, room: int) -> Iterator[str]:
    """Yield the lines of one milestone."""
    name = str(body["id"])
    indent = " " * (len(name) + 2)
    yield f"{name}  " + wide.wrap(str(body["title"]), room - len(indent)).replace("\n", "\n" + indent)
    yield wide.wrap(_when(body, planned), room)
    tasks = [t for t in body.get("tasks") or () if isinstance(t, dict)]
    yield from task_lines(tasks, room)
    criteria = [
        c if isinstance(c, str) else str(c.get("text") or c.get("name"))
        for c in body.get("success_criteria") or ()
    ]
    if criteria:
        more = [f"{len(criteria) - MOST_CRITERIA} more"] if len(criteria) > MOST_CRITERIA else []
        yield _labelled("Done when", "; ".join([*criteria[:MOST_CRITERIA], *more]), room)
    yield from _needs(body, room)
    for item in (body.get("risks") or ())[:MOST_RISKS]:
        answer = item.get("mitigation") or "no answer yet"
        yield _labelled("Risk", f"{_lower(str(item.get('description')))} ({risk.band(item)}): {answer}", room)
    if body.get("rollback"):
        yield _labelled("Way back", str(body["rollback"]), room)
    short = _short(name)
    for question in body.get("questions") or ():
        default = f" [{question['default']}]" if question.get("default") else ""
        yield _labelled("Question", f"{question.get('id')} {question.get('text')}{default}", room)
    if body.get("questions"):
        yield _labelled("", f'milestone answer {short}/{body["questions"][0]["id"]} "..."', room)


def task_lines(tasks: Sequence[Mapping[str, Any]], room: int) -> Iterator[str]:
    """Yield a line for each task: number, title, hours, what it waits for, and its verify where there is room."""
    longest = max((wide.width(str(t.get("title") or "")) for t in tasks), default=0)
    column = min(longest, TITLE)
    verifies = {str(t["verify"]) for t in tasks if t.get("verify")}
    beside = all(_fits(t, column, room) for t in tasks)
    for task in tasks:
        yield _task_line(task, column, room, beside=beside)
    for verify in sorted(verifies) if not beside else ():
        those = " ".join(_short_task(t) for t in tasks if t.get("verify") == verify)
        yield _labelled("Verify", f"{verify} decides {those}", room)
    gated = [t for t in tasks if (t.get("kiro_workflow") or {}).get("enabled")]
    if gated:
        yield _labelled("Phases", _phases(gated), room)


def explanation(body: Mapping[str, Any], width: int) -> str:
    """Return what each analysis found, with its reason."""
    planning = body.get("planning") or {}
    analyses = planning.get("analyses") or {}
    if not analyses:
        return f"{body.get('id')} was not made by the planner; there is nothing to explain."
    head = f"How {body.get('id')} came about (recipe {str(planning.get('recipe')).replace('+', ' + ')}):"
    lines = [wide.wrap(head, min(width, WIDEST), "  ")]
    for name in [*ORDER, *(n for n in analyses if n not in ORDER)]:
        if name in analyses:
            lines += [f"{name[:1].upper()}{name[1:]}", *(_finding(f, min(width, WIDEST)) for f in analyses[name])]
    return "\n".join(lines)


def findings(planned: Planned, room: int) -> list[str]:
    """Return what should be looked at: repeated goals, proposed dependencies, warnings of the linter."""
    found = []
    if planned.is_general:
        found.append(
            _labelled(
                "Note",
                "No recipe knows this goal; it is the general plan. Answer the questions, or edit it.",
                room,
            )
        )
    seen: set[str] = set()
    left_out = 0
    names = [_short(str(d.body["id"])) for d in planned.documents]
    for item in planned.findings:
        label = {"dependency_proposed": "Proposal", "repeated_goal": "Repeated"}.get(str(item["code"]))
        if label is None and item["severity"] == "warning" and item["code"] not in ("sent_back", "general_recipe"):
            label = "Warning"
        told = _where(item, names) + str(item["message"]) + (f" ({item['hint']})" if item.get("hint") else "")
        if label is None or told in seen:
            continue
        seen.add(told)
        if len(found) < MOST_FINDINGS:
            found.append(_labelled(label, told, room))
        else:
            left_out += 1
    if left_out:
        found.append(f"… and {left_out} more like these: --json shows all of them")
    return [*found, ""] if found else []


def _where(item: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return `m2: ` for a finding about the second of several milestones."""
    match = re.match(r"milestones\[(\d+)\]", str(item.get("path") or ""))
    return f"{names[int(match[1])]}: " if match and len(names) > 1 and int(match[1]) < len(names) else ""


def _when(body: Mapping[str, Any], planned: Planned) -> str:
    timeline = body.get("timeline") or {}
    hours = estimate.total(dict(body))
    each = f"{planned.hours_per_week:g} h a week"
    who = f"{planned.team_size} people with {each} each" if planned.team_size > 1 else f"at {each}"
    parts = [
        f"{moments.hours(hours)} + {timeline['buffer_percentage']:g} % buffer"
        if "buffer_percentage" in timeline
        else moments.hours(hours)
    ]
    if timeline.get("estimated_end"):
        begun = moments.parse_day(str(timeline.get("estimated_start"))) or date.min
        parts.append(f"{who} done about {moments.day(str(timeline['estimated_end']), begun)} ({_basis(body)})")
    return "; ".join(p for p in parts if p) or "no estimate yet"


def _basis(body: Mapping[str, Any]) -> str:
    timeline = ((body.get("planning") or {}).get("analyses") or {}).get("timeline") or []
    known = next((f["text"] for f in timeline if "archived" in f.get("text", "")), None)
    return f"estimate; {known}" if known else "estimate, no history yet"


def _split_reason(planned: Planned) -> str:
    return next((f": {f['hint']}" for f in planned.findings if f["code"] == "split" and f.get("hint")), "")


def _task_line(task: Mapping[str, Any], column: int, room: int, *, beside: bool) -> str:
    indent = 6 if len(_short_task(task)) < 4 else 7
    title = wide.wrap(str(task.get("title") or ""), column, " " * indent).split("\n")
    lead = f"  {_short_task(task):<{indent - 2}}"
    tail = _tail(task, with_verify=beside)
    last = title[-1].removeprefix(" " * indent) if len(title) > 1 else title[0]
    line = f"{wide.fill(last, column)}  {_hours(task):<5}{'   ' + tail if tail else ''}".rstrip()
    rows = [*title[:-1], line]
    rows = [
        f"{lead}{rows[0]}",
        *(f"{' ' * indent}{row.strip() if n < len(rows) - 2 else row}" for n, row in enumerate(rows[1:])),
    ]
    return "\n".join(wide.cut(row, room) for row in rows)


def _tail(task: Mapping[str, Any], *, with_verify: bool) -> str:
    after = " ".join(_number(str(d)) for d in task.get("dependencies") or ())
    parts = [f"after {after}"] if after else []
    if with_verify and task.get("verify"):
        parts.append(f"verify: {task['verify']}")
    return "   ".join(parts)


def _fits(task: Mapping[str, Any], column: int, room: int) -> bool:
    return 6 + column + 2 + 5 + 3 + wide.width(_tail(task, with_verify=True)) <= room


def _hours(task: Mapping[str, Any]) -> str:
    """Return `3   h` and `1.5 h`, so that the decimals stand below each other."""
    hours = estimate.hours(task.get("estimated_hours"))
    if hours is None:
        return ""
    shown = f"{round(hours, 1):g}"
    whole, dot, rest = shown.partition(".")
    return f"{whole}{dot}{rest} h" if dot else f"{whole}   h" if len(whole) < 2 else f"{whole}  h"


def _needs(body: Mapping[str, Any], room: int) -> Iterator[str]:
    needs = body.get("dependencies")
    required = needs.get("requires") if isinstance(needs, Mapping) else needs
    if required:
        yield _labelled("Needs", ", ".join(str(r) for r in required), room)


def _phases(tasks: Sequence[Mapping[str, Any]]) -> str:
    phases = tasks[0]["kiro_workflow"].get("phases") or {}
    gates = [n for n, p in phases.items() if isinstance(p, Mapping) and (p.get("approval") or {}).get("required")]
    approvers: list[str] = next(
        (a for p in phases.values() if (a := (p.get("approval") or {}).get("approvers"))), []
    )
    told = " → ".join(phases)
    by = f" by {', '.join(map(str, approvers))}" if approvers else ""
    named = "each phase waits" if len(gates) == len(phases) else f"{' and '.join(gates)} wait"
    return told + (f"; {named} for approval{by}" if gates else "")


def _closing(planned: Planned, room: int, folder: str) -> list[str]:
    if not planned.documents:
        return ["Nothing was planned."]
    first = _short(str(planned.documents[0].body["id"]))
    if planned.written.dry_run:
        return ["Nothing was stored (dry run)."]
    names = [str(d.body["id"]) for d in planned.documents]
    files = f"{folder}/active/{names[0]}.yaml" + (f" to {names[-1]}.yaml" if len(names) > 1 else "")
    back = "Take it back: milestone undo"
    following = f"Next: milestone task start {first}/1"
    beside = f"{following:<45}{back}"
    steps = [beside] if wide.width(beside) <= room else [following, wide.wrap(back, room, "  ")]
    kept = (
        f"Kept as {files}, yours to edit." if folder else "Kept in the database; milestone sync writes the files."
    )
    return [wide.wrap(kept, room, "  "), *steps]


def _labelled(label: str, told: str, room: int) -> str:
    return f"{label:<{LABEL}}" + wide.wrap(told, room - LABEL, "").replace("\n", "\n" + " " * LABEL)


def _finding(item: Mapping[str, Any], room: int) -> str:
    told = str(item.get("text")) + (f" ({item['why']})" if item.get("why") else "")
    return "  - " + wide.wrap(told, room - 4, "").replace("\n", "\n    ")


def _short(name: str) -> str:
    number = ids.number_of(name)
    return f"m{number}" if number else name


def _short_task(task: Mapping[str, Any]) -> str:
    return _number(str(task.get("id")))


def _number(name: str) -> str:
    number = ids.number_of(name)
    return f"t{number}" if number else name


def _lower(told: str) -> str:
    """Return the text with a small first letter, unless it begins with a name."""
    return told if any(c.isupper() for c in told.split(" ", 1)[0][1:]) else told[:1].lower() + told[1:]
