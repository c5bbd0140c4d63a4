"""Reviews as text: what waits, what is judged, what was decided."""

from collections.abc import Mapping, Sequence
from typing import Any

from milestone.cli.output import BOLD, DIM, END, GREEN, RED, YELLOW, line
from milestone.cli.text import moments, wide
from milestone.reports.names import short
from milestone.workspace.base import Written

Item = Mapping[str, Any]
SIGNS = {"there": f"{GREEN}✓{END}", "missing": f"{RED}✗{END}", "empty": f"{RED}✗{END}", "template": f"{RED}✗{END}"}
STATES = {"there": "", "missing": "missing", "empty": "empty", "template": "only its template"}
DONE = {
    "approve": "approved",
    "reject": "rejected",
    "request-changes": "sent back for changes",
    "withdraw": "open again",
}


def pending(items: Sequence[Item], width: int, *, mine: bool) -> str:
    """Return what waits for people, or the sentence of an empty list."""
    if not items:
        who = "Nothing waits for your judgement." if mine else "Nothing waits for a judgement."
        return f"{who}\nPhases with approval begin with: milestone plan GOAL --kiro-workflow"
    lines = [f"{len(items)} {'phase waits' if len(items) == 1 else 'phases wait'} for people"]
    for item in items:
        lines.append(wide.cut(_head(item), width))
        lines.append(f"  {wide.wrap(_standing(item), width - 2, '  ')}")
    lines.append(f"Next: milestone review {words(items[0])}")
    return "\n".join(lines)


def judged(items: Sequence[Item], width: int) -> str:
    """Return everything a reviewer looks at."""
    return "\n\n".join("\n".join(_judged(item, width)) for item in items)


def decided(word: str, items: Sequence[Item], written: Written, width: int) -> str:
    """Return what was decided and what follows."""
    lines = []
    if written.dry_run:
        lines.append("Would record:")
    for item in items:
        lines += _decided(word, item, repeated=written.repeated or not written.events)
    return "\n".join(each if "milestone " in each else wide.wrap(each, width) for each in lines)


def history(items: Sequence[Item], width: int) -> str:
    """Return hand-ins and decisions, oldest first."""
    if not items:
        return "Nothing was handed in or decided yet."
    lines = []
    for item in items:
        ref = "/".join(str(part) for part in (item["milestone"], item["task"]) if part)
        said = f': "{line(item["comment"])}"' if item["comment"] else ""
        known = f" ({item['proof']})" if item["proof"] else ""
        what = f"{line(item['phase'])} {item['decision']} by {line(item['by'])}{known}{said}"
        lines.append(wide.wrap(f"{moments.moment(item['at'])}  {line(short(ref))}  {what}", width, "  "))
    return "\n".join(lines)


def words(item: Item) -> str:
    """Return what names this phase on the command line."""
    task = f" {short(item['task'])}" if item["task"] else ""
    return f"{short(item['milestone'])}{task} --phase {item['phase']}"


def _head(item: Item) -> str:
    return f"{BOLD}{line(short(item['ref']))}{END}  {line(item['phase'])} phase  {line(item['title'])}"


def _judged(item: Item, width: int) -> list[str]:
    lines = [wide.cut(_head(item), width), wide.wrap(_standing(item), width)]
    if item["vote"]:
        lines.append(wide.wrap(_vote(item["vote"]), width))
        lines += [f"  {line(each['by'])}: {each['vote']}" for each in item["vote"]["voters"]]
    lines.append(f"Deliverables in {line(item['folder'])}")
    for file in item["deliverables"]:
        state = STATES[file["state"]] or f"{file['bytes']} bytes"
        declared = "" if file["declared"] or file["state"] == "there" else ", not asked for by the record"
        lines.append(f"  {SIGNS[file['state']]} {line(file['path'])}  {DIM}{state}{declared}{END}")
    if not item["deliverables"]:
        lines.append("  none")
    lines += [f"Changed since it was handed in: {line(change)}." for change in item["changes"]]
    for check in item["checks"]:
        sign = f"{GREEN}✓{END}" if check["exit_code"] == 0 else f"{RED}✗{END}"
        lines.append(f"  {sign} {line(check['command'])}  exit {check['exit_code']} ({check['grade']})")
    lines += [f"{YELLOW}Unmet{END}  {line(criterion)}" for criterion in item["unmet"]]
    lines += [f"Not counted: {line(each['by'])} ({each['why']})" for each in item["uncounted"]]
    lines.append(f"Digest {item['digest'][:12]}")
    if not item["open"] and item["status"] in ("in_review", "approved"):
        lines.append(f"Next: milestone review {words(item)} --approve --version {item['digest'][:12]}")
    return lines


