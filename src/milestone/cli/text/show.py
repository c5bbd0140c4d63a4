"""One record as text."""

from collections.abc import Mapping, Sequence
from typing import Any

from milestone.cli import output
from milestone.cli.output import line
from milestone.cli.text import moments, show_task, states, table, wide
from milestone.cli.text.status import FEW, section
from milestone.reports import costs
from milestone.reports.names import short, typed
from milestone.reports.status import Moment

View = Mapping[str, Any]
MANY = 12  # tasks shown without --all
INDENT = 15


def text(views: Sequence[View], moment: Moment, width: int, everything: bool) -> str:
    """Return the records one after another."""
    return "\n\n".join(_one(view, moment, width, everything) for view in views)


def _one(view: View, moment: Moment, width: int, everything: bool) -> str:
    parts = show_task.text(view, moment, width) if "ref" in view else _milestone(view, moment, width, everything)
    return "\n".join(wide.cut(each, width) for part in parts for each in part.split("\n"))


def _milestone(view: View, moment: Moment, width: int, everything: bool) -> list[str]:
    whole = f"milestone show {short(view['id'])} --all"

    def part(name: str, entries: Sequence[str], counted: bool = False) -> list[str]:
        return section(name, entries, width, counted=counted, few=None if everything else FEW, rest=whole)

    return [
        f"{output.BOLD}{short(view['id'])} {line(view['title'])}{output.END}",
        wide.wrap(_standing(view, moment), width),
        *part("About", _about(view)),
        *_tasks(view, width, everything),
        *show_task.phases(view, width),
        *part("People", _people(view)),
        *part("Needs", [_other(each) for each in view["requires"]]),
        *part("Enables", [_other(each) for each in view["enables"]]),
        *part("Done when", _criteria(view)),
        *part("Unmet", _unmet(view), True),
        *part("Blocked", [said for each in view["blockers"] for said in _blocker(each, moment)], False),
        *part("Check again", [_recheck(each) for each in view["to_recheck"]], True),
        *part("Overridden", [_override(each) for each in view["overrides"]], True),
        *part("Spent", _spent(view)),
        *part("Cost", list(filter(None, [costs.phrase(view.get("cost"))]))),
        *part("Waits", [_waiting(each) for each in view["waiting"]], True),
        *part("Questions", [_question(q) for q in _open(view.get("questions"))], True),
        *part("Risks", [_risk(r) for r in view.get("risks") or ()], True),
        *part("Recent", [_event(event, moment) for event in reversed(view["activity"])]),
        wide.join([f"{'Next':<{INDENT}}{_commands(view)[0]}", *_commands(view)[1:]], "    ", width),
    ]


def _about(view: View) -> list[str]:
    text = line(view.get("description") or "")
    return [text] if text and text.rstrip(".") != line(view["title"]).rstrip(".") else []


def _spent(view: View) -> list[str]:
    people, agents = view["hours"]["people"], view["hours"]["agents"]
    parts = [f"people {moments.hours(people)}"] if people else []
    parts += [f"agents {moments.worked(agents)}"] if agents else []
    parts += [f"efficiency {view['efficiency']:.2f} (earned / spent)"] if view["efficiency"] else []
    return [", ".join(parts)] if parts else []


def _recheck(mark: View) -> str:
    what = short(mark["task"]) if mark["task"] else "the milestone"
    return f"{what}, because {short(mark['because'] or '')} was reopened"


def _override(used: View) -> str:
    return f"{used['what']}: {line(used['reason'] or '')} ({line(used['by'] or '')})"


def _standing(view: View, moment: Moment) -> str:
    progress, hours = view["progress"], view["hours"]
    parts = [f"{states.opening(view['status'])}, {progress['percentage']} %"]
    if progress["tasks_total"]:
        parts[0] += f": {progress['tasks_completed']} of {progress['tasks_total']} tasks"
    if hours["total"]:
        parts[0] += f", {moments.hours(hours['left'])} of {moments.hours(hours['total'])} left"
    day = view["day"]
    timeline = view.get("timeline") or {}
    due = timeline.get("estimated_end") if isinstance(timeline, Mapping) else None
    if due:
        late = f", {states.word('late')}" if view["health"] == "late" else ""
        parts.append(f"Due {moments.day(str(due), moment.today)}{late}")
    if day:
        parts.append(f"Day {day['day']} of {day['of']}")
    if view.get("owner"):
        parts.append(f"Owner {line(view['owner'])}")
    if view.get("priority"):
        parts.append(f"Priority {line(view['priority'])}")
    if view["blocked_by"]:
        parts.append(f"Waits for {', '.join(line(short(each)) for each in view['blocked_by'])}")
    return ". ".join(parts) + "."


COLUMNS = (
    table.Column(""),
    table.Column(""),
    table.Column("Task", least=20),
    table.Column("Hours", right=True),
    table.Column("Who", least=6, leaves=3),
    table.Column("Phase", leaves=4),
    table.Column("State"),
    table.Column("Waits for", least=8, leaves=2),
)


def _tasks(view: View, width: int, everything: bool) -> list[str]:
    tasks = view["tasks"]
    if not tasks:
        return [f"No tasks yet: milestone task add {short(view['id'])} TITLE"]
    shown = tasks if everything or len(tasks) <= MANY else _most_wanted(tasks)
    lines = table.lines(COLUMNS, [_row(task, view["blocked_by"]) for task in shown], width)
    hidden = len(tasks) - len(shown)
    return [*lines, f"    … {hidden} more: milestone show {short(view['id'])} --all"] if hidden else lines


