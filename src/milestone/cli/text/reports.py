"""The reports of `update` as text; each empty one has its own sentence."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from milestone.cli.output import line
from milestone.cli.text import moments, states, table, wide
from milestone.reports import costs
from milestone.reports.names import short

View = Mapping[str, Any]
MANY = 12  # findings shown to people


def _shown(names: Sequence[str]) -> str:
    return ", ".join(line(short(str(name))) for name in names)


def dependencies(view: View, width: int, _today: date) -> str:
    """Return the order with what each waits for."""
    rows = view["milestones"]
    if not rows:
        return 'No milestones yet, so nothing waits.\nNext: milestone plan "GOAL"'
    columns = (
        table.Column("ID"),
        table.Column("Milestone", least=20),
        table.Column("State"),
        table.Column("Done", right=True),
        table.Column("Requires", least=8),
        table.Column("Enables", least=8, leaves=2),
        table.Column("Slack", right=True, leaves=1),
    )
    cells = [
        [
            short(row["id"]),
            line(row["title"]),
            states.word(row["status"]),
            f"{row['percentage']} %",
            _shown(row["requires"]),
            _shown(row["enables"]),
            "critical" if row["critical"] else moments.hours(row["slack_hours"]),
        ]
        for row in rows
    ]
    lines = table.lines(columns, cells, width)
    if not any(row["requires"] for row in rows):
        lines += ["Nothing waits for anything.", "Next: milestone update ID --depends-on ID"]
    if len(view["critical_path"]) > 1:
        path = " → ".join(map(short, view["critical_path"]))
        lines.append(wide.wrap(f"Critical path  {path}", width, " " * 15))
    return "\n".join([*lines, *_findings(view["findings"], width)])


def conflicts(view: Sequence[View], width: int, _today: date) -> str:
    """Return each clash and what settles it."""
    if not view:
        return "No conflicts: no resource, file, date or person is wanted twice."
    lines = [f"{len(view)} conflict{'s' if len(view) > 1 else ''}:"]
    for each in view:
        head = f"  {each['kind']:<9} {_shown(each['refs'])}: "
        lines.append(wide.wrap(head + line(each["message"]), width, " " * 12))
        lines.append(wide.cut(f"{'':12}next: {line(each['hint'])}", width))
    return "\n".join(lines)


def upcoming(view: View, width: int, today: date) -> str:
    """Return two weeks ahead."""
    lines = [f"From {moments.day(view['from'], today)} to {moments.day(view['to'], today)}:"]
    for name, title in (("starts", "Starts"), ("due", "Due")):
        for number, row in enumerate(view[name]):
            head = f"{title if not number else '':<8}{moments.day(row['day'], today):<8}"
            waits = f" (waits for {_shown(row['waits_for'])})" if row["waits_for"] else ""
            late = " LATE" if name == "due" and row["day"] < view["from"] else ""
            lines.append(wide.cut(f"{head}{short(row['id'])} {line(row['title'])}{late}{waits}", width))
    for number, task in enumerate(view["ready"]):
        head = f"{'Ready' if not number else '':<16}"
        lines.append(
            wide.cut(f"{head}{short(task['ref'])} {line(task['title'])} ({moments.hours(task['hours'])})", width)
        )
    if len(lines) == 1:
        return f"Nothing starts or is due until {moments.day(view['to'], today)}.\nNext: milestone list --sort due"
    return "\n".join(lines)


def agents(view: View, width: int, today: date) -> str:
    """Return who works."""
    if not view["agents"] and not view["sessions"]:
        return "No agents: no session has run in this clone.\nNext: milestone execute ID"
    columns = (
        table.Column("Session"),
        table.Column("Agent", least=8),
        table.Column("Role", least=8, leaves=2),
        table.Column("State"),
        table.Column("Task"),
        table.Column("Since", leaves=1),
    )
    cells = [
        [
            line(each["session"] or ""),
            line(each["name"] or ""),
            line(each["role"] or ""),
            states.word(each["state"]),
            line(short(each["task"] or "")),
            moments.clock(each["since"], today),
        ]
        for each in view["agents"]
    ]
    lines = table.lines(columns, cells, width)
    for each in view["sessions"]:
        done = f"{each['completed']} of {each['completed'] + each['remaining']} tasks done"
        done = ", ".join(filter(None, [done, costs.phrase(each["cost"])]))
        lines.append(
            wide.cut(f"{each['id']}  {states.word(each['state'])}  {_shown(each['milestones'])}  {done}", width)
        )
    return "\n".join(lines)


def health(view: View, width: int, _today: date) -> str:
    """Return what needs attention."""
    counts = view["milestones"]
    told = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
    head = f"Open milestones: {told}." if told else "No milestone is open."
    if not view["findings"]:
        return f"{head}\nNothing needs attention."
    return "\n".join([head, *_findings(view["findings"], width)])


def system(view: View, width: int, _today: date) -> str:
    """Return which store it is, how big and how fast, and what would be better."""
    team, sizes, times = view["team"], view["bytes"], view["readings"]
    kept = ", ".join(f"{name} {number / 1e6:.1f} MB" for name, number in sizes.items() if number)
    speed = f"95 of 100 within {times['p95_ms']} ms" if times["p95_ms"] is not None else "too few yet to say"
    lines = [
        f"Store          {view['backend']}; by size {view['fits']} fits.",
        f"Milestones     {view['milestones']}, with {view['tasks']} tasks",
        f"Team           {team['size']} (configured {team['configured']}, listed {team['listed']}, "
        f"assigned {team['assigned']}, committing {team['committing']})",
        f"On disk        {kept or 'nothing yet'}",
        f"Answers        {times['calls']} timed; {speed}",
    ]
    if view["replicas"]:
        lines.append(f"Replicas       {view['replicas']['present']} of {view['replicas']['expected']} expected")
    for each in view["advice"]:
        lines.append(f"  {'advice':<8} {wide.wrap(line(each['reason']), width - 11, ' ' * 11)}")
        lines.append(f"{'':11}next: {each['command']}")
    return "\n".join(lines if view["advice"] else [*lines, "Nothing would be better."])


def config(view: Any, width: int, _today: date) -> str:
    """Return what is wrong with the settings."""
    findings = view.get("findings", []) if isinstance(view, Mapping) else view
    if not findings:
        return "Every setting is known and valid."
    return "\n".join([f"{len(findings)} finding{'s' if len(findings) > 1 else ''}:", *_findings(findings, width)])


def diagnostics(view: View, width: int, _today: date) -> str:
    """Return everything, a line each."""
    return "\n".join(wide.cut(each, width) for each in _flat(view, ""))


def _flat(value: Mapping[str, Any], indent: str) -> list[str]:
    lines: list[str] = []
    for name, each in value.items():
        if isinstance(each, Mapping) and each:
            lines += [f"{indent}{line(name)}:", *_flat(each, indent + "  ")]
        else:
            told = (
                ", ".join(map(str, each)) if isinstance(each, list) else "" if isinstance(each, Mapping) else each
            )
            lines.append(f"{indent}{line(name)}: {line(told)}")
    return lines


def _findings(findings: Sequence[View], width: int) -> list[str]:
    lines = []
    for each in findings[:MANY]:
        at = f":{each['line']}" if each.get("line") else ""
        place = f"{line(short(str(each.get('path') or '')))}{at}"
        text = f"{place}: {line(each['message'])}" if place else line(each["message"])
        lines.append(f"  {each['severity']:<8} {wide.wrap(text, width - 11, ' ' * 11)}")
        if each.get("hint"):
            label = "next" if str(each["hint"]).startswith("milestone ") else "fix"
            lines.append(f"{'':11}{label}: {wide.wrap(line(each['hint']), width - 17, ' ' * 17)}")
    if len(findings) > MANY:
        lines.append(f"  … and {len(findings) - MANY} more, all of them with --json")
    return lines


def deployments(view: Sequence[View], width: int, today: date) -> str:
    """Return how the last pipeline of each milestone ended, and what lies where."""
    ran = [each for each in view if each["state"]]
    if not ran:
        return "No pipeline has judged anything here.\nNext: milestone execute ID --ci-integration"
    lines = []
    for each in ran:
        commit = f" of {each['commit'][:7]}" if each["commit"] else ""
        when = moments.clock(each["at"], today)
        where = f" {line(each['url'])}" if each["url"] else ""
        lines.append(wide.cut(f"{short(each['milestone'])} CI{commit}: {each['state']} {when}{where}", width))
        for one in each["deployments"]:
            told = " ".join(
                line(str(one[key])) for key in ("environment", "version", "state", "url") if one.get(key)
            )
            lines.append(wide.cut(f"   {told}", width))
    return "\n".join(lines)
