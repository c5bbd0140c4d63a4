"""What people do to records in a history: by commands, and by hand."""

import random
import re
from pathlib import Path
from typing import Any

from milestone.domain import conflicts, needs
from milestone.domain.context import Context
from milestone.domain.decide import creation, task_fields
from milestone.domain.document import Body, Document, Event
from milestone.errors import MilestoneError
from milestone.operations import task as task_operation
from sharing.ledger import Ledger
from sharing.peers import Peer

FIELDS = ("title", "description", "owner", "category")


class RecordActs:
    """Each act is one thing one person does; what they were told goes into the ledger."""

    dice: random.Random
    ledger: Ledger
    _count = 0

    def word(self, kind: str) -> str:
        self._count += 1
        return f"{self.dice.choice('abcdefgh')}{kind}{self._count}"

    def pick(self, peer: Peer) -> tuple[str, Body] | None:
        found = sorted(peer.bodies().items())
        return self.dice.choice(found) if found else None

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
        if peer.by_hand or self.dice.random() < 0.25:
            seen = self._set_in_file(peer, uid, field, value)
            if seen is not None:
                self.ledger.wrote((uid, field), value, seen)
            return
        seen = {str(body[field])} if field in body else set()
        fields = {"assign": value} if field == "owner" else {"fields": {field: value}}
        peer.update(str(body["id"]), **fields)
        settled = {str(c.get("other")) for c in conflicts.of(body) if c.get("field") == field}
        self.ledger.wrote((uid, field), value, seen | settled)

    def _set_in_file(self, peer: Peer, uid: str, field: str, value: str) -> set[str] | None:
        """Type a value over what stands there, which is returned; None where there is no such file."""
        for path, version in peer.files():
            if version.uid == uid:
                line = f"{field}: {value}\n"
                text, made = re.subn(rf"(?m)^{field}:.*\n", line, version.text)
                text = text if made else version.text + ("" if version.text.endswith("\n") else "\n") + line
                (peer.root / path).write_text(text)
                return {str(version.body[field])} if field in version.body else set()
        return None

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
