"""What every store promises about its past (G19): `past.at` shows the state then, a restore makes it again.

```python
class TestMine(PastContract):
    def open_store(self, root: Path) -> Store:
        return MyStore(root, evolve=evolve, summarise=summary.row)
```
"""

import os
import random
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from milestone import clock
from milestone.clock import FrozenClock
from milestone.config import Settings
from milestone.domain import summary
from milestone.domain.decide import restore as rule
from milestone.domain.document import Actor, Event
from milestone.domain.evolve import evolve
from milestone.operations import restore, undo
from milestone.operations.moments import Point
from milestone.storage import past
from milestone.storage.base import Reading, Store
from milestone.workspace.base import Workspace

CHANGES = 60
POINTS = int(os.environ.get("MILESTONE_POINTS", "100"))  # restores; the long form makes 500
START = "2026-11-20T12:00:00.000Z"
State = Mapping[str, Any]


def state(reading: Reading) -> dict[str, Any]:
    """Return all that the plan says at a moment: every live record with its marks and seals, and every row."""
    found = [d for kind in ("milestone", "project", "dependencies") for d in reading.find(kind) if d.body]
    rows = [{k: v for k, v in row.items() if k != "revision"} for row in reading.rows()]
    return {"rows": rows} | {f"{d.kind}/{d.uid}": (d.body, d.archived, d.proven) for d in found}


class History:
    """Random changes of a plan, and what the store said after each."""

    def __init__(self, root: Path, store: Store, seed: int) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._random = random.Random(seed)
        self._clock = FrozenClock(clock.parse_moment(START))
        self.workspace = Workspace(root, store, Settings({}), self._clock, Actor(name="ana", source="flag"))
        self.states: dict[int, State] = {0: {"rows": []}}
        self._count = 0

    def grow(self, changes: int) -> None:
        """Make so many changes; each is one transaction of one to three events."""
        for _ in range(changes):
            self._clock.moment = clock.parse_moment(START) if not self.states else self._later()
            if self._count and self._random.random() < 0.15:
                self._undo()
            else:
                events = [self._event() for _ in range(self._random.randint(1, 3))]
                self.workspace.write(lambda _txn, _ctx, events=events: events)  # type: ignore[misc]
            self.look()

    def look(self) -> None:
        """Keep what the store says now."""
        with self.workspace.reading() as reading:
            self.states[reading.seq] = state(reading)

    def _later(self) -> Any:
        return clock.parse_moment(f"2026-11-20T13:{len(self.states) % 60:02d}:00.000Z")

    def _undo(self) -> None:
        try:
            undo.undo(self.workspace)
        except Exception as refused:  # what is built on stays, which is as good a history
            if not hasattr(refused, "exit_code"):
                raise

    def _event(self) -> Event:
        choice = self._random.choice(
            ("new", "edit", "edit", "task", "done", "done", "archive", "delete", "drop", "fact")
        )
        if choice == "new" or not self._count:
            self._count += 1
            return self._about(self._count, "milestone.created", body=_body(self._count))
        number = self._random.randint(1, self._count)
        word = f"w{self._random.randint(0, 9)}"
        kinds: dict[str, tuple[str, str | None, dict[str, Any]]] = {
            "edit": ("milestone.edited", None, {"set": {"title": word, f"x/{word}": [word]}}),
            "task": (
                "task.added",
                None,
                {"body": {"id": f"task-1{word[1:]}", "title": word, "status": "pending"}},
            ),
            "done": (
                "task.completed",
                "task-001",
                {"evidence": [{"grade": "command", "by": "ana", "command": word}]},
            ),
            "archive": ("milestone.archived", None, {"on": "2026-11-20"}),
            "delete": ("milestone.deleted", None, {}),
            "drop": ("milestone.edited", None, {"unset": ["x", "priority"]}),
            "fact": ("fact.met", None, {"where": "success_criteria", "fact": "it works", "evidence": word}),
        }
        kind, task, data = kinds[choice]
        return msgspec.structs.replace(self._about(number, kind, **data), task=task)

    def _about(self, number: int, kind: str, **data: Any) -> Event:
        name = f"milestone-{number:03d}"
        return Event(kind=kind, document="milestone", uid=f"{number:032x}", milestone=name, data=data)


def _body(number: int) -> dict[str, Any]:
    return {
        "id": f"milestone-{number:03d}",
        "uid": f"{number:032x}",
        "title": "Ship it",
        "status": "in_progress",
        "priority": "high",
        "success_criteria": ["it works"],
        "tasks": [{"id": "task-001", "title": "Do it", "status": "pending"}],
    }


class PastContract(ABC):
    """Inherit, say how to open a store, and its past is held to what it was."""

    @abstractmethod
    def open_store(self, root: Path) -> Store:
        """Return an empty store under `root`, with the real `evolve` and rows."""

    def test_the_past_is_what_it_was(self, tmp_path: Path) -> None:
        for seed in range(3):
            history = self._history(tmp_path, seed)
            with history.workspace.reading() as reading:
                for seq, then in history.states.items():
                    shown = past.at(reading, seq, evolve=evolve, summarise=summary.row)
                    assert state(shown) == then, (seed, seq)
                    assert shown.seq == seq

    def test_a_restore_makes_exactly_the_state_then(self, tmp_path: Path) -> None:
        history = self._history(tmp_path, 7)
        known = list(history.states)
        chosen = random.Random(7)
        for _ in range(POINTS):
            with history.workspace.reading() as reading:
                before = reading.seq
            seq = chosen.choice(known)
            restore.restore(history.workspace, Point(seq=seq))
            with history.workspace.reading() as reading:
                assert state(reading) == history.states[seq], seq
                assert reading.seq >= before  # never lowered
        assert history.workspace.store.verify()["ok"]

    def test_a_restore_is_taken_back_by_another(self, tmp_path: Path) -> None:
        history = self._history(tmp_path, 3)
        last = max(history.states)

        restore.restore(history.workspace, Point(seq=2 if 2 in history.states else 1))
        restore.restore(history.workspace, Point(seq=last))

        with history.workspace.reading() as reading:
            assert state(reading) == history.states[last]

    def test_numbers_are_not_given_again_after_a_restore(self, tmp_path: Path) -> None:
        history = self._history(tmp_path, 5)
        with history.workspace.reading() as reading:
            highest = reading.last_number

        restore.restore(history.workspace, Point(seq=0))

        with history.workspace.reading() as reading:
            assert (list(reading.rows()), reading.last_number) == ([], highest)
        assert rule.LOCAL

    def _history(self, folder: Path, seed: int) -> History:
        root = folder / str(seed) / ".milestones"
        history = History(root, self.open_store(root), seed)
        history.grow(CHANGES)
        return history
