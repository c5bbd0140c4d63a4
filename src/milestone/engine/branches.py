"""A milestone's branch while several machines work on it: theirs is fetched, ours is pushed, in turn."""

import threading
from collections.abc import Callable

from milestone.engine.presence import Presence
from milestone.integrations.git import commits, remotes
from milestone.integrations.git.command import GitFailed
from milestone.integrations.git.repository import Repository

TRIES = 30  # how often somebody else may be faster


class CutOff(Exception):
    """Others may have our work by now: nothing of it may be pushed any more."""


class Branches:
    """The branches of milestones at a remote that all machines reach."""

    def __init__(self, repository: Repository, remote: str, presence: Presence) -> None:
        self._repository = repository
        self._remote = remote
        self._presence = presence
        self._turn = threading.Lock()  # one task at a time brings the branch here to where it is there

    def begin(self, milestone: str, base: str) -> str:
        """Return the commit a new attempt begins at: the branch as it is at the remote, made there at need.

        Raises:
            GitFailed: the remote cannot be reached, or there is no branch and we have not its first commit.
        """
        with self._turn:
            tip = remotes.fetch(self._repository, self._remote, milestone)
            if tip is not None:
                return tip
            if self._repository.commit_of(base) is None:
                raise GitFailed(("fetch", milestone), 1, f"{self._remote} has no branch for {milestone} yet")
            made = commits.open_branch(self._repository, milestone, base)
            if not remotes.push(self._repository, self._remote, milestone):
                return remotes.fetch(self._repository, self._remote, milestone) or made
            return made

    def add(self, milestone: str, base: str, mark: str, integrate: Callable[[], str]) -> str:
        """Return the commit that `integrate` made on top of everybody's work, pushed.

        Raises:
            CutOff: we were away too long.
            GitFailed: the remote cannot be reached.
        """
        for _ in range(TRIES):
            with self._turn:
                remotes.fetch(self._repository, self._remote, milestone)
                known = commits.find_commit(self._repository, milestone, base, mark)
                made = known or integrate()
                # Others may begin the task anew as soon as our lease is over: a push must end before that.
                if not self._presence.is_sure(self._presence.turn):
                    raise CutOff
                if known or remotes.push(self._repository, self._remote, milestone, self._presence.turn):
                    return made
        raise GitFailed(("push", milestone), 1, f"others were faster {TRIES} times")
