"""Every file of every backend flipped, cut, emptied or gone: found, put right or set aside, and the rest usable.

What a person typed in a file (a flipped letter in a title looks like that) is shown as an edit nobody recorded; in
any other place a changed byte changes no answer, or the store says that it is damaged and how to mend it.
"""

import random
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from milestone import errors
from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.operations import backup, repair
from milestone.storage import BACKENDS, located, snapshots
from milestone.storage.located import Location
from milestone.testing import plain
from milestone.testing.store_contract import write
from milestone.workspace import opening
from storage.rigs import KINDS, LONG, TASKS

RECORDS = 4
SEEDS = range(12 if LONG else 2)
LOCKS = (".lock",)  # nothing is read in them
State = dict[str, Any]


# What may happen to a file.


def flipped(data: bytes, chance: random.Random) -> bytes | None:
    changed = bytearray(data)
    changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut_short(data: bytes, chance: random.Random) -> bytes | None:
    return data[: chance.randrange(len(data))]


def torn_off(data: bytes, chance: random.Random) -> bytes | None:
    return data[: -chance.randint(1, min(40, len(data)))]


def half_empty(data: bytes, chance: random.Random) -> bytes | None:
    start = chance.randrange(0, len(data), 512)
    return data[:start] + bytes(len(data[start : start + 4096])) + data[start + 4096 :]


def emptied(data: bytes, chance: random.Random) -> bytes | None:
    return b""


def gone(data: bytes, chance: random.Random) -> bytes | None:
    return None


HARM: dict[str, Callable[[bytes, random.Random], bytes | None]] = {
    each.__name__: each for each in (flipped, cut_short, torn_off, half_empty, emptied, gone)
}


def uid(number: int) -> str:
    return f"{number:032x}"


def opened(kind: str, root: Path) -> Any:
    return opening.load(BACKENDS[kind])(root, evolve=evolve, summarise=summary.row)


def made(kind: str, root: Path) -> None:
    """Make a project with a few records, one of them archived, one without its file, and a session."""
    located.write(root, Location(kind))
    if kind not in located.FILES:
        located.mark_files(root, Location(kind))
    (root / "active").mkdir(parents=True, exist_ok=True)
    with closing(opened(kind, root)) as store:
        for number in range(1, RECORDS + 1):
            write(store, plain.created(uid(number), number, title=f"Goal {number}", status="planned", tasks=TASKS))
        write(store, plain.edited(uid(1), title="Goal one"), operation="once")
        write(store, plain.marked("milestone.archived", uid(2)))
        write(store, plain.edited(uid(3), priority="high"))


def bodies(workspace: Any) -> tuple[State, int, set[str]]:
    """Return each record, how many edits nobody recorded, and the files that cannot be read."""
    with workspace.reading() as reading:
        found = {d.uid: {**d.body, "archived": d.archived} for d in reading.find("milestone")}
        assert [row["title"] for row in reading.rows()] == [found[row["uid"]]["title"] for row in reading.rows()]
        return found, reading.unrecorded, {str(each.path) for each in reading.warnings}


def workspace_of(root: Path) -> Any:
    return opening.open_workspace(root.parent, environ={"MILESTONE_ACTOR": "ana", "HOME": str(root.parent)})


