"""What the doctor finds, in the words of `--json`."""

from typing import Any

Finding = dict[str, Any]
ORDER = ("error", "warning", "note")


def finding(
    severity: str, code: str, where: str, message: str, hint: str = "", *, repaired: bool = False
) -> Finding:
    """Return a finding: `where` is a file (with line and column), a record, or a folder."""
    return {
        "severity": severity,
        "code": code,
        "where": where,
        "message": message,
        "hint": hint or None,
        "repaired": repaired,
    }
