"""The end of a run: how everything stands, people's tasks one by one, and the offer to merge."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from milestone import errors
from milestone.domain.context import Context
from milestone.domain.decide import session as of_session
from milestone.domain.decide import task as of_task
from milestone.domain.document import Document, Event
from milestone.engine import apart, surroundings
from milestone.engine.attempt import find_session
from milestone.engine.setup import Setup
from milestone.integrations.git import merging
from milestone.integrations.git.command import GitFailed
from milestone.operations import presences, run_report, running
from milestone.operations.executing import Execution, save
from milestone.storage.base import Txn
from milestone.workspace.base import Workspace


class Asking(Protocol):
    """What a door offers here: a person who can be asked."""

    @property
    def terminal(self) -> bool: ...

    @property
    def workspace(self) -> Workspace: ...

    def ask(self, question: str, default: str | None, flag: str) -> str: ...

    def note(self, text: str) -> None: ...


def views(
    workspace: Workspace, setup: Setup, uids: Sequence[str], ended: Mapping[str, Document | None]
) -> list[dict[str, Any]]:
    """Return the `run` value of every milestone, also of one that had nothing to do."""
    with workspace.reading() as reading:
        ctx = workspace.context(reading)
        found = []
        for uid in uids:
            document = reading.load("milestone", uid)
            session = ended.get(uid) or _last(list(reading.find("session")), uid) or _none(uid)
            if document is not None:
                found.append(run_report.view(setup, session, document, ctx, apart.others(reading, ctx, uid)))
        return found


def asks_people(door: Asking, execution: Execution, setup: Setup) -> bool:
    """Offer people's tasks one by one at a terminal; True when one was done, so that the run goes on."""
    if not door.terminal:
        return False
    changed = False
    sessions = [s for s in execution.sessions() if s.body.get("state") == "waiting"]
    for view in views(door.workspace, setup, [s.body["holds"][0] for s in sessions], _by_uid(sessions)):
        for each in (w for w in view["waiting_for"] if w["kind"] == "task"):
            reply = door.ask(f"{each['ref']} {each['text']}: done, skip or quit?", "skip", "milestone task done")
            if reply.casefold() in ("q", "quit"):
                return changed
            if reply.casefold() in ("d", "done", "y", "yes"):
                _done(door, each["ref"])
                changed = True
    if changed:
        for session in sessions:
            _goes_on(door.workspace, str(session.body["id"]))
    return changed


def merge(door: Asking, workspace: Workspace, setup: Setup, view: dict[str, Any]) -> str | None:
    """Return a sentence about the merge into the base: made, offered, or why not. None while tasks are open."""
    if setup.repository is None or not view.get("branch") or run_report.exit_code(view) != run_report.COMPLETED:
        return None
    wish = str(workspace.settings.get("git.merge") or "offer")
    if wish == "none":
        return f"The work is on {view['branch']}."
    with workspace.reading() as reading:
        session = find_session(reading, str(view["session"]))
    base = session.body.get("base_branch") if session else None
    why = merging.obstacle(setup.repository, str(view["milestone"]), base)
    if why is not None:
        return None if "everything already" in why else f"The work is on {view['branch']}. Not merged:\n  {why}"
    if wish != "auto" and not _agrees(door, str(view["branch"]), str(base)):
        return f"The work is on {view['branch']}. To take it:\n  git merge --ff-only {view['branch']}"
    try:
        merging.merge(setup.repository, str(view["milestone"]))
    except GitFailed as failed:
        return f"The work is on {view['branch']}. Not merged: {failed.reason}"
    _merged(workspace, str(view["session"]), str(view["branch"]), str(base))
    return f"{view['branch']} is merged into {base}."


def save_sessions(workspace: Workspace, documents: Sequence[Document]) -> list[dict[str, Any]]:
    """Save the running session of each milestone, else the present context; nothing is started.

    Raises:
        SessionNotFound: there is none, and nothing to keep a context of.
    """
    with workspace.reading() as reading:
        epoch, sessions = reading.epoch, list(reading.find("session"))
    ledger, setup = running.ledger_of(workspace), running.setup_of(workspace, epoch)
    saved = []
    for document in documents:
        session = _last(sessions, document.uid)
        name = str(session.body["id"]) if session else _context_only(workspace, setup, document)
        if session is not None:
            save(ledger, setup, name)
        saved.append({"session": name, "milestone": document.body["id"], "state": "saved", "tasks": []})
    return saved


def _context_only(workspace: Workspace, setup: Setup, document: Document) -> str:
    """Keep the present context in a session that never ran; the next `execute` goes on with it."""
    names: list[str] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        request = of_session.StartSession(
            milestone=document,
            agents=1,
            coordination="flat",
            mode="unset",
            owner=presences.of(workspace).mine(),
        )
        started = of_session.start(list(txn.find("session")), request, ctx)[0]
        body = started.data["body"]
        names.append(str(body["id"]))
        begun = Document(kind="session", uid=started.uid, revision=1, body={**body, "state": "running"})
        context = dict(surroundings.of(setup, begun, document, ctx))
        stopped = of_session.event(begun, "session.interrupted", reason="saved by hand")
        return [started, of_session.event(begun, "session.saved", context=context), stopped]

    workspace.write(decide)
    return names[-1]


def _agrees(door: Asking, branch: str, base: str) -> bool:
    if not door.terminal:
        return False
    return door.ask(f"Merge {branch} into {base}?", "yes", "git.merge: auto").casefold() in ("y", "yes")


def _merged(workspace: Workspace, session: str, branch: str, into: str) -> None:
    def decide(txn: Txn, _ctx: Context) -> list[Event]:
        known = find_session(txn, session)
        return [of_session.event(known, "branch.merged", branch=branch, into=into)] if known else []

    running.ledger_of(workspace).write(session, decide)


def _done(door: Asking, ref: str) -> None:
    name = ref.rpartition("/")[2]
    with door.workspace.reading() as reading:
        uid = next(d.uid for d in reading.find("milestone") if str(d.body.get("id")) == ref.partition("/")[0])

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        document = txn.load("milestone", uid)
        return of_task.complete(document, of_task.CompleteTask(task=name), ctx) if document else []

    try:
        door.workspace.write(decide)
    except errors.MilestoneError as refused:
        door.note(f"{refused.message}: {refused.why}")


def _goes_on(workspace: Workspace, session: str) -> None:
    def decide(txn: Txn, _ctx: Context) -> list[Event]:
        known = find_session(txn, session)
        return of_session.resume(known, presences.of(workspace).mine(), {}) if known else []

    running.ledger_of(workspace).write(session, decide)


def _by_uid(sessions: Sequence[Document]) -> dict[str, Document | None]:
    return {s.body["holds"][0]: s for s in sessions}


def _last(sessions: Sequence[Document], uid: str) -> Document | None:
    of_it = [s for s in sessions if uid in (s.body.get("holds") or ())]
    return max(of_it, key=lambda s: str(s.body.get("started")), default=None)


def _none(uid: str) -> Document:
    """A session that never was, for a milestone in which nothing was left to do."""
    return Document(kind="session", uid=uid, revision=0, body={"id": None, "state": "ended", "tasks": {}})
