"""What went wrong, in three lines for people or one document for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

from milestone.cli import output
from milestone.cli.output import line
from milestone.cli.text import wide
from milestone.errors import MilestoneError

SOFTENED = range(3, 9)  # the codes `--exit-zero` turns into 0
SHOWN = 20  # findings printed for people; `--json` has them all


def as_data(error: MilestoneError) -> dict[str, Any]:
    """Return the `error` object of an answer."""
    return {
        "code": error.code,
        "message": error.message,
        "why": error.why,
        "hint": error.hint or "; ".join(error.next),
        "retryable": error.retryable,
        "findings": error.findings,
        "candidates": error.candidates,
        "next": error.next,
        **error.facts,
    }


def as_text(error: MilestoneError, width: int = 100) -> str:
    """Return the lines a person reads: what, why, next."""
    prefix = "refused" if error.exit_code in (5, 7) else "error"
    head = f"{output.BOLD}{output.RED}{prefix}:{output.END} "
    lines = [head + wide.wrap(line(error.message), width - len(prefix) - 2, "  ")]
    if error.why:
        lines.append(_labelled("why", error.why, width))
    if error.candidates:
        lines.append(_labelled("did you mean", ", ".join(error.candidates), width))
    if error.code == "untrusted_commands":  # who confirms a line has to see all of it
        lines += [f"    {line(each['path'])}: {line(each['message'])}" for each in error.findings]
        return "\n".join([*lines, *_advice(error.next, width)])
    told = [each for each in error.findings if str(each.get("message")) not in error.why]
    lines += [_finding(finding, width, error.next) for finding in told[:SHOWN]]
    if len(told) > SHOWN:
        lines.append(f"    … and {len(told) - SHOWN} more, all of them with --json")
    return "\n".join([*lines, *_advice(error.next or ([error.hint] if error.hint else []), width)])


def _labelled(label: str, text: str, width: int) -> str:
    """Return `  why: text`; lines that a text has already (a place in a file) stay as they are."""
    indent = " " * (len(label) + 4)
    room = width - len(indent)
    shown = "\n".join(each if wide.width(each) <= room else wide.wrap(each, room) for each in text.split("\n"))
    return f"  {label}: " + shown.replace("\n", "\n" + indent)


def _advice(advice: Sequence[str], width: int) -> list[str]:
    """Return the commands on one line where they fit, else one below the other; commands are never cut."""
    if not advice:
        return []
    shown = "     or  ".join(map(line, advice))
    if wide.width(shown) + 8 <= width:
        return [f"  next: {shown}"]
    return [f"  next: {line(advice[0])}", *(f"    or  {line(each)}" for each in advice[1:])]


def _finding(finding: Mapping[str, Any], width: int, advice: Sequence[str]) -> str:
    place = line(finding.get("path") or finding.get("where") or "")
    at = f":{finding['line']}" if finding.get("line") else ""
    message = line(finding.get("message", ""))
    told = place.endswith(message) or message.startswith(place.rpartition("/")[2])
    head = f"{place}{at}: " if place and not told else ""
    own = finding.get("hint") and finding["hint"] not in advice
    hint = f"\n      {line(finding['hint'])}" if own else ""
    return f"    {wide.wrap(head + message, width - 4, '      ')}{hint}"


def warning_text(warning: Mapping[str, Any], width: int) -> str:
    """Return a warning with its place and what to do about it."""
    place = line(warning.get("path") or "")
    at = f"{place}:{warning['line']}: " if place and warning.get("line") else f"{place}: " if place else ""
    text = wide.wrap(f"{at}{line(warning['message'])}", width - 9, "  ")
    hint = f"\n  next: {wide.wrap(line(warning['hint']), width - 8, '        ')}" if warning.get("hint") else ""
    return f"{output.YELLOW}warning:{output.END} {text}{hint}"


def exit_code(error: MilestoneError, *, exit_zero: bool) -> int:
    """Return the code of the contract, softened when asked."""
    return 0 if exit_zero and error.exit_code in SOFTENED else error.exit_code
