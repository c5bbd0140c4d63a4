"""Random histories of a few clones, and what must be true of them when all have met.

Each value written is a word of its own, so what became of it can be told: it stands, somebody who had seen it
wrote another, or it lies among the conflicts.
"""

import random
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from milestone.domain import conflicts, needs, vocabulary
from milestone.domain.context import Context
from milestone.domain.decide import creation, task_fields
from milestone.domain.document import Body, Document, Event
from milestone.errors import MilestoneError
from milestone.operations import task as task_operation
from milestone.operations.sync import SyncRequest, sync
from milestone.storage import record_files, versions
from sharing.clones import Clone, a_project, cloned, unmerged

FIELDS = ("title", "description", "owner", "category")
Key = tuple[str, str]  # uid, field


class Ledger:
    """What was acknowledged to anybody."""

    def __init__(self) -> None:
        self.written: dict[Key, dict[str, set[str]]] = {}  # value -> the values its writer had seen there
        self.labels: dict[str, set[str]] = {}
        self.tasks: dict[str, set[str]] = {}
        self.done: set[tuple[str, str]] = set()
        self.needs: set[tuple[str, str]] = set()
        self.archived: set[str] = set()

    def wrote(self, key: Key, value: str, seen: set[str]) -> None:
        self.written.setdefault(key, {})[value] = {each for each in seen if each != value}

    def superseded(self, key: Key) -> set[str]:
        """Return the values that somebody who had seen them replaced."""
        return {old for seen in self.written.get(key, {}).values() for old in seen}


class Peer(Clone):
    """A clone in a history; `by_hand` runs no command ever."""

    by_hand = False
    followed = 0

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self.events: list[int] = []

    def bodies(self) -> dict[str, Body]:
        """Return the live records by uid, as this clone shows them."""
        if self.by_hand:
            return {version.uid: version.body for _, version in self.files()}
        with self.workspace().reading() as reading:
            return {document.uid: document.body for document in reading.find("milestone")}

    def files(self) -> list[tuple[str, versions.Version]]:
        """Return the records in sound files, by path."""
        texts, _ = record_files.read(str(self.root))
        found = []
        for path, text in texts.items():
            if not versions.needs_settling(text):
                found += [(path, version) for version in versions.read(text, path)]
        return found

    def settle(self, *, commit: bool = True) -> None:
        wanted = SyncRequest(commit=commit, here=True, accept_removals=True)
        sync(self.workspace(), wanted)
        self.follow()

    def follow(self) -> None:
        """Read on where the last reading ended, as `log --since` does."""
        with self.workspace().reading() as reading:
            self.events += [recorded.seq for recorded in reading.events(after=self.followed)]
            self.followed = self.events[-1] if self.events else 0


