"""What must be true when all clones of a history have met."""

from typing import Any

from milestone.domain import conflicts, needs, vocabulary
from milestone.domain.document import Body
from milestone.storage import record_files, versions
from sharing.acts_with_git import GitActs
from sharing.ledger import Key
from sharing.peers import Peer


class Promises(GitActs):
    """Holds the end against the ledger."""

    def check(self) -> None:
        """Raise what was promised and is not so."""
        first = next(peer for peer in self.peers if not peer.by_hand)
        self._check_clones(first)
        self._check_files(first)
        bodies = first.bodies()
        self._check_values(bodies)
        self._check_members(bodies)
        self._check_dependencies(bodies)
        self._check_events()

    def _check_clones(self, first: Peer) -> None:
        heads = {peer.git("rev-parse", "HEAD").strip() for peer in self.peers}
        self.hold(len(heads) == 1, f"heads {heads}")
        for peer in self.peers:
            self.hold(peer.git("status", "--porcelain") == "", f"{peer.name}: {peer.git('status', '--porcelain')}")
        for peer in self.peers:
            if not peer.by_hand and peer is not first:
                apart = _apart(peer, first)
                self.hold(not apart, f"{peer.name} differs from {first.name}: {apart[:2]}")

    def _check_files(self, first: Peer) -> None:
        texts, left = record_files.read(str(first.root))
        unsettled = [path for path, text in texts.items() if versions.needs_settling(text)]
        self.hold(not left and not unsettled, f"left are {sorted({*left, *unsettled})}")
        bodies = first.bodies()
        self.hold(len(bodies) == len(texts), f"{len(bodies)} records in {len(texts)} files")
        ids = [str(body["id"]) for body in bodies.values()]
        self.hold(len(set(ids)) == len(ids), f"ids {sorted(ids)}")

    def _check_values(self, bodies: dict[str, Body]) -> None:
        for (uid, field), written in self.ledger.written.items():
            self.hold(uid in bodies, f"record {uid} is gone ({field}: {sorted(written)})")
            body, old = bodies[uid], self.ledger.superseded((uid, field))
            now = body.get(field)
            kept = {str(c.get("other")) for c in conflicts.of(body) if c.get("field") == field}
            self.hold(
                now not in old or self.is_told((uid, field), str(now), kept),
                f"{uid} {field}: {now} stands over one that had seen it; {written}",
            )
            lost = {value for value in written if value != now and value not in old and value not in kept}
            self.hold(not lost, f"{uid} {field}: {lost} vanished; {now} stands, {kept} kept, {written}")

    def is_told(self, key: Key, now: str, kept: set[str]) -> bool:
        """Tell whether a newer value lies beside, after a rebase of what others had: git knows no base."""
        newer = {value for value, seen in self.ledger.written[key].items() if now in seen}
        return self.rewritten and bool(newer & kept)

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
            [found_task] = [each for each in bodies[uid]["tasks"] if each["title"] == title]
            self.hold(found_task["status"] == "completed", f"{uid} {title} is {found_task['status']} again")

    def _check_dependencies(self, bodies: dict[str, Body]) -> None:
        names = {str(body["id"]): uid for uid, body in bodies.items()}
        meant = {(one, names.get(name, name)) for one, body in bodies.items() for name in needs.requires(body)}
        self.hold(meant == self.ledger.needs, f"needs {meant ^ self.ledger.needs}")

    def _check_events(self) -> None:
        for peer in self.peers:
            if not peer.by_hand:
                peer.follow()
                with peer.workspace().reading() as reading:
                    everything = [recorded.seq for recorded in reading.events()]
                self.hold(peer.events == everything, f"{peer.name} missed events")


def _state(peer: Peer) -> dict[str, Any]:
    with peer.workspace().reading() as reading:
        return {
            document.uid: (vocabulary.understand(document.body, "").body, document.archived)
            for document in reading.find("milestone")
        }


def _apart(one: Peer, other: Peer) -> list[Any]:
    first, second = _state(one), _state(other)
    return [
        (first.get(uid), second.get(uid)) for uid in sorted({*first, *second}) if first.get(uid) != second.get(uid)
    ]
