"""What the doctor found as text: worst first, each with its place and the way out."""

from collections.abc import Mapping, Sequence
from typing import Any

from milestone.cli.output import CYAN, END, GREEN, RED, YELLOW, line

SIGNS = {"error": (RED, "✗"), "warning": (YELLOW, "▲"), "note": (CYAN, "·")}


def findings(found: Sequence[Mapping[str, Any]], *, ok: bool) -> str:
    """Return a paragraph for each finding and the sum of them."""
    lines = [told for each in found for told in _one(each)]
    return "\n".join([*lines, _sum(found, ok)])


def _one(each: Mapping[str, Any]) -> list[str]:
    color, sign = (GREEN, "✓") if each["repaired"] else SIGNS[each["severity"]]
    told = [f"{color}{sign}{END} {line(each['where'])}: {line(each['message'])}"]
    if each["hint"] and not each["repaired"]:
        told.append(f"  next: {line(each['hint'])}")
    return told


def _sum(found: Sequence[Mapping[str, Any]], ok: bool) -> str:
    left = [each for each in found if not each["repaired"]]
    counts = {severity: sum(each["severity"] == severity for each in left) for severity in SIGNS}
    if ok:
        notes = f", {_count(counts['note'], 'note')}" if counts["note"] else ""
        return f"{GREEN}✓{END} Records, log and summary agree{notes}."
    return ", ".join(_count(counts[severity], severity) for severity in SIGNS) + "."


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")
