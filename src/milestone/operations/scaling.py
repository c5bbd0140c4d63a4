"""Move the store of a project that has outgrown it, after a write; what is told and kept of it."""

from collections.abc import Callable, Mapping

from milestone import errors
from milestone.domain.context import Context
from milestone.domain.document import Event
from milestone.operations.migrate import migrate
from milestone.storage.base import Txn
from milestone.workspace import growth, measuring
from milestone.workspace.base import Workspace
from milestone.workspace.growth import Move

Tell = Callable[[str], None]


def move(workspace: Workspace, due: Move, *, environ: Mapping[str, str], tell: Tell) -> bool:
    """Move the store and return whether it moved; one that cannot move now is left where it is, and told of.

    The change that led here is stored already, so nothing here makes a command fail.
    """
    tell(f"{_why(due)} Moving it to {measuring.NAMES[due.to]} …")
    try:
        _record(workspace, "scale.detected", due)
        migrate(workspace, due.to, _address(due, environ))
    except errors.MilestoneError as problem:
        why = f" ({problem.why})" if problem.why else ""
        tell(f"It stays where it is: {problem.message}{why} Next: {measuring.command(due.to)}")
        return False
    with workspace.reading() as reading:
        count = len(reading.rows())
    tell(f"Moved: {count} milestones, all there. milestone migrate --rollback takes it back.")
    return True


def advised(workspace: Workspace, due: Move) -> None:
    """Let the log say that somebody was told."""
    _record(workspace, "scale.advised", due)


def answered(workspace: Workspace, due: Move, yes: bool) -> None:
    """Keep what a person said to a move, so that it is asked once."""
    root = str(workspace.root)
    kept = growth.read(root)
    growth.keep(root, {**kept, "seen": None, "answers": {**(kept.get("answers") or {}), due.to: yes}})


def question(due: Move) -> str:
    """Return what a person is asked."""
    return f"{_why(due)} Move it to {measuring.NAMES[due.to]} now? (yes/no)"


def _why(due: Move) -> str:
    return f"This project outgrows its store: {'; '.join(due.reasons) or 'the settings say so'}."


def _record(workspace: Workspace, kind: str, due: Move) -> None:
    """Let the log say what was found; under no key of the command's, which is answered already."""

    def events(_txn: Txn, context: Context) -> list[Event]:
        data = {"to": due.to, "reasons": list(due.reasons), "count": len(context.rows)}
        return [Event(kind=kind, document="project", uid="project", data=data)]

    workspace.write_apart(events)


def _address(due: Move, environ: Mapping[str, str]) -> str | None:
    """Return where PostgreSQL is: the variable that holds it, else as configured."""
    return "env:MILESTONE_DSN" if due.to == "postgres" and environ.get("MILESTONE_DSN") else None
