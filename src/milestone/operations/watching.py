"""Follow what a run records and let the roles answer: the host writes their answers, everybody reads them."""

from collections.abc import Callable, Iterable
from pathlib import Path

from milestone.agents.roles import ROLES
from milestone.agents.roles.base import Role, Said, View
from milestone.domain.context import Context
from milestone.domain.document import Document, Event, Recorded
from milestone.engine import attempt as attempts
from milestone.engine import surroundings
from milestone.engine.ledger import SharedLedger, look
from milestone.engine.setup import Setup
from milestone.registry import load
from milestone.storage.base import Reading, Txn

Tell = Callable[[Said], None]


class Watch:
    """Events since a position, handed to every role that hears them."""

    def __init__(
        self, ledger: SharedLedger, setup: Setup, sessions: Iterable[str], tell: Tell, after: int
    ) -> None:
        self.seq = after
        self.sessions = set(sessions)
        self._ledger = ledger
        self._setup = setup
        self._tell = tell
        self._roles: list[Role] = [load(target)() for target in ROLES.values()]

    def look(self, *, writes: bool) -> None:
        """Hear what is new. With `writes` the roles' answers are recorded, once for each event and role."""
        views, self.seq = look(self._ledger, self._new)
        for view in views:
            for role in self._roles:
                if view.event.kind in role.hears:
                    self._answer(role, view, writes)
        if writes and self._setup.copies:
            for session in {str(view.session.body["id"]): view.session for view in views}.values():
                project(self._setup.root, session)

    def _new(self, reading: Reading) -> tuple[list[View], int]:
        if reading.seq == self.seq:
            return [], self.seq
        return self._views(reading, self._ledger.context(reading)), reading.seq

    def _views(self, reading: Reading, ctx: Context) -> list[View]:
        known = [s for s in reading.find("session") if s.body.get("id") in self.sessions]
        views = []
        for recorded in reading.events(after=self.seq):
            for session in known:
                document = attempts.milestone_of(reading, session)
                if document is not None and _concerns(recorded, session):
                    views.append(self._view(recorded, session, document, ctx))
        return views

    def _view(self, recorded: Recorded, session: Document, document: Document, ctx: Context) -> View:
        return View(
            recorded=recorded,
            session=session,
            milestone=document,
            ctx=ctx,
            surroundings=lambda: surroundings.of(self._setup, session, document, ctx),
        )

    def _answer(self, role: Role, view: View, writes: bool) -> None:
        answer = role.react(view)
        name = str(view.session.body["id"])
        for line in answer.lines:
            self._tell(line)
        if not writes:
            return
        if answer.journal and self._setup.copies:
            _append(self._setup.root / "sessions" / f"{name}.log", answer.journal)
        if answer.events:
            self._record(role, view, name, answer.events)

    def _record(self, role: Role, view: View, session: str, events: tuple[Event, ...]) -> None:
        def decide(_txn: Txn, _ctx: Context) -> list[Event]:
            return list(events)

        operation = f"{self._setup.epoch}/role/{role.name}/{session}/{view.recorded.seq}"
        self._ledger.write(session, decide, operation=operation)


def project(root: Path, session: Document) -> None:
    """Write a session as YAML into `sessions/`: a copy for people, deleted and edited without effect."""
    write = load("milestone.storage.yaml_emit:emit")
    text = write({key: value for key, value in session.body.items() if value is not None})
    folder = root / "sessions"
    folder.mkdir(exist_ok=True)
    name = f"{session.body['id']}.yaml"
    half = folder / f".{name}"
    half.write_text(f"# A copy for reading; the log has the record.\n{text}", encoding="utf-8")
    half.replace(folder / name)
    latest = folder / "session-current.yaml"
    if not (latest.is_symlink() and latest.readlink() == Path(name)):
        latest.unlink(missing_ok=True)
        latest.symlink_to(name)


def _concerns(recorded: Recorded, session: Document) -> bool:
    if recorded.event.uid == session.uid:
        return True
    return recorded.event.document == "milestone" and recorded.event.uid in (session.body.get("holds") or ())


def _append(path: Path, lines: tuple[str, ...]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
