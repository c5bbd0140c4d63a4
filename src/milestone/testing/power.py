"""A simulated power cut: what a disk may hold when un-synced work is lost, for every moment of a piece of work.

Records the calls made through `os` and by SQLite, then builds every state a file system may show afterwards:
content is safe after `fsync` of the file, a name after `fsync` of its folder; anything else may be there, half
there or missing.
"""

import itertools
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from milestone.testing import sqlite_disk

NOTED = ("open", "write", "pwrite", "lseek", "ftruncate", "truncate", "fsync", "rename", "link", "unlink", "mkdir")
MANY = 6  # above so many uncertain steps, states are sampled
SAMPLES = 40


class Step(NamedTuple):
    """One change: `node` is a file, `path` a name; a sync names what it makes safe."""

    kind: str  # name, unname, folder, data, size, sync
    path: str = ""
    node: int = 0
    old: str = ""  # of a rename
    offset: int = 0
    data: bytes = b""


class Disk:
    """Names and contents under one folder."""

    def __init__(self, names: dict[str, int], contents: dict[int, bytes], folders: set[str]) -> None:
        self.names = names
        self.contents = contents
        self.folders = folders

    @classmethod
    def of(cls, root: Path) -> "Disk":
        """Return what lies under a folder now."""
        paths = sorted(root.rglob("*"))
        names = {str(path): place + 1 for place, path in enumerate(p for p in paths if p.is_file())}
        contents = {node: Path(path).read_bytes() for path, node in names.items()}
        return cls(names, contents, {str(path) for path in paths if path.is_dir()})

    def copy(self) -> "Disk":
        return Disk(dict(self.names), dict(self.contents), set(self.folders))

    def apply(self, step: Step, part: float = 1.0) -> None:
        """Take a step, of its data only a part."""
        if step.kind == "folder":
            self.folders.add(step.path)
        elif step.kind == "name":
            self.names[step.path] = step.node
            self.contents.setdefault(step.node, b"")
            self.names.pop(step.old, None)
        elif step.kind == "unname":
            self.names.pop(step.path, None)
        elif step.kind == "size":
            self.contents[step.node] = self.contents.get(step.node, b"")[: step.offset]
        elif step.kind == "data":
            data = step.data[: int(len(step.data) * part)]
            before = self.contents.get(step.node, b"").ljust(step.offset, b"\0")
            self.contents[step.node] = before[: step.offset] + data + before[step.offset + len(data) :]

    def write(self) -> None:
        """Put it on the real disk, where it was."""
        for folder in sorted(self.folders):
            Path(folder).mkdir(parents=True, exist_ok=True)
        for path, node in self.names.items():
            if Path(path).parent.is_dir():
                Path(path).write_bytes(self.contents.get(node, b""))


