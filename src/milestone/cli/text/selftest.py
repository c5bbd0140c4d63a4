"""What a load test found, as figures and as sentences."""

import statistics
from collections.abc import Sequence
from typing import Any

from milestone.cli.output import line
from milestone.cli.text import prose, table
from milestone.operations.selftest import Tested
from milestone.operations.selftest_work import Act

SHOWN = 20  # broken promises
COLUMNS = (
    table.Column("operation"),
    table.Column("done", right=True),
    table.Column("refused", right=True),
    table.Column("median ms", right=True),
    table.Column("95 % ms", right=True),
    table.Column("longest ms", right=True),
)


def data(tested: Tested) -> dict[str, Any]:
    """Return the figures of a test."""
    load = tested.load
    return {
        "ok": not tested.broken,
        "backend": tested.backend,
        "seed": load.seed,
        "processes": load.processes,
        "milestones": load.milestones,
        "made_seconds": round(tested.made_seconds, 3),
        "operations": len(tested.acts),
        "worked_seconds": round(tested.worked_seconds, 3),
        "events": tested.events,
        "bytes": tested.bytes,
        "kinds": {kind: _figures([a for a in tested.acts if a.kind == kind]) for kind in _kinds(tested)},
        "broken": list(tested.broken),
    }


def text(tested: Tested, width: int) -> str:
    """Return the figures, and the verdict last."""
    load = tested.load
    rate = len(tested.acts) / max(tested.worked_seconds, 1e-9)
    head = [
        f"{load.milestones} milestones made in {tested.made_seconds:.1f} s; {len(tested.acts)} operations of"
        f" {load.processes} processes in {tested.worked_seconds:.1f} s, {rate:.0f} a second.",
        f"At the end: {tested.backend}, {tested.events} events, {tested.bytes / 1e6:.1f} MB.",
    ]
    rows = [_row(kind, [act for act in tested.acts if act.kind == kind]) for kind in _kinds(tested)]
    lines = [prose.fitted(each, width) for each in head]
    return "\n".join([*lines, "", *table.lines(COLUMNS, rows, width), "", *_verdict(tested)])


def _verdict(tested: Tested) -> list[str]:
    if not tested.broken:
        return ["Nothing lost, nothing doubled, no seq skipped; every record is what its events say."]
    more = len(tested.broken) - SHOWN
    found = [f"  {each}" for each in tested.broken[:SHOWN]]
    return ["These promises were not kept:", *found, *([f"  … and {more} more"] if more > 0 else [])]


def _kinds(tested: Tested) -> list[str]:
    return sorted({act.kind for act in tested.acts})


def _figures(acts: Sequence[Act]) -> dict[str, Any]:
    times = sorted(act.seconds * 1000 for act in acts)
    return {
        "done": sum(not act.refused for act in acts),
        "refused": sum(bool(act.refused) for act in acts),
        "median_ms": round(statistics.median(times), 2),
        "p95_ms": round(times[int(len(times) * 0.95)], 2),
        "longest_ms": round(times[-1], 2),
    }


def _row(kind: str, acts: Sequence[Act]) -> list[str]:
    return [kind, *(str(value) for value in _figures(acts).values())]


def executor(view: dict[str, Any]) -> str:
    """Return each check of an agent program in a line, and the verdict last."""
    lines = [f"{view['executor']} {line(view['version'])}"]
    for each in view["checks"]:
        sign, why = ("✓", "") if each["ok"] else ("✗", f": {line(each['wrong'])}")
        lines.append(f"{sign} {each['name']}{why}  {each['seconds']:.0f} s")
    verdict = "It does what a run counts on." if view["ok"] else "A run cannot count on it as it is."
    return "\n".join([*lines, verdict])
