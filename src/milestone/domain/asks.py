"""What a running agent asks of a person: a permission, or a question. Kept in its session under `asks`."""

from collections.abc import Mapping, Sequence
from typing import Any

PERMISSION, QUESTION = "permission", "question"
ALLOW, ALWAYS, REJECT, NEVER = "allow", "always", "reject", "never"
_MEANS = {
    **dict.fromkeys(("allow", "yes", "y", "ok", "approve"), ALLOW),
    "always": ALWAYS,
    **dict.fromkeys(("reject", "no", "n", "deny", "refuse"), REJECT),
    "never": NEVER,
}


def of(session: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return everything a session's agents asked, in order."""
    found = session.get("asks")
    return [dict(each) for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def is_open(ask: Mapping[str, Any]) -> bool:
    """Say whether an ask waits for its answer."""
    return ask.get("answer") is None and not ask.get("withdrawn")


def waiting(session: Mapping[str, Any], task: str | None = None) -> list[dict[str, Any]]:
    """Return what waits for an answer, of one task (`milestone-001/task-002`) or of all."""
    return [ask for ask in of(session) if is_open(ask) and task in (None, ask.get("task"))]


def choice(kind: str, text: str, options: Sequence[str]) -> str | None:
    """Return which option an answer means; None where it means none of them.

    A permission is answered by its first word (`yes`, `no, use the other key`), a question by an option's number,
    its text or the beginning of its text.
    """
    wanted = text.strip().casefold()
    if kind == PERMISSION:
        first = wanted.replace(",", " ").replace(":", " ").split()[:1]
        meant = _MEANS.get(first[0]) if first else None
        return meant if meant in options else None
    if wanted.isdecimal() and 0 < int(wanted) <= len(options):
        return options[int(wanted) - 1]
    exact = [each for each in options if each.casefold() == wanted]
    close = [each for each in options if wanted and each.casefold().startswith(wanted)]
    return exact[0] if exact else close[0] if len(close) == 1 else None