class Trial:
    """One harm to one file."""

    def __init__(self, kind: str, root: Path, path: Path, expected: State) -> None:
        self.kind, self.root, self.path = kind, root, path
        self.name = str(path.relative_to(root))
        self.is_record = path.parent.name in ("active", "completed")
        self.expected = expected

    def check(self) -> str:
        """Hold the store to its word; return what became of the damage."""
        try:
            became = self._look()
        except errors.MilestoneError as told:
            assert told.next or told.hint, f"it says no way out: {told.message}"
            became = self._mended()
        try:
            self._go_on()
        except errors.Damaged:  # found only by who writes there
            became = self._mended()
            self._go_on()
        return became

    def _go_on(self) -> None:
        """Write to a record that nobody harmed."""
        other = uid(1 if "004" in self.name else 4)
        workspace = workspace_of(self.root)
        with closing(workspace.store):
            workspace.write(lambda _txn, _ctx: [plain.edited(other, description="goes on")])
            # Acknowledged: were the damage found only now, mending it must keep this too.
            self.expected = {**self.expected, other: {**self.expected[other], "description": "goes on"}}
            found, _, _ = bodies(workspace)
            assert found[other]["description"] == "goes on"

    def _look(self) -> str:
        workspace = workspace_of(self.root)
        with closing(workspace.store):
            found, unrecorded, unreadable = bodies(workspace)
        if found == self.expected:
            return "no answer changed"
        differ = {key for key in found.keys() | self.expected.keys() if found.get(key) != self.expected.get(key)}
        assert self.is_record, f"{differ} changed, and nobody was told"
        assert len(differ) <= 2, "one bad file takes others with it"
        assert unrecorded or self.name in unreadable, "an edit is neither counted nor named"
        return "shown as an edit"

    def _mended(self) -> str:
        workspace = workspace_of(self.root)
        with closing(workspace.store):
            health = repair.repair(workspace, environ={})
            assert not [each for each in health.remaining if each["severity"] == "error"], health.remaining
            found, _, _ = bodies(workspace)
        kept = {key: {**body, "status": None} for key, body in self.expected.items()}
        assert {key: {**body, "status": None} for key, body in found.items()} == kept
        return "mended"


def files_of(root: Path) -> list[Path]:
    return [each for each in sorted(root.rglob("*")) if each.is_file() and not each.name.endswith(LOCKS)]


@pytest.mark.parametrize("how", HARM)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.timeout(1200)
def test_no_harm_to_any_file_goes_unseen(tmp_path: Path, kind: str, how: str):
    template = tmp_path / "template" / ".milestones"
    made(kind, template)
    workspace = workspace_of(template)
    expected, _, _ = bodies(workspace)
    if kind == "sqlite":  # of which there is one copy, and no files yet
        backup.create(workspace)
    workspace.store.close()
    told: dict[str, int] = {}
    for original in files_of(template):
        for seed in SEEDS:
            root = tmp_path / "trial" / ".milestones"
            shutil.rmtree(root.parent, ignore_errors=True)
            shutil.copytree(template, root)
            _take_over(template, root)
            path = root / original.relative_to(template)
            if not path.stat().st_size:
                continue
            harmed = HARM[how](path.read_bytes(), random.Random(f"{original.name}/{seed}"))
            path.unlink()
            if harmed is not None:
                path.write_bytes(harmed)
            trial = Trial(kind, root, path, expected)
            try:
                became = trial.check()
            except Exception as problem:
                raise AssertionError(f"{kind}: {trial.name} {how} (seed {seed}): {problem!r}") from problem
            told[became] = told.get(became, 0) + 1
    print(f"{kind}: {how}: {told}")
    assert told


def _take_over(template: Path, root: Path) -> None:
    """Let the copy be the store itself: a copied folder would begin a new epoch."""
    epoch = root / "local" / "epoch"
    if epoch.exists():
        before, now = (str(each.stat().st_ino) for each in (template, root))
        epoch.write_text(epoch.read_text().replace(before, now))


def test_the_rig_finds_kept_documents_that_are_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The seeded fault: a kept document is taken as it lies there."""
    monkeypatch.setattr(snapshots, "_decoded", lambda data: snapshots.DECODER.decode(data[9:]) if data else None)
    root = tmp_path / ".milestones"
    made("file", root)
    workspace = workspace_of(root)
    expected, _, _ = bodies(workspace)
    path = root / "local" / "documents" / "milestone" / f"{uid(1)}.json"

    path.write_bytes(path.read_bytes().replace(b"Goal one", b"Goal two"))

    with pytest.raises(AssertionError):
        Trial("file", root, path, expected).check()


def test_a_broken_note_of_the_store_is_never_taken_for_none(tmp_path: Path):
    root = tmp_path / ".milestones"
    made("sqlite", root)
    for name in located.NOTES:
        (root / name).write_text('{"backend": "sqlite", "check": 1}')

    with pytest.raises(errors.Damaged):
        located.read(root)

    health = repair.repair(workspace_of(root), environ={})
    assert "log_repaired" in [each["code"] for each in health.findings]
    assert located.read(root).backend == "sqlite"