def _most_wanted(tasks: Sequence[View]) -> list[View]:
    """Return open tasks first, in their order."""
    still_open = [task for task in tasks if task["status"] not in ("completed", "cancelled")][:MANY]
    keep = {id(task) for task in still_open}
    for task in reversed(tasks):
        if len(keep) < MANY:
            keep.add(id(task))
    return [task for task in tasks if id(task) in keep]


def _row(task: View, above: Sequence[str]) -> list[str]:
    waits = [each for each in task["blocked_by"] if each not in above]
    grade = f" ({task['grade']})" if task["grade"] and task["status"] == "completed" else ""
    share = f" {task['percentage']} %" if 0 < task["percentage"] < 100 else ""
    return [
        states.sign(task["status"]),
        short(task["id"]),
        line(task["title"]),
        moments.hours(task["hours"]),
        line(task["assigned_to"] or ""),
        line(task.get("phase") or ""),
        states.word(task["status"]) + share + grade,
        ", ".join(line(short(each)) for each in waits),
    ]


def _people(view: View) -> list[str]:
    entries = []
    for each in view["people"]:
        doing = f"  {short(each['now'])}" if each["now"] else ""
        waits = f"  waits for {', '.join(line(short(w)) for w in each['waits_for'])}" if each["waits_for"] else ""
        entries.append(
            f"{line(each['who'])} {table.bar(each['percentage'], 10)} {each['percentage']} %{doing}{waits}"
        )
    return entries


def _other(each: View) -> str:
    title = f" {line(each['title'])}" if each["title"] else ""
    return f"{line(short(each['id']))}{title} ({states.word(each['status'])})"


def _criteria(view: View) -> list[str]:
    unmet = set(view["unmet"]["criteria"])
    found = []
    for number, each in enumerate(view.get("success_criteria") or (), 1):
        text = _text_of(each)
        found.append(f"c{number} {states.sign('planned' if text in unmet else 'completed')} {line(text)}")
    return found


def _unmet(view: View) -> list[str]:
    """Return unmet conditions and external dependencies with the number that `--met` takes."""
    needs = view.get("dependencies")
    found = []
    for key, letter in (("conditions", "k"), ("external", "x")):
        every = [_text_of(each) for each in (needs.get(key) or () if isinstance(needs, Mapping) else ())]
        found += [
            f"{letter}{every.index(text) + 1} {line(text)}" if text in every else line(text)
            for text in view["unmet"][key]
        ]
    return found


def _text_of(fact: Any) -> str:
    return str(fact.get("text") or fact.get("name") or "") if isinstance(fact, Mapping) else str(fact)


def _blocker(each: View, moment: Moment) -> list[str]:
    since = moments.ago(each["since"], moment.now)
    where = f"{short(each['task'])} " if each["task"] else ""
    heard = f"; {line(each['to'])} should know" if each["level"] else ""
    reason = f"{where}{line(each['reason'])}{f' ({since})' if since else ''}"
    return [reason, f"  {each['severity']}: {each['cost']}{heard}", f"  {typed(each['next'])}"]


def _waiting(each: View) -> str:
    missing = [who for who in each["approvers"] if who not in (each["approved_by"] or ())]
    where = f"{short(each['task'])} " if each["task"] else ""
    return f"{where}{each['phase']} waits for approval{' by ' + ', '.join(map(line, missing)) if missing else ''}"


def _open(questions: Any) -> list[View]:
    found = questions if isinstance(questions, list) else []
    return [q for q in found if isinstance(q, Mapping) and q.get("answer") in (None, "")]


def _question(question: View) -> str:
    default = f" (until then: {line(question['default'])})" if question.get("default") else ""
    return f"{line(question.get('id') or '')} {line(question.get('text') or '')}{default}"


def _risk(each: Any) -> str:
    if not isinstance(each, Mapping):
        return line(each)
    words = "/".join(str(each[key]) for key in ("probability", "impact") if each.get(key))
    head = f"{line(each.get('description') or each.get('title') or '')}{f' ({line(words)})' if words else ''}"
    return f"{head}: {line(each.get('mitigation') or 'no mitigation yet')}"


def _event(event: View, moment: Moment) -> str:
    what = event["kind"].replace(".", " ").replace("_", " ")
    task = f" {short(event['task'])}" if event["task"] else ""
    return f"{moments.clock(event['at'], moment.today)}  {line(event['actor'])}: {what}{task}"


def _commands(view: View) -> list[str]:
    name = short(view["id"])
    if view["status"] in ("archived", "cancelled"):
        return [f"milestone reopen {name} --reason TEXT"]
    if view["progress"]["percentage"] == 100:
        return [f"milestone archive {name}"]
    found = []
    for each in view["next"]:
        found.append(f"milestone execute {name}" if each["run"] else f"milestone task start {short(each['ref'])}")
    for task in view["tasks"]:
        if task["status"] == "in_progress":
            found.append(f"milestone task done {short(task['ref'])}")
    return list(dict.fromkeys(found))[:3] or ["milestone next"]
