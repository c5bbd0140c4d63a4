"""Command lines that came with a clone are shown and confirmed before they run, once per content (R-EXEC-14)."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from milestone import errors
from milestone.domain.commands import Command, brought
from milestone.domain.decide import rules
from milestone.domain.document import Event
from milestone.integrations.git import repository
from milestone.integrations.git.foreign import Outside
from milestone.storage import located
from milestone.storage.git_text import is_unpacked
from milestone.uids import uid_from_name
from milestone.workspace import trusted
from milestone.workspace.base import Workspace

FLAG = "--trust-commands"
OWN = ("environment", "user", "flag")  # layers of settings that lie outside the project


def require(workspace: Workspace, commands: Iterable[Command], trust: bool | None = None) -> None:
    """Let pass what was typed in this clone or confirmed here; ask about the rest where a person can be asked.

    `trust` confirms without asking; None: as the command line says.

    Raises:
        Waiting: somebody has to confirm lines that came from outside; each is listed.
        NeedsAPerson: an agent confirms, or a process of a run.
    """
    new = unknown(workspace, commands)
    if not new:
        return
    if (workspace.trust if trust is None else trust) or (workspace.asks is not None and workspace.asks(new)):
        confirm(workspace, new)
    else:
        raise _waits(new)


def unknown(workspace: Workspace, commands: Iterable[Command]) -> list[Command]:
    """Return the lines that nobody typed or confirmed in this clone, each once."""
    by_text = {command.text: command for command in commands if command.text.strip()}
    new = _left(workspace, by_text)
    if any(command.file is None for command in new):
        workspace.write_apart(lambda _txn, _ctx: [])  # what was typed by hand is known once it is taken in
        new = _not_shared(workspace, _left(workspace, {command.text: command for command in new}))
    return [command for command in new if command.file is None or _is_from_outside(workspace.root, command)]


def confirm(workspace: Workspace, commands: Sequence[Command]) -> None:
    """Remember that these lines may run in this clone, and record who said so.

    Raises:
        NeedsAPerson: the actor is an agent, or this process was started by a run.
    """
    if workspace.actor.kind == "agent" or workspace.in_run:
        raise errors.NeedsAPerson(
            f"Commands that came from outside are confirmed by a person (you act as {workspace.actor.name}).",
            why="an agent would confirm what it was handed",
            hint="a person does it once, then everybody of this clone may go on",
            findings=_findings(commands),
        )
    lines = [command.text for command in commands]
    workspace.trusts |= set(lines)
    trusted.keep(workspace.root, lines)
    digests = [trusted.digest(line) for line in lines]
    event = Event(
        kind="commands.trusted", document="project", uid=uid_from_name("project"), data={"digests": digests}
    )
    workspace.write_apart(lambda _txn, _ctx: [event])


def judge_of(workspace: Workspace) -> Callable[[str], bool]:
    """Return what says, at the moment a line is to run, whether it may: it may have changed since it was asked."""

    def may_run(line: str) -> bool:
        return line in workspace.trusts or bool(trusted.known(workspace.root, [line]))

    return may_run


def _not_shared(workspace: Workspace, commands: list[Command]) -> list[Command]:
    """Return the lines that no command of another clone of the same database brought either."""
    ours = [command for command in commands if command.file is None]
    if not ours or not _is_our_database(workspace):
        return commands
    wanted = {command.text for command in ours}
    found: set[str] = set()
    with workspace.reading() as reading:
        for recorded in reading.events():
            if not recorded.event.data.get("via"):
                found |= brought(recorded.event) & wanted
    if found:
        trusted.keep(workspace.root, found)
    return [command for command in commands if command.file is not None or command.text not in found]


def _is_our_database(workspace: Workspace) -> bool:
    """Tell whether the records lie in a database whose address was given here, and came by no git or archive."""
    root = workspace.root
    location = located.read(root)
    note = root / "local" / "backend.json"
    if location.backend != "postgres" or is_unpacked(str(note)):
        return False
    found = repository.find(root)
    if found is not None and found.tracks(note):
        return False
    said = workspace.settings.origin("backend.dsn")
    return location.dsn is not None or "MILESTONE_DSN" in os.environ or bool(said and said.source in OWN)


def _left(workspace: Workspace, by_text: dict[str, Command]) -> list[Command]:
    known = trusted.known(workspace.root, by_text) | workspace.trusts
    return [command for text, command in by_text.items() if text not in known]


def _is_from_outside(root: Path, command: Command) -> bool:
    """Tell whether a line of a settings file was unpacked with it, or stands there in git from somebody else."""
    if is_unpacked(str(command.file)):
        return True
    outside = Outside(root)
    return any(outside.has_part(part) for part in (command.text, *command.parts))


def _waits(commands: Sequence[Command]) -> errors.Waiting:
    count = f"{len(commands)} commands" if len(commands) > 1 else "a command"
    return errors.Waiting(
        f"Nobody has confirmed {count} that came from outside this clone.",
        why="what came by git or in an archive runs only after somebody has read it",
        hint=f"Read them, then repeat the call with {FLAG}.",
        next=[f"milestone … {FLAG}"],
        code="untrusted_commands",
        findings=_findings(commands),
        waiting_for=[{"kind": "confirmation", "ref": each.where, "who": None, "since": None} for each in commands],
    )


def _findings(commands: Sequence[Command]) -> list[rules.Finding]:
    return [rules.finding("untrusted_command", each.text, path=each.where) for each in commands]