class History:
    """One project, its clones, and the dice."""

    def __init__(self, folder: Path, seed: int, *, driver: bool, command: str | None = None) -> None:
        self.dice = random.Random(seed)
        self.folder = folder
        self.driver = driver
        self.ledger = Ledger()
        self.told: list[str] = []
        self._count = 0
        first = a_project(folder / "c0", "ana")
        names = ["ana", "ben", "cyn", "dan"][: self.dice.randint(2, 4)]
        self.peers = [Peer(first.folder, "ana")]
        for place, name in enumerate(names[1:], 1):
            self.peers.append(Peer(cloned(first, folder / f"c{place}", name).folder, name))
        if len(names) > 2:
            self.peers[-1].by_hand = True
        for peer in self.peers:
            peer.git("config", "merge.conflictStyle", self.dice.choice(["merge", "diff3", "zdiff3"]))
            peer.git("config", "rerere.enabled", "false")
            if peer.by_hand or not driver:
                (peer.root / "local").mkdir(exist_ok=True)
                (peer.root / "local" / "merge-driver").write_text("left out\n")
                peer.git("config", "--remove-section", "merge.milestone", ok=False)
            else:
                peer.settle()
                if command is not None:
                    line = f"{sys.executable} {command} %O %A %B %P %L"
                    peer.git("config", "merge.milestone.driver", line)
        for _ in range(3):
            self.create(self.peers[0])
        self.peers[0].commit("start")
        for peer in self.peers[1:]:
            peer.git("pull", "-q", "--ff-only", str(self.peers[0].folder), "main")

    # -- words and records

    def word(self, kind: str) -> str:
        self._count += 1
        return f"{self.dice.choice('abcdefgh')}{kind}{self._count}"

    def pick(self, peer: Peer) -> tuple[str, Body] | None:
        found = sorted(peer.bodies().items())
        return self.dice.choice(found) if found else None

    # -- what people do to records

    def create(self, peer: Peer) -> None:
        title = self.word("t")
        if peer.by_hand:
            self._create_by_hand(peer, title)
            return
        uid = f"{self._count:012x}{self.dice.getrandbits(80):020x}"
        draft = {"title": title, "tasks": [{"title": self.word("k")}]}

        def decide(_txn: Any, ctx: Context) -> list[Event]:
            return creation.create([draft], [uid], ctx)

        peer.workspace().write(decide)
        self.ledger.wrote((uid, "title"), title, set())
        self.ledger.tasks.setdefault(uid, set()).add(draft["tasks"][0]["title"])

    def _create_by_hand(self, peer: Peer, title: str) -> None:
        numbers = [
            int(path.stem.rpartition("-")[2])
            for path in peer.root.glob("*/milestone-*.yaml")
            if path.stem[-1].isdigit()
        ]
        path = peer.path(f"milestone-{max(numbers, default=0) + 1:03d}")
        path.parent.mkdir(exist_ok=True)
        uid = f"{self._count:012x}{self.dice.getrandbits(80):020x}"
        path.write_text(f"# by {peer.name}\nid: {path.stem}\nuid: '{uid}'\ntitle: {title}\n")
        self.ledger.wrote((uid, "title"), title, set())

    def change(self, peer: Peer) -> None:
        picked = self.pick(peer)
        if picked is None:
            return
        uid, body = picked
        field, value = self.dice.choice(FIELDS), self.word("v")
        seen = {str(body[field])} if field in body else set()
        if peer.by_hand or self.dice.random() < 0.25:
            if self._set_in_file(peer, uid, field, value):
                self.ledger.wrote((uid, field), value, seen)
            return
        fields = {"assign": value} if field == "owner" else {"fields": {field: value}}
        peer.update(str(body["id"]), **fields)
        settled = {str(c.get("other")) for c in conflicts.of(body) if c.get("field") == field}
        self.ledger.wrote((uid, field), value, seen | settled)

    def _set_in_file(self, peer: Peer, uid: str, field: str, value: str) -> bool:
        for path, version in peer.files():
            if version.uid == uid:
                line = f"{field}: {value}\n"
                text, made = re.subn(rf"(?m)^{field}:.*\n", line, version.text)
                text = text if made else version.text + ("" if version.text.endswith("\n") else "\n") + line
                (peer.root / path).write_text(text)
                return True
        return False

    def comment(self, peer: Peer) -> None:
        found = peer.files()
        if found:
            path, version = self.dice.choice(found)
            (peer.root / path).write_text(f"# {self.word('c')}\n{version.text}")

    def label(self, peer: Peer) -> None:
        picked = self.pick(peer)
        if picked is not None and not peer.by_hand:
            word = self.word("l")
            peer.update(str(picked[1]["id"]), labels=[word])
            self.ledger.labels.setdefault(picked[0], set()).add(word)

    def add_task(self, peer: Peer) -> None:
        picked = self.pick(peer)
        if picked is None or peer.by_hand:
            return
        title = self.word("k")
        try:
            task_operation.add(
                peer.workspace(), peer.folder, str(picked[1]["id"]), task_fields.AddTask(title=title)
            )
        except MilestoneError:
            return
        self.ledger.tasks.setdefault(picked[0], set()).add(title)

    def finish(self, peer: Peer) -> None:
        picked = self.pick(peer)
        if picked is None or peer.by_hand:
            return
        uid, body = picked
        waiting = [each for each in body.get("tasks") or () if each.get("status") == "pending"]
        if not waiting:
            return
        chosen = self.dice.choice(waiting)
        ref = f"{body['id']}/{chosen['id']}"
        try:
            task_operation.done(peer.workspace(), peer.folder, task_operation.Done(refs=[ref]))
        except MilestoneError:
            return
        self.ledger.done.add((uid, str(chosen["title"])))

    def depend(self, peer: Peer) -> None:
        found = peer.bodies()
        if len(found) < 2:
            return
        one, other = self.dice.sample(sorted(found), 2)
        name = str(found[other]["id"])
        if name in needs.requires(found[one]):
            return
        if peer.by_hand:
            return
        try:
            peer.update(str(found[one]["id"]), depends_on=[name])
        except MilestoneError:
            return
        self.ledger.needs.add((one, other))

    def archive(self, peer: Peer) -> None:
        picked = self.pick(peer)
        if picked is None:
            return
        uid = picked[0]
        if peer.by_hand:
            for path, _ in peer.files():
                if path.startswith("active/") and self.dice.random() < 0.5:
                    (peer.root / "completed").mkdir(exist_ok=True)
                    target = peer.root / "completed" / Path(path).name
                    if not target.exists():
                        (peer.root / path).rename(target)
                        return
            return

        def decide(txn: Any, _ctx: Context) -> list[Event]:
            document: Document = txn.load("milestone", uid)
            if document.archived or document.away:
                return []
            lessons = {"lessons": [self.word("x") for _ in range(12)]}
            return [
                Event(
                    kind="milestone.archived",
                    document="milestone",
                    uid=uid,
                    milestone=str(document.body["id"]),
                    data=lessons,
                )
            ]

        peer.workspace().write(decide)

    # -- what people do with git

    def commit(self, peer: Peer) -> None:
        peer.commit(self.word("m"))

    def pull(self, peer: Peer) -> None:
        self.commit(peer)
        other = self.dice.choice([each for each in self.peers if each is not peer])
        branch = self.dice.choice(["main", "HEAD"])
        peer.git("pull", "-q", "--no-rebase", str(other.folder), branch, ok=False)
        self.after_merge(peer)

    def after_merge(self, peer: Peer) -> None:
        """Do what a person does after a merge: nothing, settle it, or give up where it is by hand."""
        left = unmerged(peer.folder)
        if left and self.driver and not peer.by_hand:
            self.hold(self.is_from_a_move(peer, left), f"with the driver git left {left}")
        if peer.by_hand and left:
            peer.git("merge", "--abort")
        elif (left or self.dice.random() < 0.7) and not peer.by_hand:
            if self.dice.random() < 0.3:
                self.look(peer)
            peer.settle()

    def is_from_a_move(self, peer: Peer, left: list[str]) -> bool:
        """Tell whether a file git could not merge is there on one side only, or moved there on both."""
        stages = [
            {line.split()[2] for line in peer.git("ls-files", "-u", "--", path).splitlines()} for path in left
        ]
        return all(not {"1", "2", "3"} <= each for each in stages)

    def stash(self, peer: Peer) -> None:
        if "stash" in peer.git("stash", "list"):
            return
        peer.git("add", "-A")
        peer.git("stash", "-q", ok=False)
        self.look(peer)
        if self.dice.random() < 0.6:
            other = self.dice.choice([each for each in self.peers if each is not peer])
            peer.git("pull", "-q", "--no-rebase", str(other.folder), "main", ok=False)
            self.after_merge(peer)
        self.unstash(peer)

    def unstash(self, peer: Peer) -> None:
        if "stash" not in peer.git("stash", "list"):
            return
        self.commit(peer)
        peer.git("stash", "pop", "-q", ok=False)
        left = unmerged(peer.folder)
        kept = "stash" in peer.git("stash", "list")
        if not peer.by_hand:
            if left or not kept:
                peer.settle()
                if kept:
                    peer.git("stash", "drop", "-q")
        elif kept:
            # by hand: what was set aside gets a branch of its own, where it fits
            peer.git("reset", "-q", "--hard")
            peer.git("stash", "branch", self.word("b"))
            self.commit(peer)

    def branch(self, peer: Peer) -> None:
        self.commit(peer)
        if peer.git("branch", "--show-current").strip() == "main":
            peer.git("checkout", "-q", "-b", self.word("b"))
        else:
            self.back(peer)

    def back(self, peer: Peer) -> None:
        """Merge a branch into main and go on there."""
        name = peer.git("branch", "--show-current").strip()
        if name == "main":
            return
        self.commit(peer)
        peer.git("checkout", "-q", "main")
        self.look(peer)
        peer.git("merge", "-q", "--no-edit", name, ok=False)
        if peer.by_hand and unmerged(peer.folder):
            peer.git("merge", "--abort")
            peer.git("checkout", "-q", name)
            peer.git("branch", "-f", "main", name) if self._holds(peer, name) else None
            return
        self.after_merge(peer)

    def _holds(self, peer: Peer, name: str) -> bool:
        return bool(peer.git("merge-base", "--is-ancestor", "main", name, ok=False) == "")

    def rebase(self, peer: Peer) -> None:
        self.commit(peer)
        other = self.dice.choice([each for each in self.peers if each is not peer])
        peer.git("fetch", "-q", str(other.folder), "main")
        if self.is_shared(peer):
            return
        peer.git("rebase", "-q", "FETCH_HEAD", ok=False)
        for _ in range(30):
            if not self.is_rebasing(peer):
                return
            if peer.by_hand:
                peer.git("rebase", "--abort")
                return
            peer.settle(commit=False)
            peer.git("add", "-A")
            before = peer.git("rev-parse", "HEAD")
            peer.git("rebase", "--continue", ok=False)
            if self.is_rebasing(peer) and before == peer.git("rev-parse", "HEAD") and not unmerged(peer.folder):
                peer.git("rebase", "--skip", ok=False)
        peer.git("rebase", "--abort", ok=False)

    def is_shared(self, peer: Peer) -> bool:
        """Tell whether somebody, or another branch, has a commit already that a rebase would make anew."""
        mine = peer.git("rev-list", "FETCH_HEAD..HEAD").split()
        if not mine:
            return True
        elsewhere = [each for each in self.peers if each is not peer and _has(each, mine)]
        branches = {line for commit in mine for line in peer.git("branch", "--contains", commit).splitlines()}
        return bool(elsewhere) or len(branches) > 1

    def is_rebasing(self, peer: Peer) -> bool:
        return (peer.folder / ".git" / "rebase-merge").exists()

    def old_commit(self, peer: Peer) -> None:
        self.commit(peer)
        now = peer.git("branch", "--show-current").strip()
        back = self.dice.randint(1, 3)
        peer.git("checkout", "-q", f"HEAD~{back}", ok=False)
        self.look(peer)
        self.commit(peer)
        peer.git("checkout", "-q", now)

    def look(self, peer: Peer) -> None:
        """Run a command that writes nothing of its own."""
        if not peer.by_hand:
            peer.workspace().write(lambda _txn, _ctx: [])
            peer.follow()

    # -- the whole

    def run(self, steps: int) -> None:
        records = [self.change] * 8 + [self.create] * 4 + [self.label, self.comment] + [self.add_task] * 4
        records += [self.finish] * 2 + [self.depend] * 3 + [self.archive]
        with_git = (
            [self.commit] * 3
            + [self.pull] * 5
            + [self.stash, self.branch, self.branch, self.rebase, self.old_commit]
        )
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
            if self.waits(peer):
                peer.settle()
            self.commit(peer)
        order = self.dice.sample(self.peers, len(self.peers))
        collector = next(peer for peer in order if not peer.by_hand)
        for peer in order:
            if peer is collector:
                continue
            heads = peer.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split()
            for head in heads:
                self.told.append(f"{collector.name} collects {peer.name} {head}")
                collector.git("pull", "-q", "--no-rebase", str(peer.folder), head, ok=False)
                left = unmerged(collector.folder)
                if left and self.driver:
                    self.hold(self.is_from_a_move(collector, left), f"with the driver git left {left}")
                collector.settle()
        collector.commit("rest")
        collector.settle()
        for peer in self.peers:
            if peer is not collector:
                peer.git("checkout", "-q", "-B", "main")
                peer.git("pull", "-q", "--ff-only", str(collector.folder), "main")
                if not peer.by_hand:
                    peer.settle(commit=False)

    def waits(self, peer: Peer) -> bool:
        """Tell whether what a command said of a record may wait for its file to be settled."""
        texts, _ = record_files.read(str(peer.root))
        return not peer.by_hand and any(versions.needs_settling(text) for text in texts.values())

    def hold(self, so: bool, otherwise: str) -> None:
        assert so, otherwise + "\n" + "\n".join(self.told[-40:])

    def check(self) -> None:
        """Hold the end against what was promised."""
        heads = {peer.git("rev-parse", "HEAD").strip() for peer in self.peers}
        self.hold(len(heads) == 1, f"heads {heads}")
        first: Peer = next(peer for peer in self.peers if not peer.by_hand)
        for peer in self.peers:
            self.hold(peer.git("status", "--porcelain") == "", f"{peer.name}: {peer.git('status', '--porcelain')}")
        for peer in self.peers:
            if not peer.by_hand and peer is not first:
                self.hold(
                    _state(peer) == _state(first), f"{peer.name} differs from {first.name}: {_apart(peer, first)}"
                )
        texts, left = record_files.read(str(first.root))
        self.hold(
            not left and not any(versions.needs_settling(text) for text in texts.values()), "markers are left"
        )
        bodies = first.bodies()
        self.hold(len(bodies) == len(texts), f"{len(bodies)} records in {len(texts)} files")
        ids = [str(body["id"]) for body in bodies.values()]
        self.hold(len(set(ids)) == len(ids), f"ids {sorted(ids)}")
        self._check_values(bodies)
        self._check_members(bodies)
        self._check_dependencies(bodies)
        for peer in self.peers:
            if not peer.by_hand:
                peer.follow()
                with peer.workspace().reading() as reading:
                    everything = [recorded.seq for recorded in reading.events()]
                self.hold(peer.events == everything, f"{peer.name} missed events")

    def _check_values(self, bodies: dict[str, Body]) -> None:
        for (uid, field), written in self.ledger.written.items():
            self.hold(uid in bodies, f"record {uid} is gone ({field}: {sorted(written)})")
            body, old = bodies[uid], self.ledger.superseded((uid, field))
            now = body.get(field)
            self.hold(now not in old, f"{uid} {field}: {now} stands over one that had seen it; {written}")
            kept = {str(c.get("other")) for c in conflicts.of(body) if c.get("field") == field}
            lost = {value for value in written if value != now and value not in old and value not in kept}
            self.hold(not lost, f"{uid} {field}: {lost} vanished; {now} stands, {kept} kept, {written}")

    def _check_members(self, bodies: dict[str, Body]) -> None:
        for uid, words in self.ledger.labels.items():
            self.hold(words <= set(bodies[uid].get("labels") or ()), f"{uid} lost labels")
        for uid, titles in self.ledger.tasks.items():
            tasks = bodies[uid].get("tasks") or []
            found = [str(each["title"]) for each in tasks]
            self.hold(titles <= set(found), f"{uid} lost tasks {titles - set(found)}")
            self.hold(len(found) == len(set(found)), f"{uid} has tasks twice {found}")
            self.hold(len({each["id"] for each in tasks}) == len(tasks), f"{uid} has task ids twice")
        for uid, title in self.ledger.done:
            [found] = [each for each in bodies[uid]["tasks"] if each["title"] == title]
            self.hold(found["status"] == "completed", f"{uid} {title} is {found['status']} again")

    def _check_dependencies(self, bodies: dict[str, Body]) -> None:
        names = {str(body["id"]): uid for uid, body in bodies.items()}
        meant = {(one, names.get(name, name)) for one, body in bodies.items() for name in needs.requires(body)}
        self.hold(meant == self.ledger.needs, f"needs {meant ^ self.ledger.needs}")


def _has(peer: Peer, commits: list[str]) -> bool:
    return any(peer.git("cat-file", "-t", commit, ok=False) for commit in commits)


def _state(peer: Peer) -> dict[str, Any]:
    with peer.workspace().reading() as reading:
        return {
            document.uid: (vocabulary.understand(document.body, "").body, document.archived)
            for document in reading.find("milestone")
        }


def _apart(one: Peer, other: Peer) -> Any:
    first, second = _state(one), _state(other)
    return [(first.get(uid), second.get(uid)) for uid in {*first, *second} if first.get(uid) != second.get(uid)][
        :2
    ]


def play(folder: Path, seed: int, *, driver: bool, steps: int = 30, command: str | None = None) -> History:
    """Play one history to its end and check it; `command` is a script git runs in place of our driver."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    history = History(folder, seed, driver=driver, command=command)
    history.run(steps)
    history.check()
    return history
