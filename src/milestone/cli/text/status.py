"""The status as text: a sentence first, then the table, then what carries it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from milestone.cli import output
from milestone.cli.output import line
from milestone.cli.text import moments, states, table, wide
from milestone.reports import inbox
from milestone.reports.names import short, typed

View = Mapping[str, Any]
FEW = 3  # entries of a section


def text(view: View, width: int, *, seq: int | None = None, unrecorded: int = 0) -> str:
    """Return the whole status; sections without anything to say are left out."""
    now = moments.parse(view["as_of"]) or datetime.fromisoformat(view["as_of"])
    today = now.astimezone().date()
    parts = [
        *stopped(view, now, width),
        header(view, seq, unrecorded, width),
        *sentences(view, today, width),
        *_progress(view, width),
        *_milestones(view, today, width),
        *_path(view, width),
        *_blockers(view, now, width),
        *_risks(view, width),
        *_needs_you(view, width),
        *_recent(view, today, width),
        *next_commands(view, width),
    ]
    return "\n".join(wide.cut(each, width) for part in parts for each in part.split("\n"))


def stopped(view: View, now: datetime, width: int) -> list[str]:
    """Return the sentence about what was interrupted, nothing without."""
    resume = view["resume"]
    if not resume:
        return []
    when = moments.ago(resume["since"], now).replace("just now", "")
    stopped_at = f"You stopped{' ' + when if when else ''}"
    sentence = (
        _between(resume, stopped_at, width) if resume["task"] is None else _inside(resume, stopped_at, width)
    )
    note = [wide.cut(f"Note: {line(resume['note'])}", width)] if resume["note"] else []
    return [f"{output.BOLD}{sentence}{output.END}", *note]


def _inside(resume: View, stopped_at: str, width: int) -> str:
    """Return the sentence of a task in the middle."""
    done = [short(name) for name in resume["completed"]]
    tail = f" ({_few(done)} {'is' if len(done) == 1 else 'are'} done)." if done else "."
    where = f"{stopped_at} in {short(resume['ref'])} "
    if width - wide.width(where + tail) < 20:  # the title says more than what is done
        tail = "."
    return where + _quoted(resume["task_title"], width - wide.width(where + tail)) + tail


def _between(resume: View, stopped_at: str, width: int) -> str:
    """Return the sentence of a milestone between two tasks: what was finished last, what comes next."""
    last = f"{short(resume['milestone'])}/{short(resume['last_completed'])}" if resume["last_completed"] else None
    where = f"{stopped_at} after {last}" if last else f"{stopped_at} in {short(resume['milestone'])}"
    if resume["next"] is None:
        return f"{where}; nothing of it is ready: milestone next says why."
    head = f"{where}; next is {short(resume['next'])} "
    return head + _quoted(resume["next_title"], width - wide.width(head) - 1) + "."


def _quoted(title: str, room: int) -> str:
    return f'"{wide.cut(line(title), max(8, room - 2))}"'


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"


def header(view: View, seq: int | None, unrecorded: int, width: int) -> str:
    """Return `PORTFOLIO   as of Sun 22 Nov 20:14 CET   seq 31   files   1 person`."""
    project = view["project"]
    people = project["people"]
    parts = [
        f"{output.BOLD}{line(project['name']).upper()}{output.END}",
        f"as of {moments.moment(view['as_of'])}",
        f"seq {seq}" if seq is not None else "",
        "files" if project["backend"] == "file" else project["backend"],
        f"{people} person" if people == 1 else f"{people} people",
        f"{unrecorded} unrecorded" if unrecorded else "",
    ]
    return wide.join([part for part in parts if part], "   ", width)


def sentences(view: View, today: date, width: int) -> list[str]:
    """Return the outcome, and its cause when it is late and something stops it."""
    counts = view["counts"]
    if not view["milestones"]:
        return ["No milestones yet: a goal becomes the first one."]
    if counts["total"] and counts["completed"] == counts["total"]:
        every = "The milestone is" if counts["total"] == 1 else f"All {counts['total']} milestones are"
        return [f"{every} finished."]
    if not counts["total"]:
        return ["Every milestone is cancelled: nothing is planned."]
    return [wide.wrap(_outcome(view, today), width, "  "), *_cause(view, width)]


def _outcome(view: View, today: date) -> str:
    still_open = [row for row in view["milestones"] if row["health"]]
    counts = view["counts"]
    left = counts["total"] - counts["completed"]
    if left == 1 and still_open:
        subject = line(still_open[0]["title"])
    else:
        are = "is" if counts["completed"] == 1 else "are"
        done = f"{counts['completed']} of {counts['total']} milestones {are} done; " if counts["completed"] else ""
        subject = f"{done}{'the rest' if done else f'The work of {left} milestones'}"
    forecast = view["forecast"]
    if forecast is None:
        return f"{subject} has no estimate, so no date."
    pace = f"at {forecast['hours_per_week']:g} h a week (estimate, no history)"
    return f"{subject} is likely done {_range(forecast, today)} {pace}{_lateness(forecast)}."


def _range(forecast: View, today: date) -> str:
    first, last = moments.day(forecast["earliest"], today), moments.day(forecast["latest"], today)
    return f"about {first}" if first == last else f"{first} - {last}"


def _lateness(forecast: View) -> str:
    due, end = moments.parse_day(forecast["due"]), moments.parse_day(forecast["earliest"])
    days = (end - due).days if due and end else 0
    return f", {days} day{'s' if days > 1 else ''} after the due date" if days > 0 else ""


def _cause(view: View, width: int) -> list[str]:
    late = view["forecast"] and _lateness(view["forecast"])
    if not view["blockers"] or not (late or any(row["health"] == "late" for row in view["milestones"])):
        return []
    first = view["blockers"][0]
    path = " (critical path)" if first["critical"] else ""
    return [wide.wrap(f"Cause: {short(first['ref'])} is blocked: {line(first['reason'])}{path}.", width, "  ")]


def _progress(view: View, width: int) -> list[str]:
    if not view["counts"]["total"]:
        return []
    hours = view["hours"]
    counts = view["counts"]
    parts = [f"Progress  {table.bar(view['percentage'])}  {view['percentage']} %"]
    if hours["total"]:
        parts.append(f"{round(hours['done'], 1):g} of {moments.hours(hours['total'])}")
    if counts["total"] > 1:
        parts.append(f"{counts['completed']} of {counts['total']} done")
    return [wide.join(parts, "   ", width)]


COLUMNS = (
    table.Column("ID"),
    table.Column(""),
    table.Column("Milestone", least=24),
    table.Column("State"),
    table.Column("Done", right=True),
    table.Column("Owner", least=8, leaves=3),
    table.Column("Due", leaves=1),
    table.Column("Waits for", least=10, leaves=4),
    table.Column("Health", leaves=2),
)


def _milestones(view: View, today: date, width: int) -> list[str]:
    rows = [_row(row, view["current"], today) for row in view["milestones"]]
    lines = table.lines(COLUMNS, rows, width, head=len(rows) > 1)
    rest = view["counts"]["total"] - len([r for r in view["milestones"] if r["status"] != "cancelled"])
    return [*lines, f"  … {rest} more: milestone list --limit 0"] if rest > 0 else lines


def _row(row: View, current: str | None, today: date) -> list[str]:
    mark = "*" if row["id"] == current else "!" if row["critical"] and row["blocked_by"] else ""
    waits = ", ".join(short(each) for each in row["blocked_by"])
    return [
        short(row["id"]),
        mark,
        line(row["title"]),
        states.word(row["status"]),
        f"{row['percentage']} %",
        line(row["assigned_to"] or ""),
        moments.day(row["due"], today),
        line(waits),
        states.word(row["health"]),
    ]


def _path(view: View, width: int) -> list[str]:
    path = view["critical_path"]
    if len(path) < 2:
        return []
    known = {row["id"]: row for row in view["milestones"]}
    chain = [
        f"{short(name)} ({states.word(known[name]['status'])})" if name in known else short(name) for name in path
    ]
    return [wide.wrap(f"Critical path  {' → '.join(chain)}", width, "               ")]


def _blockers(view: View, now: datetime, width: int) -> list[str]:
    entries = []
    for each in view["blockers"]:
        heard = f"; {line(each['to'])} should know" if each["level"] else ""
        entries.append(f"{short(each['ref'])} {line(each['reason'])}{_since(each['since'], now)}")
        entries.append(f"  {each['severity']}: {each['cost']}{heard}")
        entries.append(f"  {typed(each['next'])}")
    return section(f"Blocked ({len(view['blockers'])})", entries, width, counted=False, few=3 * FEW)


def _since(since: str | None, now: datetime) -> str:
    found = moments.ago(since, now)
    return f" ({found})" if found else ""


def _risks(view: View, width: int) -> list[str]:
    worth = [each for each in view["risks"] if each["band"] in ("high", "medium")]
    entries = [
        f"{line(each['description'])} ({each['band']}, {short(each['ref'])}): "
        f"{line(each['mitigation'] or 'no mitigation yet')}"
        for each in worth
    ]
    return section("Risks", entries, width)


def _needs_you(view: View, width: int) -> list[str]:
    entries = []
    for each in inbox.asking(view):
        name = each["id"] if each["kind"] in ("question", "permission") else short(each["ref"])
        who = f" by {', '.join(map(line, each['who']))}" if each["who"] else ""
        entries.append(f"{name} {line(each['text'])}{who}")
    return section("Needs you", entries, width, rest="milestone inbox")


def _recent(view: View, today: date, width: int) -> list[str]:
    entries = []
    for event in reversed(view["recent"]):
        ref = "/".join(filter(None, [event["milestone"], event["task"]]))
        words = event["kind"].replace(".", " ").replace("_", " ")
        entries.append(
            f"{moments.clock(event['at'], today)}  {line(event['actor'])}: {words} {short(ref)}".rstrip()
        )
    return section("Recent", entries, width, counted=False)


def section(
    name: str,
    entries: Sequence[str],
    width: int,
    *,
    counted: bool = True,
    few: int | None = FEW,
    rest: str = "milestone status --json",
) -> list[str]:
    """Return a short list under its name: the first few, and where the rest is shown."""
    if not entries:
        return []
    head = wide.fill(f"{name} ({len(entries)})" if counted else name, 15)
    indent = " " * 15
    lines = [_entry(head, entries[0], width)]
    lines += [_entry(indent, each, width) for each in entries[1:few]]
    if few is not None and len(entries) > few:
        lines.append(f"{indent}… {len(entries) - few} more: {rest}")
    return lines


def _entry(head: str, entry: str, width: int) -> str:
    return head + wide.cut(entry, width - wide.width(head))


def next_commands(view: View, width: int) -> list[str]:
    """Return up to three commands that go on from here, on one line as far as they fit."""
    return [wide.join([f"{'Next':<15}{commands(view)[0]}", *commands(view)[1:]], "    ", width)]


def commands(view: View) -> list[str]:
    """Return what to type next, best first."""
    if not view["milestones"]:
        return ['milestone plan "GOAL"', "milestone help start"]
    found: list[str] = []
    resume = view["resume"]
    if resume:
        found.append(typed(resume["command"]))
    found += [typed(each["answer_with"]) for each in inbox.asking(view)[:1]]
    for each in view["next"]:
        verb = "execute" if each["run"] else "task start"
        found.append(f"milestone {verb} {short(each['milestone'] if each['run'] else each['ref'])}")
    finished = [r for r in view["milestones"] if r["percentage"] == 100 and r["status"] != "archived"]
    found += [f"milestone archive {short(row['id'])}" for row in finished[:1]]
    if not found:
        found = (
            ["milestone list"]
            if view["counts"]["total"] > view["counts"]["completed"]
            else ['milestone plan "GOAL"']
        )
    return list(dict.fromkeys(found))[:3]