class Recorder:
    """Writes down what changes under a folder."""

    def __init__(self, root: Path) -> None:
        self.disk = Disk.of(root)
        self.before = self.disk.copy()
        self.steps: list[Step] = []
        self._root = str(root)
        self._at: dict[int, tuple[str, int, int]] = {}  # descriptor -> path, node (0: a folder), place
        self._next = max(self.disk.contents, default=0) + 1
        self._unnamed: set[str] = set()

    @contextmanager
    def installed(self) -> Iterator["Recorder"]:
        """Change `os` inside the block."""
        notes = {name: getattr(self, f"note_{name}") for name in NOTED}
        real = {name: getattr(os, name) for name in notes}
        try:
            for name, call in real.items():
                setattr(os, name, self._wrapped(notes[name], call))
            with sqlite_disk.installed(self._heard):
                yield self
        finally:
            for name, call in real.items():
                setattr(os, name, call)

    def _heard(self, name: str, path: str, args: tuple[Any, ...], call: Callable[..., int]) -> int:
        """Write down what SQLite does."""
        code = call()
        if code == sqlite_disk.OK:
            self._note_sqlite(name, path, args)
        return code

    def _note_sqlite(self, name: str, path: str, args: tuple[Any, ...]) -> None:
        node = self.disk.names.get(path, 0)
        if name == "open" and not node:
            self._take(Step("name", path, self._next))
            self._next += 1
            if args[0] & sqlite_disk.JOURNALS:
                self._unnamed.add(path)  # SQLite makes the name of a journal safe with its first sync
        elif name == "write":
            self._take(Step("data", path, node, offset=args[0], data=args[1]))
        elif name == "ftruncate":
            self._take(Step("size", path, node, offset=args[0]))
        elif name == "fsync":
            self.note_sync(path, node)
            if path in self._unnamed:
                self._unnamed.remove(path)
                self.note_sync(str(Path(path).parent), 0)
        elif name == "unlink":
            self._take(Step("unname", path))
            if args[0]:
                self.note_sync(str(Path(path).parent), 0)

    def note_sync(self, path: str, node: int) -> None:
        self._take(Step("sync", path, node))

    def _wrapped(self, note: Callable[..., None], call: Callable[..., Any]) -> Callable[..., Any]:
        def both(*args: Any, **kwargs: Any) -> Any:
            answer = call(*args, **kwargs)
            note(answer, *args)
            return answer

        return both

    def _take(self, step: Step) -> None:
        if step.path.startswith(self._root):
            self.steps.append(step)
            self.disk.apply(step)

    def note_open(self, descriptor: int, path: Any, flags: int, *_mode: int) -> None:
        name = os.fspath(path)
        if flags & os.O_CREAT and name not in self.disk.names:
            self._take(Step("name", name, self._next))
            self._next += 1
        node = self.disk.names.get(name, 0)
        place = len(self.disk.contents.get(node, b"")) if flags & os.O_APPEND else 0
        self._at[descriptor] = (name, node, place)

    def note_write(self, written: int, descriptor: int, data: Any) -> None:
        path, node, place = self._at.get(descriptor, ("", 0, 0))
        self._take(Step("data", path, node, offset=place, data=bytes(data)[:written]))
        self._at[descriptor] = (path, node, place + written)

    def note_pwrite(self, written: int, descriptor: int, data: Any, offset: int) -> None:
        path, node, _ = self._at.get(descriptor, ("", 0, 0))
        self._take(Step("data", path, node, offset=offset, data=bytes(data)[:written]))

    def note_lseek(self, place: int, descriptor: int, *_how: int) -> None:
        path, node, _ = self._at.get(descriptor, ("", 0, 0))
        self._at[descriptor] = (path, node, place)

    def note_ftruncate(self, _answer: None, descriptor: int, size: int) -> None:
        path, node, _ = self._at.get(descriptor, ("", 0, 0))
        self._take(Step("size", path, node, offset=size))

    def note_truncate(self, _answer: None, path: Any, size: int) -> None:
        self._take(Step("size", os.fspath(path), self.disk.names.get(os.fspath(path), 0), offset=size))

    def note_fsync(self, _answer: None, descriptor: int) -> None:
        path, node, _ = self._at.get(descriptor, ("", 0, 0))
        self.note_sync(path, node)

    def note_rename(self, _answer: None, old: Any, new: Any) -> None:
        self._take(Step("name", os.fspath(new), self.disk.names.get(os.fspath(old), 0), old=os.fspath(old)))

    def note_link(self, _answer: None, old: Any, new: Any) -> None:
        self._take(Step("name", os.fspath(new), self.disk.names.get(os.fspath(old), 0)))

    def note_unlink(self, _answer: None, path: Any) -> None:
        self._take(Step("unname", os.fspath(path)))

    def note_mkdir(self, _answer: None, path: Any, *_mode: int) -> None:
        self._take(Step("folder", os.fspath(path)))


def states(recorder: Recorder, seed: int = 1) -> Iterator[tuple[int, Disk]]:
    """Yield what the disk may hold when power goes after each number of steps."""
    for taken in range(len(recorder.steps) + 1):
        steps = recorder.steps[:taken]
        unsure = [place for place, step in enumerate(steps) if step.kind != "sync" and not _is_safe(steps, place)]
        for kept in _choices(unsure, random.Random(seed + taken)):
            yield taken, _state(recorder.before, steps, kept)


def _is_safe(steps: list[Step], place: int) -> bool:
    step = steps[place]
    later = [other for other in steps[place + 1 :] if other.kind == "sync"]
    if step.kind in ("data", "size"):
        return any(sync.node == step.node for sync in later)
    return any(sync.node == 0 and sync.path == str(Path(step.path).parent) for sync in later)


def _choices(unsure: list[int], chance: random.Random) -> Iterator[dict[int, float]]:
    """Yield how much of each uncertain step is there: every combination of few, a sample of many."""
    if len(unsure) <= MANY:
        for parts in itertools.product((0.0, 1.0), repeat=len(unsure)):
            yield dict(zip(unsure, parts, strict=True))
        return
    yield dict.fromkeys(unsure, 0.0)
    yield dict.fromkeys(unsure, 1.0)
    for one in unsure:
        yield {place: float(place == one) for place in unsure}
        yield {place: float(place != one) for place in unsure}
        yield {place: 0.5 if place == one else 1.0 for place in unsure}
    for _ in range(SAMPLES):
        yield {place: chance.choice((0.0, 0.5, 1.0)) for place in unsure}


def _state(before: Disk, steps: list[Step], kept: dict[int, float]) -> Disk:
    disk = before.copy()
    for place, step in enumerate(steps):
        part = kept.get(place, 1.0)
        if part > 0 and step.kind != "sync":
            disk.apply(step, part)
    return disk
