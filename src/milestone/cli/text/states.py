"""How a state looks: a sign and its word, so that colour is never the only sign."""

from milestone.cli import output

SIGNS = {
    "planned": "○",
    "pending": "○",
    "in_progress": "◐",
    "in_review": "◇",
    "paused": "◇",
    "blocked": "■",
    "failed": "✗",
    "completed": "✓",
    "approved": "✓",
    "archived": "✓",
    "changes_requested": "◇",
    "rejected": "✗",
    "cancelled": "⊘",
}
COLOURS = {
    "blocked": output.RED,
    "failed": output.RED,
    "rejected": output.RED,
    "late": output.RED,
    "risk": output.YELLOW,
    "in_review": output.YELLOW,
    "in_progress": output.CYAN,
    "completed": output.GREEN,
    "approved": output.GREEN,
    "archived": output.GREEN,
    "ok": output.GREEN,
}


def word(state: str | None) -> str:
    """Return `in progress`; a blocked or late one is told in capitals."""
    text = (state or "").replace("_", " ")
    return _coloured(state, text.upper() if state in ("blocked", "late", "failed") else text)


def opening(state: str | None) -> str:
    """Return the word at the beginning of a sentence."""
    text = (state or "").replace("_", " ")
    return _coloured(state, text[:1].upper() + text[1:])


def sign(state: str | None) -> str:
    """Return the sign of a state."""
    return _coloured(state, SIGNS.get(state or "", "?"))


def _coloured(state: str | None, text: str) -> str:
    colour = COLOURS.get(state or "")
    return f"{colour}{text}{output.END}" if colour else text
