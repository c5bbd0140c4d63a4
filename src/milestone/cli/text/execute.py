"""A run in words."""

from typing import Any

from milestone.agents.roles.base import short


def ended(view: dict[str, Any], merge: str | None) -> str:
    """Return how a run ended, who must do what, and what comes next."""
    every = [t for t in view["tasks"] if t["status"] != "cancelled"]
    done = [t for t in every if t["status"] == "completed"]
    seconds = sum(float(t["seconds"] or 0) for t in every)
    lines = [f"{view['milestone']}: {len(done)} of {len(every)} tasks done in {view['session']}{_took(seconds)}."]
    for each in view["blocked"]:
        lines += [f"■ {_ref(each['ref'])} {each['text']}", f"  next: {each['next']}"]
    if view["waiting_for"]:
        lines.append("Waiting for people:")
        for each in view["waiting_for"]:
            who = f"{each['who']}: " if each["who"] else ""
            lines += [f"  {_ref(each['ref'])} {who}{each['text']}", f"    {each['next']}"]
    if view["behind"]:
        lines.append(f"Behind them: {', '.join(short(name) for name in view['behind'])}.")
    if merge:
        lines.append(merge)
    return "\n".join([*lines, f"Next: {_next(view)}"])


def _took(seconds: float) -> str:
    if not seconds:
        return ""
    return f", {seconds:.0f} s of work" if seconds < 90 else f", {seconds / 60:.0f} min of work"


def _next(view: dict[str, Any]) -> str:
    if all(t["status"] in ("completed", "cancelled") for t in view["tasks"]):
        return f"milestone archive {view['milestone']}"
    first = (view["blocked"] or view["waiting_for"] or [None])[0]
    return (
        str(first["next"])
        if first and view["state"] != "interrupted"
        else f"milestone execute {view['milestone']}"
    )


def _ref(ref: str) -> str:
    milestone, _, task = ref.partition("/")
    return short(task) if task else milestone


def planned(view: dict[str, Any]) -> str:
    """Return what a dry run shows: order and means, nothing is started."""
    lines = [f"{view['milestone']}: nothing is started (--dry-run). {view['place']}"]
    for step in view["plan"]:
        after = f" after {', '.join(map(short, step['after']))}" if step["after"] else ""
        lines.append(f"  {short(step['task'])} {step['title']}  by {step['executor']}{after}")
    return "\n".join([*lines, f"Next: milestone execute {view['milestone']}"])
