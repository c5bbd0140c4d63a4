"""What a run is given besides the store: where, with what means, within which limits."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from milestone.agents.executors.base import Executor
from milestone.domain.document import Actor, Body, Document
from milestone.domain.safe_names import folder_name
from milestone.engine.branches import Branches
from milestone.engine.furnishing import Furnishing
from milestone.engine.ports import Ports
from milestone.engine.presence import Presence
from milestone.integrations.git.repository import Repository
from milestone.storage.deliverables import Deliverables


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how often, where a task says nothing itself."""

    work: float = 4 * 3600.0  # seconds
    verify: float = 1800.0
    retries: int = 1  # attempts after a failed one
    by_executor: Mapping[str, float] = {}  # seconds
    silence: float = 1800.0  # seconds without a word of an agent, after which it is ended
    answer: float = 600.0  # seconds a person has to answer an agent, where the run does not stay for people
    backoff: float = 5.0  # seconds before a failed agent's task is tried again; doubled each time
    breaker: int = 5  # failures in a row after which an executor rests; 0: never
    breaker_rest: float = 300.0  # seconds; doubled each time


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """The surroundings of every attempt in this process."""

    root: Path  # the .milestones folder
    epoch: str
    user: Actor  # on whose behalf programs work
    executors: Callable[[str], Executor]  # by name; one nobody knows says so when it is run
    repository: Repository | None = None
    deliverables: Deliverables
    limits: Limits = Limits()
    footer: str = ""
    worktrees: Path | None = None  # None: .milestones/worktrees
    furnishing: Furnishing = Furnishing()
    most_disk: int | None = None  # bytes that all worktrees together may take
    ports: Ports = msgspec.field(default_factory=Ports)
    may_run: Callable[[str], bool] = lambda _line: True  # whether a line of the record was typed or confirmed here
    presence: Presence = msgspec.field(default_factory=Presence)
    branches: Branches | None = None  # where other machines find a milestone's branch
    stops: Mapping[str, threading.Event] = {}
    copies: bool = True  # whether sessions may be written down for people to read
    reveal: Callable[[Document], Body] | None = (
        None  # what is sealed in a record in the clear, for its worker only
    )

    @property
    def project(self) -> Path:
        """The user's own folder."""
        return self.root.parent

    @property
    def all_worktrees(self) -> Path:
        """Where the worktrees of all sessions lie."""
        return self.worktrees or self.root / "worktrees"

    def worktrees_of(self, session: str) -> Path:
        """Return where the worktrees of a session lie."""
        return self.all_worktrees / folder_name(session)

    def temporary(self, session: str, task: str = "") -> Path:
        """Return where a task's programs may leave what nobody needs afterwards."""
        return self.root / "temp" / folder_name(session) / (folder_name(task) if task else "")

    def runs(self, session: str) -> Path:
        """Return where a session's logs and program records lie."""
        return self.root / "local" / "runs" / folder_name(session)

    def actor(self, executor: str) -> Actor:
        """Return who an executor acts as."""
        return Actor(name=f"agent:{executor}", kind="agent", on_behalf_of=self.user.name, source="run")
