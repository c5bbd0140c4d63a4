"""Random histories of a few clones, and what must be true of them when all have met.

Each value written is a word of its own, so what became of it can be told: it stands, somebody who had seen it
wrote another, or it lies among the conflicts.
"""

import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sharing.clones import ENVIRONMENT, a_project, cloned
from sharing.ledger import Ledger
from sharing.peers import BY_HAND, Peer
from sharing.promises import Promises

NAMES = ("ana", "ben", "cyn", "dan")
STYLES = ("merge", "diff3", "zdiff3")


class History(Promises):
    """One project, its clones, and the dice."""

    def __init__(
        self, folder: Path, seed: int, *, driver: bool, command: str | None = None, dsn: str | None = None
    ) -> None:
        self.dice = random.Random(seed)
        self.driver = driver
        self.rewritten = False
        self.ledger = Ledger()
        self.told: list[str] = []
        first = a_project(folder / "c0")
        for name, kept_in in zip(NAMES, self._kinds(dsn), strict=False):
            place = first if name == NAMES[0] else cloned(first, folder / name, name)
            peer = Peer(place.folder, name, kept_in=kept_in, dsn=dsn or "")
            self.peers = [*getattr(self, "peers", []), peer]
            self._enter(peer, command)
        self._begin()

    def _kinds(self, dsn: str | None) -> list[str]:
        """Return where each clone keeps its records: where there are three, the last is worked on by hand."""
        database = "postgres" if dsn else self.dice.choice(["sqlite", "file"])
        few = ["file", database]
        return self.dice.choice([few, [*few, BY_HAND], [*few, "file", BY_HAND]])

    def _enter(self, peer: Peer, command: str | None) -> None:
        """Give a clone its configuration: the driver, another one in its place, or none."""
        peer.git("config", "merge.conflictStyle", self.dice.choice(STYLES))
        if peer.by_hand or not self.driver:
            (peer.root / "local").mkdir(exist_ok=True)
            (peer.root / "local" / "merge-driver").write_text("left out\n")
            peer.git("config", "--remove-section", "merge.milestone", ok=False)
        if not peer.by_hand and (self.driver or peer.has_database):
            peer.settle(commit=False)
        if command is not None and self.driver and not peer.by_hand:
            peer.git("config", "merge.milestone.driver", f"{sys.executable} {command} %O %A %B %P %L")

    def _begin(self) -> None:
        for _ in range(3):
            self.create(self.peers[0])
        self.peers[0].commit("start")
        for peer in self.peers[1:]:
            peer.git("pull", "-q", "--ff-only", str(self.peers[0].folder), "main")
            if peer.has_database:
                peer.settle(commit=False)

    def run(self, steps: int) -> None:
        records = [self.change] * 8 + [self.create] * 4 + [self.label, self.comment] + [self.add_task] * 4
        records += [self.finish] * 2 + [self.depend] * 3 + [self.archive]
        with_git = [self.commit] * 3 + [self.pull] * 5 + [self.branch] * 2
        with_git += [self.stash, self.rebase, self.old_commit]
        for _ in range(steps):
            act: Callable[[Peer], None] = self.dice.choice(records if self.dice.random() < 0.65 else with_git)
            peer = self.dice.choice(self.peers)
            self.told.append(f"{peer.name} {act.__name__}")
            act(peer)
        self.meet()

    def meet(self) -> None:
        """Bring all clones to one commit, in random order."""
        for peer in self.peers:
            self.told.append(f"{peer.name} ends")
            self.unstash(peer)
            self.back(peer)
            if peer.owes():
                peer.settle()
            peer.commit("ends")
        order = self.dice.sample(self.peers, len(self.peers))
        collector = next(peer for peer in order if not peer.by_hand)
        for peer in order:
            if peer is not collector:
                self._collect(collector, peer)
        collector.commit("rest")
        collector.settle()
        for peer in self.peers:
            if peer is not collector:
                peer.git("checkout", "-q", "-B", "main")
                peer.git("pull", "-q", "--ff-only", str(collector.folder), "main")
                if not peer.by_hand:
                    peer.settle(commit=False)

    def _collect(self, collector: Peer, peer: Peer) -> None:
        for head in peer.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split():
            self.told.append(f"{collector.name} collects {peer.name} {head}")
            collector.git("pull", "-q", "--no-rebase", str(peer.folder), head, ok=False)
            self.hold_driver(collector)
            collector.settle()

    def hold(self, so: bool, otherwise: str) -> None:
        assert so, otherwise + "\n" + "\n".join(self.told[-40:])


def play(
    folder: Path,
    seed: int,
    *,
    driver: bool,
    steps: int = 30,
    command: str | None = None,
    dsn: str | None = None,
) -> History:
    """Play one history to its end and check it; `command` is a script git runs in place of our driver.

    With the address of an empty store in PostgreSQL one clone keeps its records there.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with _environment():
        history = History(folder, seed, driver=driver, command=command, dsn=dsn)
        history.run(steps)
        history.check()
    return history


@contextmanager
def _environment() -> Iterator[None]:
    """Let what `sync` asks git, too, depend on nothing of this machine."""
    before = dict(os.environ)
    os.environ.update(ENVIRONMENT)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
