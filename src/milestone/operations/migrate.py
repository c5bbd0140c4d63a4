"""Move a project from one store to another while it is in use, and back again."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import cast

import msgspec

from milestone import clock, errors
from milestone.domain.context import Context
from milestone.domain.document import Event
from milestone.failpoint import reach
from milestone.operations import backup, beside, joining
from milestone.storage import BACKENDS, disk, located, locks, recommended
from milestone.storage.base import Store, Txn
from milestone.storage.located import Location
from milestone.storage.moving import copied, foreign, journal
from milestone.storage.moving.journal import Move
from milestone.storage.moving.recorded import recorded
from milestone.storage.moving.switch import switch
from milestone.storage.moving.walk import Pace, Tell, Walk
from milestone.workspace.base import Decide, Workspace
from milestone.workspace.following import FollowingStore, take_back

NAMES = {"database": "sqlite", "postgresql": "postgres"}
ROOM = 3  # times the size of the store that must be free


def migrate(
    workspace: Workspace, to: str, dsn: str | None = None, *, tell: Tell | None = None, pace: Pace | None = None
) -> Move:
    """Return the move to a backend; one that was broken off is gone on with, one that is done is told again.

    `dsn`: `env:NAME`, or an address without password; None for the configured one. `tell` hears of the progress.

    Raises:
        InvalidRequest: there is no such backend.
        Refused: the target holds something else, or there is no room; the project stays where it is.
        Busy: somebody else migrates, or there was no moment for the change; it goes on with the next call.
        NotWritable, Refused: no backup could be made before; the project stays where it is.
    """
    wanted = backend(to)
    with _mover(workspace) as mover:
        mover.go_on()
        here = mover.store.location
        if (here.backend, here.dsn) == (wanted, dsn):
            return mover.known or Move(source=here, target=here, state="moved", begun=mover.now)
        return mover.move(mover.to(wanted, dsn), tell, pace)


def rollback(workspace: Workspace, *, tell: Tell | None = None, pace: Pace | None = None) -> Move:
    """Return the move back to where the project was, with all that was written since; a new epoch begins.

    Raises:
        Refused: there is nothing to go back to.
        Busy: somebody else migrates, or there was no moment for the change.
    """
    with _mover(workspace) as mover:
        known = mover.known
        if known is not None and known.state == "moving" and not mover.is_there(known):
            if not known.is_rollback:
                return mover.give_up(known)
            return mover.move(known.target, tell, pace, epoch=known.epoch)
        mover.go_on()
        if known is not None and known.state == "moving" and known.is_rollback:
            assert mover.known is not None
            return mover.known
        known = mover.known
        if known is None or known.state != "moved":
            raise errors.Refused(
                "There is no migration to take back.",
                next=["milestone migrate --status", "milestone migrate --to BACKEND"],
                code="nothing_to_roll_back",
            )
        target = mover.to(known.source.backend, known.source.dsn)
        return mover.move(target, tell, pace, epoch=os.urandom(4).hex())


def status(workspace: Workspace) -> Move:
    """Return the last move, or where the project is when it never moved."""
    known, here = journal.read(workspace.root), where(workspace)
    if known is not None:
        return known
    with workspace.reading() as reading:
        seq = reading.seq
    return Move(source=here, target=here, state="none", begun="", moved=seq, total=seq)


@contextmanager
def _mover(workspace: Workspace) -> Iterator["_Mover"]:
    store = _following(workspace)
    local = workspace.root / "local"
    local.mkdir(parents=True, exist_ok=True)
    with locks.sole(str(local), "migrate.lock", "migrates this project"), ExitStack() as held:
        yield _Mover(workspace, store, held)


def _following(workspace: Workspace) -> FollowingStore:
    assert isinstance(workspace.store, FollowingStore)  # whatever a door opens is one
    return workspace.store


def recommend(workspace: Workspace, backend: str) -> None:
    """Recommend a backend to every clone of the project, in a file that git shares.

    Raises:
        NotWritable: the disk refused; what was recommended stays.
    """
    with disk.telling(recommended.NAME):
        recommended.write(workspace.root, backend)


def backend(word: str) -> str:
    """Return the backend a word means.

    Raises:
        InvalidRequest: there is no such backend.
    """
    name = NAMES.get(word, word)
    if name not in BACKENDS:
        known = [*BACKENDS, *NAMES]
        raise errors.InvalidRequest(
            f"There is no backend {word}.",
            next=[f"milestone migrate --to {each}" for each in BACKENDS],
            candidates=known,
        )
    return name


def _check_room(root: Path) -> None:
    """Refuse where a second copy of the store would fill the disk.

    Raises:
        Refused: saying how much is needed.
    """
    folders = [root / "logs" / "events", root / "database", root / "active", root / "completed"]
    size = sum(path.stat().st_size for folder in folders if folder.is_dir() for path in folder.iterdir())
    free = shutil.disk_usage(root).free
    if free < ROOM * size:
        raise errors.Refused(
            "There is no room for a second copy of the store.",
            why=f"{ROOM * size // 1_000_000 + 1} MB are needed in {root}, {free // 1_000_000} MB are free",
            next=["Make room, then try again."],
            code="no_room",
        )


def where(workspace: Workspace) -> Location:
    """Return where the project is kept."""
    return _following(workspace).find()


class _Mover:
    """Whoever holds the one right to migrate this clone."""

    def __init__(self, workspace: Workspace, store: FollowingStore, held: ExitStack) -> None:
        self.workspace = workspace
        self.store = store
        self.known = journal.read(workspace.root)
        self._held = held

    def opened(self, location: Location) -> Store:
        """Return a store, whatever the project uses; it is closed at the end."""
        store = self.store.open_at(location)
        self._held.callback(store.close)
        return store

    @property
    def now(self) -> str:
        return clock.format_moment(self.workspace.clock.now())

    def to(self, backend: str, dsn: str | None) -> Location:
        """Return the next place of the project."""
        root = self.workspace.root
        location = Location(backend, dsn, 0, located.place_of(root))
        with recorded(self.opened(location)) as reading:
            left = located.decode(reading.moved_to).move if reading.moved_to else 0
        return location._replace(move=max(self.store.location.move, left) + 1)

    def is_there(self, move: Move) -> bool:
        """Tell whether the project is where a move leads."""
        return self.store.find().move >= move.target.move

    def go_on(self) -> None:
        """Finish a move that was killed after the one write that counts."""
        known = self.known
        if known is not None and known.state == "moving" and self.is_there(known):
            self.known = self.finish(known)

    def give_up(self, known: Move) -> Move:
        """Forget a move that changed nothing yet; what the target has of it is the beginning of this store."""
        done = msgspec.structs.replace(known, state="given up")
        journal.keep(self.workspace.root, done)
        journal.note(self.workspace.root, self.now, done, "given up")
        return done

    def move(self, target: Location, tell: Tell | None, pace: Pace | None, epoch: str | None = None) -> Move:
        """Copy, compare and change over; everything is remembered so that any process can go on."""
        root, source = self.workspace.root, self.store.location
        if target.is_files:
            beside.check_may_be_files(self.workspace)
        move = Move(source=source, target=target, begun=self.now, epoch=epoch)
        there = self.opened(target)
        _check_room(root)
        if epoch is None and joining.may_join(cast(Store, self.store), there, move):
            return joining.join(self.workspace, self.store, self.opened(source), move, self.now)
        if not (source.is_files and target.is_files):
            foreign.check(cast(Store, self.store), there)
        beside.bring(self.workspace)  # what people typed belongs to what is moved
        saved = self._saved(target)
        with self.workspace.reading() as reading:
            move = msgspec.structs.replace(move, total=reading.seq, backup=saved)
        journal.keep(root, move)
        journal.note(root, self.now, move, "begun", events=move.total, epoch=epoch)
        reach("moving.begun")
        here = self.opened(source)
        address = located.encode(target)
        if source.is_files and target.is_files:
            mark = switch(here, address, pace=pace)
        else:
            mark = Walk(here, there, pace=pace, tell=tell).run(address, epoch=epoch)
        return self.finish(msgspec.structs.replace(move, moved=mark.seq, total=mark.seq))

    def _saved(self, target: Location) -> str:
        """Return the backup made before a move; one that is gone on with has its own already.

        Raises:
            Refused, NotWritable: it could not be made, so nothing is moved.
        """
        known = self.known
        if known is not None and known.state == "moving" and known.target == target and known.backup:
            return known.backup
        # The next due one is proven: the store that is left stays as it is, and is the nearer way back.
        return backup.create(self.workspace, kind="before-migration", prove=False).manifest.id

    def finish(self, move: Move) -> Move:
        """Do what follows the one write that counts; every step may have been done already."""
        root = self.workspace.root
        self.store.settle(move.target)
        reach("moving.noted")
        there = self.opened(move.target)
        with recorded(there) as reading:
            seq, left, epoch = reading.seq, reading.moved_to, reading.epoch
        if move.epoch not in (None, epoch) and move.source.is_files and move.target.is_files:
            there.receive([], epoch=move.epoch or epoch)
        if left is not None or (move.target.is_files and not move.source.is_files):
            take_back(there)
        reach("moving.cleared")
        if move.source.is_files and not move.target.is_files:
            with suppress(OSError):  # a sync finds the same out, file by file
                left_files = self.opened(move.source)
                with recorded(left_files) as reading:
                    copied.keep(str(root), left_files, reading.mark)
        self.workspace.write(_told(move), operation=f"migrated/{move.target.move}/{move.begun}")
        reach("moving.recorded")
        state = "back" if move.is_rollback else "moved"
        done = msgspec.structs.replace(move, state=state, moved=move.moved or seq, total=move.total or seq)
        journal.keep(root, done)
        journal.note(root, self.now, done, state, events=done.moved)
        return done


def _told(move: Move) -> Decide:
    def decide(_txn: Txn, _ctx: Context) -> list[Event]:
        return [Event(kind="store.migrated", document="project", uid="project", data={"to": move.target.backend})]

    return decide
