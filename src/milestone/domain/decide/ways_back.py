"""Changes that `undo` does not take back, because they have a way back of their own."""

from collections.abc import Callable, Mapping, Sequence

from milestone import errors
from milestone.domain.context import Context
from milestone.domain.document import Event, Recorded

# What never was a change of the plan; the plain `undo` looks past it.
QUIET = (
    "session.saved",
    "store.backed_up",
    "store.repaired",
    "store.synced",
    "scale.",
    "key.",
    "access.",
    "notification.",
)


def _run(event: Event) -> list[str]:
    if event.task:
        return [f'milestone task reopen {event.milestone}/{event.task} --reason "..."']
    return ["milestone sessions"]


def _approval(event: Event) -> list[str]:
    return [f"milestone review {event.milestone} {event.task or ''}".strip() + " --withdraw"]


def _archive(event: Event) -> list[str]:
    return [f'milestone reopen {event.milestone} --reason "..."']


def _config(event: Event) -> list[str]:
    return [f"milestone config set {event.data.get('key')} VALUE"]


# Beginning of an event's kind -> what it belongs to, and the way back.
WAYS: Mapping[str, tuple[str, Callable[[Event], list[str]]]] = {
    **dict.fromkeys(
        (
            "session.",
            "run.",
            "agent.",
            "commit.",
            "branch.",
            "pull_request.",
            "ci.",
            "blocker.",
            "budget.",
            "commands.",
        ),
        ("a run", _run),
    ),
    **dict.fromkeys(
        ("task.claimed", "task.released", "lease."),
        ("a claim", lambda e: [f"milestone task release {e.milestone}/{e.task}"]),
    ),
    **dict.fromkeys(
        ("phase.approved", "phase.rejected", "phase.changes_requested", "approval.", "vote."),
        ("an approval", _approval),
    ),
    "milestone.archived": ("an archive", _archive),
    "store.migrated": ("a migration", lambda _: ["milestone migrate --rollback"]),
    **dict.fromkeys(
        ("store.restored", "document.restored"), ("a restore", lambda _: ["milestone restore --at SEQ"])
    ),
    "config.": ("a setting", _config),
    "store.": ("the upkeep of the store", lambda _: ["milestone log"]),
}


def is_quiet(recorded: Recorded) -> bool:
    """Tell whether an event is none that somebody would want to take back."""
    return recorded.event.kind.startswith(QUIET)


def way_back(events: Sequence[Recorded], ctx: Context) -> None:
    """Let pass what `undo` may take back.

    Raises:
        Refused: it belongs to a run, an approval, an archive, a migration, a restore, or git brought it; the way
        back is named.
    """
    for recorded in events:
        event = recorded.event
        if event.data.get("via") == "git" and event.kind.startswith(("document.", "milestone.")):
            raise _refused(events[0].seq, "what git brought", ["git log --oneline"], "git_brought_it")
        found = next((way for kind, way in WAYS.items() if event.kind.startswith(kind)), None)
        if found is None and recorded.session and not ctx.in_run:
            found, event = WAYS["run."], next((r.event for r in events if r.event.task), event)
        if found is not None:
            way = [step.replace("SEQ", str(events[0].seq - 1)) for step in found[1](event)]
            raise _refused(events[0].seq, found[0], way, "own_way_back")


def _refused(seq: int, what: str, way: list[str], code: str) -> errors.Refused:
    return errors.Refused(
        f"Change {seq} is not taken back by undo: it is {what}.",
        why="that has its own way back",
        next=way,
        code=code,
    )
