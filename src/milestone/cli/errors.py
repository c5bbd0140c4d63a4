"""What went wrong, in three lines for people or one document for programs."""

from collections.abc import Mapping
from typing import Any

from milestone.cli import output
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


def as_text(error: MilestoneError) -> str:
    """Return the lines a person reads: what, why, next."""
    prefix = "refused" if error.exit_code in (5, 7) else "error"
    lines = [f"{output.BOLD}{output.RED}{prefix}:{output.END} {error.message}"]
    if error.why:
        lines.append(f"  why: {_hang(error.why, 7)}")
    if error.candidates:
        lines.append(f"  did you mean: {', '.join(error.candidates)}")
    unsaid = [finding for finding in error.findings if str(finding.get("message", "")) not in error.why]
    lines += [_finding(finding) for finding in unsaid[:SHOWN]]
    if len(unsaid) > SHOWN:
        lines.append(f"    … and {len(unsaid) - SHOWN} more, all of them with --json")
    advice = error.next or ([error.hint] if error.hint else [])
    if advice:
        lines.append(f"  next: {_hang('     or  '.join(advice), 8)}")
    return "\n".join(lines)


def _hang(text: str, indent: int) -> str:
    return text.replace("\n", "\n" + " " * indent)


def _finding(finding: Mapping[str, Any]) -> str:
    place = finding.get("path") or finding.get("where") or ""
    at = f":{finding['line']}" if finding.get("line") else ""
    head = f"{place}{at}: " if place else ""
    hint = f" ({finding['hint']})" if finding.get("hint") else ""
    return f"    {head}{finding.get('message', '')}{hint}"


def exit_code(error: MilestoneError, *, exit_zero: bool) -> int:
    """Return the code of the contract, softened when asked."""
    return 0 if exit_zero and error.exit_code in SOFTENED else error.exit_code
