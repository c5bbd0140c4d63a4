"""A run in words."""

from typing import Any

from milestone.agents.roles.base import Said, short
from milestone.cli.output import line
from milestone.cli.text.wide import cut, width, wrap
from milestone.reports.names import typed


def fitted(said: Said, columns: int) -> str:
    """Return one line of a running run: its title is cut before anything else."""
    indent = said.before[: len(said.before) - len(said.before.lstrip())]
    before = indent + line(said.before) + (" " if said.before.endswith(" ") and said.before.strip() else "")
    after = said.after[: len(said.after) - len(said.after.lstrip())] + line(said.after)
    room = max(columns - width(before) - width(after), 12)
    return cut(f"{before}{cut(line(said.title), room)}{after}", columns)


def ended(view: dict[str, Any], merge: str | None, columns: int) -> str:
    """Return how a run ended, who must do what, and what comes next."""
    every = [t for t in view["tasks"] if t["status"] != "cancelled"]
    done = [t for t in every if t["status"] == "completed"]
    seconds = sum(float(t["seconds"] or 0) for t in every)
    where = f" in {view['session']}" if view["session"] else ""
    lines = [f"{short(view['milestone'])}: {len(done)} of {len(every)} tasks done{where}{_took(seconds)}."]
    for each in view["blocked"]:
        lines.append(_hanging(f"■ {_ref(each['ref'])} ", each["text"], columns))
    if view["waiting_for"]:
        lines.append("Waiting for people:")
        for each in view["waiting_for"]:
            who = f"{line(each['who'])}: " if each["who"] else ""
            lines += [
                _hanging(f"  {_ref(each['ref'])} {who}", each["text"], columns),
                f"    {typed(each['next'])}",
            ]
    if view["behind"]:
        lines.append(_hanging("Behind them: ", ", ".join(short(name) for name in view["behind"]), columns))
    if view.get("ci"):
        lines += _judged(view["ci"], columns)
    if merge:
        lines.append(merge)
    return "\n".join([*lines, f"Next: {_next(view)}"])


def _judged(found: dict[str, Any], columns: int) -> list[str]:
    """Return how CI judged it, with the last lines of what failed."""
    how = {"success": "✓ CI agrees", "failure": "✗ CI does not agree", "timed_out": "✗ CI gave no answer in time"}
    where = f" {found['url']}" if found["url"] else ""
    lines = [cut(f"{how[found['state']]}: {line(found['what'])}{where}", columns)]
    if found["state"] != "success" and found["output"]:
        lines += [cut(f"  {line(each)}", columns) for each in found["output"].splitlines()[-5:]]
    return lines


def planned(view: dict[str, Any], columns: int) -> str:
    """Return what a dry run shows: order and means, nothing is started."""
    lines = [f"{short(view['milestone'])}: nothing is started (--dry-run). {view['place']}"]
    lines += [_hanging("  set up by: ", each, columns) for each in view["setup"]]
    for step in view["plan"]:
        after = f" after {', '.join(map(short, step['after']))}" if step["after"] else ""
        lines.append(
            fitted(Said(f"  {short(step['task'])} ", step["title"], f"  by {step['executor']}{after}"), columns)
        )
    lines += [_hanging("", view["hint"], columns)] if view["hint"] else []
    return "\n".join([*lines, f"Next: milestone execute {short(view['milestone'])}"])


def _hanging(before: str, text: str, columns: int) -> str:
    return before + wrap(line(text), max(columns - width(before), 20), " " * width(before))


def _took(seconds: float) -> str:
    if not seconds:
        return ""
    return f", {seconds:.0f} s of work" if seconds < 90 else f", {seconds / 60:.0f} min of work"


def _next(view: dict[str, Any]) -> str:
    name = short(view["milestone"])
    if all(t["status"] in ("completed", "cancelled") for t in view["tasks"]):
        return f"milestone archive {name}"
    first = (view["blocked"] or view["waiting_for"] or [None])[0]
    return typed(str(first["next"])) if first and view["state"] != "interrupted" else f"milestone execute {name}"


def _ref(ref: str) -> str:
    milestone, _, task = ref.partition("/")
    return short(task or milestone)