def _decided(word: str, item: Item, *, repeated: bool) -> list[str]:
    ref, phase = line(short(item["ref"])), line(item["phase"])
    if item["vote"] and word in ("approve", "reject"):
        return [f"{GREEN}✓{END} {ref} {phase} voted on, digest {item['digest'][:12]}", _vote(item["vote"])]
    if word == "delegate":
        to = [f"{each['to']} for {each['by']}" + (f" until {each['until']}" if each["until"] else "")
              for each in item["delegated"]]  # fmt: skip
        return [f"{GREEN}✓{END} {ref} {phase} may be judged by {line(', '.join(to) or 'its approvers')}."]
    if word != "approve":
        return _sent_back(word, item)
    by = ", ".join(f"{name} ({item['proof'].get(name)})" for name in item["approved_by"])
    again = "already " if repeated else ""
    lines = [f"{GREEN}✓{END} {ref} {phase} {again}approved by {line(by)}, digest {item['digest'][:12]}"]
    if not item["open"]:
        return [*lines, f"Still asked: {line(', '.join(item['waiting_for']) or 'another person')}."]
    if item.get("next_phase"):
        lines.append(f"The {line(item['next_phase'])} phase has started.")
        by_hand = f"    milestone task done {ref}" if item["task"] else ""
        lines.append(f"Next: milestone execute {short(item['milestone'])}{by_hand}")
    return lines


def _vote(vote: Mapping[str, Any]) -> str:
    """Return one sentence on how a vote stands."""
    share = f"{vote['share']:.0%} yes" if vote["share"] else "more yes than no"
    needs = f"at least {vote['quorum']} {'vote' if vote['quorum'] == 1 else 'votes'} and {share}"
    said = f"{vote['yes']} yes, {vote['no']} no"
    if vote["closed"]:
        return f"The vote {'carried' if vote['passed'] else 'failed'}: {said}; it took {needs}."
    until = f" until {moments.moment(vote['closes'])}" if vote["closes"] else ""
    return f"Voted so far: {said}; it takes {needs}{until}."


def _sent_back(word: str, item: Item) -> list[str]:
    ref, phase = line(short(item["ref"])), line(item["phase"])
    sign = f"{RED}✗{END}" if word == "reject" else f"{YELLOW}◐{END}"
    lines = [f"{sign} {ref} {phase} {DONE[word]}"]
    if word == "withdraw":
        return [*lines, _standing(item)]
    if word == "reject":
        way = f"milestone task retry {ref}" if item["task"] else f"milestone review {words(item)}"
        return [*lines, f"Next: {way}"]
    by_hand = f"    milestone task done {ref}" if item["task"] else ""
    return [*lines, f"Next, when it is better: milestone execute {short(item['milestone'])}{by_hand}"]


def _standing(item: Item) -> str:
    """Return one sentence: open, waiting for whom, or what happened to it."""
    if item["open"]:
        return f"Approved by {line(', '.join(item['approved_by']))}." if item["approved_by"] else "Passed."
    if item["status"] not in ("in_review", "approved"):
        return f"It is {item['status'].replace('_', ' ')}; nothing was handed in."
    who = ", ".join(item["waiting_for"]) or ("any of its approvers" if item["approvers"] else "any person")
    since = f" since {moments.moment(item['since'])}" if item["since"] else ""
    since += f", due {moments.moment(item['due'])}" if item["due"] else ""
    changed = " again, because the deliverables changed" if item["changed"] else ""
    who += "".join(f" ({each['to']} for {each['by']})" for each in item["delegated"])
    given = f"; approved by {line(', '.join(item['approved_by']))}" if item["approved_by"] else ""
    return f"Waits for {line(who)}{since}{changed}{given}."
