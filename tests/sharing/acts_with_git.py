"""What people do with git in a history."""

from sharing.acts_on_records import RecordActs
from sharing.clones import unmerged
from sharing.peers import Peer


class GitActs(RecordActs):
    """Each act is what one person types; a merge is followed by what that person does about it."""

    peers: list[Peer]
    driver: bool
    rewritten: bool

    def hold(self, so: bool, otherwise: str) -> None:
        raise NotImplementedError

    def commit(self, peer: Peer) -> None:
        if peer.has_database and self.dice.random() < 0.6:
            peer.settle()
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
        self.hold_driver(peer)
        if peer.by_hand and left:
            peer.git("merge", "--abort")
        elif (left or self.dice.random() < 0.7) and not peer.by_hand:
            if self.dice.random() < 0.3:
                self.look(peer)
            peer.settle()

    def hold_driver(self, peer: Peer) -> None:
        """With the driver git leaves no markers, and conflicts only where a record moved."""
        if self.driver and not peer.by_hand:
            left = unmerged(peer.folder)
            self.hold(self.is_from_a_move(peer, left), f"with the driver git left {left}")
            self.hold(not peer.marked(), f"with the driver git marked {peer.marked()}")

    def is_from_a_move(self, peer: Peer, left: list[str]) -> bool:
        """Tell whether a file git could not merge is there on one side only, or moved there on both."""
        stages = [
            {line.split()[2] for line in peer.git("ls-files", "-u", "--", path).splitlines()} for path in left
        ]
        return all(not {"1", "2", "3"} <= each for each in stages)

    def stash(self, peer: Peer) -> None:
        if self._stashed(peer):
            return
        if self.dice.random() < 0.5:
            peer.git("add", "-A")
            peer.git("stash", "-q", ok=False)
        else:  # new files are set aside as such
            peer.git("stash", "-q", "--include-untracked", ok=False)
        self.look(peer)
        if self.dice.random() < 0.6:
            other = self.dice.choice([each for each in self.peers if each is not peer])
            peer.git("pull", "-q", "--no-rebase", str(other.folder), "main", ok=False)
            self.after_merge(peer)
        self.unstash(peer)

    def unstash(self, peer: Peer) -> None:
        if not self._stashed(peer):
            return
        self.commit(peer)
        peer.git("stash", "pop", "-q", ok=False)
        left = unmerged(peer.folder)
        self.hold_driver(peer)
        if not self._stashed(peer):
            if not peer.by_hand:
                peer.settle()
        elif peer.by_hand or not left or self._has_untracked(peer):
            self._on_a_branch(peer)
        else:
            peer.settle()
            peer.git("stash", "drop", "-q")

    def _stashed(self, peer: Peer) -> bool:
        return bool(peer.git("stash", "list"))

    def _has_untracked(self, peer: Peer) -> bool:
        return bool(peer.git("rev-parse", "--verify", "-q", "stash^3", ok=False))

    def _on_a_branch(self, peer: Peer) -> None:
        """Put what was set aside on a branch of its own, where it fits: git puts no file over another."""
        peer.git("reset", "-q", "--hard")
        peer.git("clean", "-qfd")
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
            if self.dice.random() < 0.7:
                return
            self.rewritten = True
        peer.git("rebase", "-q", "FETCH_HEAD", ok=False)
        for _ in range(30):
            if not self.is_rebasing(peer):
                return
            self.hold_driver(peer)
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
            return False
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
        peer.commit(self.word("m"))
        peer.git("checkout", "-q", now)

    def look(self, peer: Peer) -> None:
        """Run a command that writes nothing of its own."""
        if not peer.by_hand:
            peer.workspace().write(lambda _txn, _ctx: [])
            peer.follow()


def _has(peer: Peer, commits: list[str]) -> bool:
    return any(peer.git("cat-file", "-t", commit, ok=False) for commit in commits)
