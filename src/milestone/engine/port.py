"""What an engine does for a run, and what it calls. No library is named here."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

import msgspec

from milestone.domain.context import Context
from milestone.domain.document import Actor, Event, Recorded
from milestone.storage.base import Reading, Txn

T = TypeVar("T")


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt of one task that is to be worked on now.

    `attempt` names it for good (`2`, or `2:design:1` for a phase); `number` tells two calls for it apart.
    """

    task: str
    attempt: str
    number: str


class Work(Protocol):
    """The steps of a run. Each commits its fact to our store before it returns, and a repeated one finds it there.

    Arguments and answers are plain JSON values, so that an engine can keep them.
    """

    def moves(self, session: str, run: int) -> dict[str, Any]:
        """Return `{start: [move], over: word | None}`; waits until there is something to say."""
        ...

    def claim(self, session: str, task: str) -> bool:
        """Say whether this caller is the one to work on a task in this process; ends with `left`."""
        ...

    def begin(self, session: str, task: str, attempt: str) -> str:
        """Return `go`, or why the attempt is not to be made (any more)."""
        ...

    def prepare(self, session: str, task: str, attempt: str) -> str:
        """Return `go` once the task's folder is ready, or what happened instead."""
        ...

    def work(self, session: str, task: str, attempt: str) -> str:
        """Return `go` once the executor did the task, or what happened instead."""
        ...

    def verify(self, session: str, task: str, attempt: str) -> str:
        """Return `go` when the task's own `verify` succeeds (or there is none), or what happened instead."""
        ...

    def finish(self, session: str, task: str, attempt: str) -> str:
        """Return `completed` once commit and completion are recorded, or what happened instead."""
        ...

    def close(self, session: str, run: int, word: str) -> str:
        """Record how the run ended, and return that."""
        ...

    def gave_up(self, session: str, task: str, attempt: str, reason: str) -> str:
        """Record an attempt that met a fault of ours, so that nothing waits for it for ever."""
        ...

    def left(self, session: str, task: str) -> None:
        """Hear that nobody works on a task any more, however it ended."""
        ...


class Durable(Protocol):
    """What a flow needs of an engine."""

    def step(self, name: str, call: Callable[..., T], *arguments: Any) -> T:
        """Return what `call` answered, once: a flow that is played again gets the first answer."""
        ...

    def spawn(self, session: str, run: int, move: dict[str, Any]) -> None:
        """Let the flow of one attempt run beside this one; asked again for the same move, nothing happens."""
        ...


class Engine(Protocol):
    """Makes the flows of runs durable. One process, one engine."""

    def start(self, work: Work) -> None:
        """Begin to work, taking over what dead executors left."""
        ...

    def run(self, session: str, run: int) -> None:
        """Let a session's flow run, unless it does."""
        ...

    def is_sound(self) -> bool:
        """Say whether its own memory is still there; without it a new engine begins from the store."""
        ...

    def stop(self) -> None:
        """Let go. What was not finished is taken up by the next engine."""
        ...


class Answer(Protocol):
    """What a write tells."""

    @property
    def events(self) -> Sequence[Recorded]:
        """The caller's own events, also when the operation was known already."""
        ...

    @property
    def repeated(self) -> bool:
        """Whether the operation was known: nothing was done again."""
        ...


class Ledger(Protocol):
    """Our store, as a run writes to it: many threads, each write for one session."""

    def reading(self) -> AbstractContextManager[Reading]: ...

    def write(
        self,
        session: str,
        decide: Callable[[Txn, Context], Sequence[Event]],
        *,
        operation: str | None = None,
        actor: Actor | None = None,
    ) -> Answer:
        """Return what was recorded; waits for its turn as long as it takes."""
        ...

    def context(self, reading: Reading) -> Context:
        """Return what rules may know at this moment."""
        ...

    def wait(self, seconds: float) -> None:
        """Return when something was recorded, at the latest after `seconds`."""
        ...
