"""The opened `.milestones/`: its store, settings, clock and actor, and the one way to write."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec

from milestone import clock as clock_room
from milestone import errors, registry
from milestone.config import Settings
from milestone.domain import people as people_room
from milestone.domain.commands import Command, brought
from milestone.domain.context import Context, Person
from milestone.domain.document import Actor, Body, Document, Event, Recorded
from milestone.storage import located
from milestone.storage.base import Mark, Reading, Stamp, Store, Txn, Warning
from milestone.storage.vault import Vault
from milestone.workspace import whereabouts
from milestone.workspace.growth import Growth

Decide = Callable[[Txn, Context], Sequence[Event]]
ENTER = "milestone.integrations.git.merge_entry:enter"  # starts git
VERIFY = "milestone.signatures.verifying:is_signed"  # imports cryptography
LEASE = "lease"  # what a claim is kept in; it lives beside the record it is about
REMEMBER = "milestone.workspace.typed_here:remember"  # may start git
RECOGNISING = "milestone.workspace.recognising:Recognising"
LOOK_BACK = 50  # events searched for who changed a stale record


class Secrecy(Protocol):
    """What seals and opens where a project is encrypted at rest (`workspace.encrypting`)."""

    def reading(self, reading: Reading) -> Reading: ...

    def reveal(self, document: Document) -> Body: ...

    def forget(self) -> None: ...

    def seal_bytes(self, name: str, data: bytes) -> bytes: ...

    def open_bytes(self, name: str, data: bytes) -> bytes | None: ...


class WriteOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Flags every write takes."""

    dry_run: bool = False
    key: str | None = None
    if_revision: int | None = None
    lock_timeout: float = 10.0
    lease: str | None = None  # tokens of the claims the caller works under


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What a write did: the answer doors show."""

    seq: int
    events: tuple[Recorded, ...] = ()  # the caller's own, in order
    documents: tuple[Document, ...] = ()  # each document they changed, as it is afterwards
    adopted: tuple[Recorded, ...] = ()  # edits by hand or git taken in first
    warnings: tuple[Warning, ...] = ()
    dry_run: bool = False
    repeated: bool = False  # the key was known: nothing was done again


class Workspace:
    """One project, opened by one actor."""

    def __init__(
        self,
        root: Path,
        store: Store,
        settings: Settings,
        clock: clock_room.Clock,
        actor: Actor,
        *,
        people: Sequence[Person] = (),
        options: WriteOptions | None = None,
        session: str | None = None,
        present: bool = False,
        in_run: bool = False,
        growth: Growth | None = None,
        secrecy: Secrecy | None = None,
        vault: Vault | None = None,
        trust: bool = False,
    ) -> None:
        self.root = root  # the .milestones folder itself
        self.store = store
        self.settings = settings
        self.clock = clock
        self.actor = actor
        self.people = people
        self.options = options or WriteOptions()
        self.session = session
        self.present = present
        self.in_run = in_run
        self.growth = growth  # None: its size is nobody's business
        self.secrecy = secrecy  # None: nothing is encrypted
        self.vault = vault  # what databases seal everything with, or open what is sealed
        self.trust = trust  # `--trust-commands`: what came from outside may run
        self.trusts: set[str] = set()  # lines a person confirmed in this process
        self.asks: Callable[[Sequence[Command]], bool] | None = None  # asks a person; None: nobody can be asked
        self.presence: object = None  # how other machines see this process, once somebody asked
        self.after_write: Callable[[Mark], object] | None = None  # told where the log ends after each write

    @property
    def keeps_all_sealed(self) -> bool:
        """Whether the records lie in a database that keeps nothing readable: no file may say what they say."""
        return self.vault is not None and self.vault.seals and not located.read(self.root).is_files

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Open one consistent moment of the store; what is encrypted is in the clear for who has the key."""
        with self.store.reading() as reading:
            yield self._recognising(self.secrecy.reading(reading) if self.secrecy is not None else reading)

    def context(self, reading: Reading) -> Context:
        """Return what rules may know at this moment."""
        now = self.clock.now()
        return Context(
            actor=self.actor,
            now=clock_room.format_moment(now),
            today=now.astimezone(self.settings.timezone).date(),
            settings=self.settings.values,
            people=tuple(self.people),
            present=self.present,
            in_run=self.in_run,
            rows=reading.rows(),
            last_number=reading.last_number,
            held_by=reading.held_by(),
            zone=self.settings.timezone,
            verify=self.verify,
            lease=self.options.lease,
        )

    def verify(self, message: bytes, signature: str, name: str) -> bool:
        """Tell whether a key listed in `config/team.yaml` for a person signed a message."""
        person = people_room.match(name, self.people)
        if person is None or not person.keys:
            return False
        return bool(registry.load(VERIFY)(message, signature, person.keys))

    def _recognising(self, reading: Any) -> Any:
        """Return a reading in which signed receipts count; as it is in a team without keys."""
        if not any(person.keys for person in self.people):
            return reading
        return registry.load(RECOGNISING)(reading, self.verify)

    def write(self, decide: Decide, *, operation: str | None = None, actor: Actor | None = None) -> Written:
        """Return what was recorded after asking `decide` for events inside one transaction.

        A known operation id (`--key`, or the engine's) answers with what was recorded then. With `--dry-run` the
        events are folded and shown, and nothing of them is stored.

        Raises:
            Stale: `--if-revision` names another revision than the changed record has.
        """
        key = operation or self.options.key
        stamp = Stamp(
            actor=actor or self.actor,
            at=clock_room.format_moment(self.clock.now()),
            session=self.session,
            operation=key,
        )
        with self.store.transaction(stamp, timeout=self.options.lock_timeout) as txn:
            self._remember_commands((), txn.adopted)  # kept also where the call is refused
            written = self._answer(txn, key, decide)
            if not (written.dry_run or written.repeated):
                self._remember_commands(written.events, ())
            count = len(txn.rows())
        if self.after_write is not None and not written.dry_run:
            self.after_write(txn.mark)
        # A file that could not be replaced is known only now that the change is durable.
        return msgspec.structs.replace(
            written, warnings=(*txn.warnings, *self.first_in_git(), *self._grown(written, count))
        )

    def _remember_commands(self, own: Iterable[Recorded], adopted: Iterable[Recorded]) -> None:
        """Keep which command lines were typed here: others are asked about before they run (R-EXEC-14).

        Before anybody else sees the change: whoever finds a line in a record finds it known.
        """
        here, taken = ([recorded.event for recorded in events] for events in (own, adopted))
        if any(brought(event) for event in (*here, *taken)):
            registry.load(REMEMBER)(self.root, here, taken)

    def write_apart(self, decide: Decide, *, actor: Actor | None = None) -> Written:
        """Write what the program itself has to say beside a command: none of the command's flags count."""
        options, self.options = self.options, WriteOptions(lock_timeout=self.options.lock_timeout)
        try:
            return self.write(decide, actor=actor)
        finally:
            self.options = options

    def _grown(self, written: Written, count: int) -> Sequence[Warning]:
        """Return what there is to tell of the project's size; what is due waits for the door."""
        if self.growth is None or self.in_run or written.dry_run or written.repeated:
            return ()
        try:
            return self.growth.after(self.store, count)
        except errors.MilestoneError:  # the change is durable; what is wrong meets the next reading
            return ()

    def first_in_git(self) -> list[Warning]:
        """Enter the merge driver with the first write of a clone, and tell."""
        if not whereabouts.is_new_to_git(str(self.root)):
            return []
        told = registry.load(ENTER)(self.root)
        return [Warning(code="merge_driver", message=told)] if told else []

    def _answer(self, txn: Txn, key: str | None, decide: Decide) -> Written:
        known = txn.operation(key) if key else ()
        if known:
            return _written(txn, known, seq=txn.seq, repeated=True)
        before = txn.seq
        events = decide(self._recognising(txn), self.context(txn))
        self._check_revision(txn, events)
        recorded = txn.append(events)
        if self.options.dry_run:
            txn.abandon()
            return _written(txn, recorded, seq=before, dry_run=True)
        return _written(txn, recorded, seq=txn.seq)

    def _check_revision(self, txn: Txn, events: Sequence[Event]) -> None:
        wanted = self.options.if_revision
        if wanted is None:
            return
        for event in events:
            document = txn.load(event.document, event.uid) if event.document != LEASE else None
            if document is not None and document.revision != wanted:
                raise _stale(txn, event, document.revision, wanted)


def _stale(txn: Txn, event: Event, revision: int, wanted: int) -> errors.Stale:
    """Return the refusal, with who changed the record last and what."""
    name = event.milestone or event.uid
    recent = [r for r in txn.events(limit=LOOK_BACK, newest=True) if r.event.uid == event.uid]
    last = recent[-1] if recent else None
    return errors.Stale(
        f"{name} is at revision {revision}, not {wanted}.",
        why=f"{last.actor.name} changed it at {last.at}" if last else "somebody changed it since you read it",
        next=[f"milestone show {name}"],
        current={
            "revision": revision,
            "changed": [r.event.kind for r in recent[-max(revision - wanted, 1) :]],
            "by": last.actor.name if last else None,
            "at": last.at if last else None,
        },
    )


def _written(
    txn: Txn, events: Sequence[Recorded], *, seq: int, dry_run: bool = False, repeated: bool = False
) -> Written:
    touched = dict.fromkeys((r.event.document, r.event.uid) for r in events)
    documents = (txn.load(kind, uid) for kind, uid in touched)
    return Written(
        seq=seq,
        events=tuple(events),
        documents=tuple(d for d in documents if d is not None),
        adopted=tuple(txn.adopted),
        dry_run=dry_run,
        repeated=repeated,
    )
