"""What the backends with a log and YAML files have in common; they differ in where the summary is kept."""

import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from milestone import clock, errors, registry
from milestone.domain.document import Actor
from milestone.storage import disk, located, locks, summary_file
from milestone.storage.base import Evolve, Mark, Protect, Stamp, Summarise, Warning
from milestone.storage.moment import Moment
from milestone.storage.place import Place, check_inside
from milestone.storage.summary_file import Summary
from milestone.storage.summary_writing import SummaryWriter
from milestone.storage.transaction import ADOPT, FileAlone, FileTxn, known_epoch, reconcile

M = TypeVar("M", bound=Moment)
VERIFY = "milestone.storage.verifying:verify"
RECEIVE = "milestone.storage.receiving:receive"  # only a migration and a restore need it
RECEIVING = 10.0  # seconds to wait for the right to write
TRIES = 20  # a reading that a writer overtakes begins again
READER = Actor(name="reader", kind="service")


class LoggedStore:
    """Records under one `.milestones/`: a log, and YAML files that people and git may change."""

    keeper: type[SummaryWriter] = SummaryWriter

    def __init__(
        self, root: Path, *, evolve: Evolve, summarise: Summarise, protect: Protect | None = None
    ) -> None:
        self.place = Place(root)
        self.protect = protect
        self.evolve = evolve
        self.summarise = summarise

    @contextmanager
    def reading(self) -> Iterator[Moment]:
        moment = self._moment()
        for _ in range(TRIES):
            if moment is not None:
                break
            time.sleep(0.002)
            moment = self._moment()
        yield moment or self.opened(Moment)

    @contextmanager
    def recorded(self) -> Iterator[Moment]:
        """Open what is recorded, without the edits by hand that a reading shows on top."""
        moment = self.opened(Moment)
        moment.epoch = moment.epoch or known_epoch(self.place)
        moment.catch_up()
        yield moment

    @contextmanager
    def transaction(self, stamp: Stamp, *, timeout: float = 10.0) -> Iterator[FileTxn]:
        check_inside(self.place.root)
        with disk.telling(self.place.root):
            self.place.make()
        with locks.commit_turn(self.place.local, timeout):
            _check_here(self.place.root)
            txn = self.opened(FileTxn)
            txn.protect = self.protect
            with disk.telling(self.place.root):
                txn.begin(stamp)
            yield txn
            txn.finish()

    def receive(self, lines: Sequence[bytes], *, epoch: str) -> Mark:
        check_inside(self.place.root)
        with disk.telling(self.place.root):
            self.place.make()
            in_use = located.read(self.place.root).is_files
            with (locks.commit_turn if in_use else locks.receiving)(self.place.local, RECEIVING):
                mark: Mark = registry.load(RECEIVE)(self.opened(FileTxn), lines, epoch)
                return mark

    @contextmanager
    def alone(self, *, limit: float) -> Iterator[FileAlone]:
        check_inside(self.place.root)
        with disk.telling(self.place.root):
            self.place.make()
        with locks.alone(self.place.local, limit):
            alone = self.opened(FileAlone)
            with disk.telling(self.place.root):
                alone.recover().save(alone)
                yield alone
                alone.finish_alone()

    def verify(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = registry.load(VERIFY)(self.place, self.evolve)
        return found

    def close(self) -> None:
        """Keep nothing open."""

    def known_files(self) -> Mapping[str, str]:
        """Return the uid of the record in each file, as last written or adopted."""
        owners = self.opened(Moment).owners()
        return {path: uid for path, (kind, uid) in owners.items() if kind == "milestone"}

    @abstractmethod
    def summary(self) -> Summary:
        """Return the summary as last sealed; an empty one where none is sound: the log says it all."""

    def glance(self) -> Summary:
        """Return the same for a reader, who leaves it as it is."""
        return self.summary()

    def opened(self, kind: type[M]) -> M:
        """Return a moment as the summary says it."""
        moment = kind(
            self.place, self.summary() if issubclass(kind, FileTxn) else self.glance(), self.evolve, self.summarise
        )
        if isinstance(moment, FileTxn):
            moment.keeper = self.keeper
        return moment

    def _moment(self) -> Moment | None:
        """Return what the store says now, with unrecorded edits on top; None when a writer moved on meanwhile."""
        moment = self.opened(Moment)
        moment.epoch = moment.epoch or known_epoch(self.place)
        moment.catch_up()
        for key, redo in moment.redo.items():
            reconcile(moment, key, redo)
        root = self.place.root
        found = summary_file.scan(root)
        ours = {path for redo in moment.redo.values() for path in (redo.path, *redo.left) if path}
        changed = [path for path in summary_file.changed(root, moment.summary, found) if path not in ours]
        moment.warnings = [msgspec.convert(told, Warning) for told in moment.summary.warnings]
        if changed:
            stamp = Stamp(actor=READER, at=clock.format_moment(clock.clock_from_environment().now()))
            taken = registry.load(ADOPT)(moment, stamp, found, changed)
            moment.unrecorded = taken.adopted
            moment.staged = []  # shown, not recorded
            known = [told for told in moment.warnings if told.path not in changed]
            moment.warnings = [*known, *taken.unreadable.values(), *taken.warnings]
        return moment if self.place.log.ends_at(moment.head) else None


def _check_here(root: str) -> None:
    """Refuse to write where nobody reads any more; asked while holding the gate, so it stays true."""
    location = located.read(root)
    if not location.is_files:
        raise errors.StoreMoved(
            f"The store was moved to {location.backend}.", why="its files are a copy now", next=["Try again."]
        )
