"""`update --optimize-database`: what was done for the database, before and after."""

from milestone import errors
from milestone.cli.env import Env
from milestone.operations.optimize import optimize
from milestone.storage.care import Care, Size


def run(env: Env, *, has_changes: bool) -> int:
    """Care for the database and tell.

    Raises:
        InvalidRequest: something else is asked for in the same call.
    """
    if has_changes or env.options.dry_run:
        raise errors.InvalidRequest(
            "update cares for the database or does something else, not both in one call.",
            next=["milestone update --optimize-database"],
        )
    care = optimize(env.workspace)
    return env.answer("optimization", care, lambda: text(care))


def text(care: Care) -> str:
    """Return the steps, then the sizes."""
    if care.before is None and not care.steps:
        return f"Nothing to do: the records are kept in {'files' if care.backend == 'file' else care.backend}."
    lines = [f"{'✓' if step.done else '-'} {step.name:<18} {step.note}  ({step.ms:.0f} ms)" for step in care.steps]
    if care.before is not None and care.after is not None:
        lines.append(f"Before: {_size(care.before)}. After: {_size(care.after)}.")
    return "\n".join(lines)


def _size(size: Size) -> str:
    found = f"{size.bytes / 1e6:.2f} MB, {size.free / 1e6:.2f} MB of it free"
    return found + (f", {size.pending / 1e6:.2f} MB beside it" if size.pending else "")
