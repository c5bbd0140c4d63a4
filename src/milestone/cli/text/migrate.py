"""How a move between stores went, in sentences."""

from collections.abc import Callable

from milestone.storage.located import Location
from milestone.storage.moving.journal import Move

WORDS = {
    "file": "plain files",
    "hybrid": "files with an index",
    "sqlite": "SQLite",
    "postgres": "PostgreSQL",
}
PHASES = {
    "copying": "Copying: {moved} of {total} events.",
    "comparing": "Comparing: {moved} of {total} records.",
    "waiting": "Waiting for a moment in which nobody writes.",
}
STEPS = 10  # lines of progress a phase says at most


class Progress:
    """Says how far a move is, a line at each tenth of the way."""

    def __init__(self, say: Callable[[str], None] | None) -> None:
        self._say = say
        self._last: tuple[str, int] = ("", -1)

    def __call__(self, phase: str, moved: int, total: int) -> None:
        step = (phase, moved * STEPS // max(total, 1))
        if self._say is None or step == self._last:
            return
        self._last = step
        self._say(PHASES[phase].format(moved=f"{moved:,}", total=f"{total:,}"))


def said(move: Move, here: Location) -> str:
    """Return where the project is now and how it came there."""
    place = _named(here)
    if move.state == "none":
        return f"The project is kept in {place}; it never moved."
    if move.state == "given up":
        return f"The project stays in {place}; the move to {_named(move.target)} is given up."
    if move.state == "moving":
        return "\n".join(
            [
                f"The project is kept in {place}; a move to {_named(move.target)} was broken off.",
                f"Go on: milestone migrate --to {move.target.backend}",
                "Give it up: milestone migrate --rollback",
            ]
        )
    if move.source == move.target:
        return f"The project is kept in {place} already."
    return "\n".join(_moved(move, place))


def _moved(move: Move, place: str) -> list[str]:
    if move.state == "joined":
        return [
            f"This clone works in {place} now, with those who were there before: {move.moved:,} events.",
            "What only its files said is taken in; its own log stays readable.",
        ]
    both = move.source.is_files and move.target.is_files
    compared = "log and files are the same as before" if both else "every record compared"
    back = "with all that was written since" if move.state == "back" else compared
    lines = [f"The project is kept in {place} now: {move.moved:,} events, {back}."]
    if move.source.is_files and not move.target.is_files:
        lines.append("The YAML files stay as a copy, and the old log stays readable.")
    if move.backup:
        lines.append(f"Before it a backup was made: {move.backup}.")
    if move.state == "moved":
        lines.append("Back again, with what will be written meanwhile: milestone migrate --rollback")
    return lines


def _named(location: Location) -> str:
    return WORDS.get(location.backend, location.backend)
