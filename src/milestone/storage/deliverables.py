"""Deliverables on disk: `deliverables/<milestone>/<task>/<phase>/`, the milestone's own without `<task>`.

The short form `<task>/<phase>/` is read, and a path that a record names is followed, but never out of the project
and never through a symbolic link.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from milestone import errors
from milestone.domain import phases
from milestone.domain.deliverables import Deliverable, Found, FoundFile, digest_of
from milestone.domain.document import Body
from milestone.domain.phases import Phase
from milestone.registry import load

LARGEST = 50 * 1024 * 1024  # a deliverable is read by people
MOST = 2_000  # files of one phase


TEMPLATES = Path(__file__).with_name("deliverable_templates")


class Deliverables:
    """The deliverables of one project, and the places in its repository that records name."""

    def __init__(self, root: Path, project: Path | None = None) -> None:
        self.root = root  # the .milestones folder
        self.project = project or root.parent  # where paths of the repository are looked up: checkout or worktree

    def folder(self, milestone_id: str, task_id: str | None, phase: str) -> Path:
        """Return where a phase's files lie.

        Raises:
            Refused: an id is no plain name, or a symbolic link stands on the way.
        """
        path = self.root / "deliverables"
        for name in filter(None, (milestone_id, task_id, phase)):
            path = path / _plain_name(name)
        self._check_inside(path, self.root)
        return path

    def prepare(self, body: Body, task_id: str | None, name: str) -> Path:
        """Return the phase's folder, made, with a template of questions for each deliverable not there yet."""
        phase = _phase(body, task_id, name)
        folder = self.folder(_id(body), task_id, phase.name)
        folder.mkdir(parents=True, exist_ok=True)
        there = [file.path for file in self.found(body, task_id, phase.name).files if file.state != "missing"]
        for item in phase.expected:
            text = self._template(item.name) if item.path is None else None
            if text is not None and not any(item.matches(PurePosixPath(path).name) for path in there):
                (folder / _plain_name(item.name)).write_text(text, encoding="utf-8")
        return folder

    def survey(self, body: Body, task_id: str | None) -> dict[str, Found]:
        """Return what is there now for every phase of a task, or of the milestone's own course."""
        return {phase.name: self.found(body, task_id, phase.name) for phase in phases.of(body, task_id)}

    def found(self, body: Body, task_id: str | None, name: str) -> Found:
        """Return everything a reviewer judges of a phase.

        Raises:
            Refused: a path leads out of the project or through a symbolic link, or there is far too much.
        """
        phase = _phase(body, task_id, name)
        folder = self._reading_folder(body, task_id, phase)
        files = {path: self._file(path, folder / path) for path in _below(folder)}
        for item in phase.expected:
            self._look_for(item, bool(phase.declared), folder, files)
        shown = folder.relative_to(self.root.parent).as_posix() + "/"
        return Found(folder=shown, files=tuple(files[path] for path in sorted(files)))

    def loose(self, folder: Path) -> list[FoundFile]:
        """Return what a task without phases left in its folder, hashed; nothing when there is no such folder.

        Raises:
            Refused: there is a link or a device, or far too much.
        """
        self._check_inside(folder, self.root)
        return [self._file(path, folder / path) for path in _below(folder)] if folder.is_dir() else []

    def take_in(self, source: Path, milestone_id: str, task_id: str | None, phase: str) -> list[Path]:
        """Move what a worker left in `source` into the phase's folder; the files that came.

        Raises:
            Refused: there is a symbolic link or something that is no file; nothing was moved.
        """
        target = self.folder(milestone_id, task_id, phase)
        if not source.is_dir() or source.resolve() == target.resolve():
            return []
        paths = list(_below(source))
        for path in paths:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            self._check_inside(target / path, self.root)
            load("shutil:move")(source / path, target / path)
        return [target / path for path in paths]

    def _reading_folder(self, body: Body, task_id: str | None, phase: Phase) -> Path:
        """Return the phase's folder; the short form where only that one is there."""
        full = self.folder(_id(body), task_id, phase.name)
        if full.is_dir() or task_id is None:
            return full
        short = self.root / "deliverables" / _plain_name(task_id) / _plain_name(phase.name)
        self._check_inside(short, self.root)
        return short if short.is_dir() else full

    def _look_for(self, item: Deliverable, declared: bool, folder: Path, files: dict[str, FoundFile]) -> None:
        """Mark the files that are a deliverable; add what a path names elsewhere, else that it is missing."""
        matching = [path for path in files if item.matches(PurePosixPath(path).name)]
        if item.path is not None:
            matching = self._by_path(item.path, folder, files)
        for path in matching:
            files[path] = _declared(files[path], declared)
        if not matching:
            missing = item.path or item.name
            files[missing] = FoundFile(path=missing, state="missing", declared=declared)

    def _by_path(self, path: str, folder: Path, files: dict[str, FoundFile]) -> list[str]:
        """Return the names under which a path of the record is among the files, added when it lies elsewhere."""
        inside = PurePosixPath(path.removeprefix("./"))
        if inside.is_absolute() or ".." in inside.parts or not inside.parts:
            raise _outside(path)
        if inside.parts[0] == ".milestones":
            place = self.root.joinpath(*inside.parts[1:])
        elif inside.parts[0] == "deliverables" and not (self.project / "deliverables").exists():
            place = self.root.joinpath(*inside.parts)
        else:
            place = self.project.joinpath(*inside.parts)
        self._check_inside(place, self.root if place.is_relative_to(self.root) else self.project)
        if place.is_relative_to(folder) and place != folder:
            known = place.relative_to(folder).as_posix()
            return [known] if known in files else [p for p in files if p.startswith(f"{known}/")]
        if not place.exists():
            return []
        files[path] = self._tree(path, place) if place.is_dir() else self._file(path, place)
        return [path]

    def _tree(self, path: str, place: Path) -> FoundFile:
        below = [(inner, self._file(inner, place / inner)) for inner in _below(place)]
        said = [(inner, file.digest or "") for inner, file in below if file.state == "there"]
        size = sum(file.bytes for _, file in below)
        return FoundFile(path=path, state="there" if said else "empty", digest=digest_of(said), bytes=size)

    def _file(self, path: str, place: Path) -> FoundFile:
        if place.stat().st_size > LARGEST:
            raise errors.Refused(f"{path} is larger than 50 MB.", why="a deliverable is something people read")
        content = place.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        text = content.strip()
        state = "there" if text else "empty"
        template = self._template(PurePosixPath(path).name)
        if text and template is not None and text == template.encode().strip():
            state = "template"
        return FoundFile(path=path, state=state, digest=digest, bytes=len(content))

    def _template(self, name: str) -> str | None:
        """Return the project's template for a deliverable of that name, else ours; None where there is none."""
        own = self.root / "templates" / "deliverables" / name
        if "/" not in name and own.is_file() and not own.is_symlink():
            return own.read_text(encoding="utf-8")
        packaged = TEMPLATES / name
        return packaged.read_text(encoding="utf-8") if "/" not in name and packaged.is_file() else None

    def _check_inside(self, path: Path, base: Path) -> None:
        """Refuse a way that leads out of `base` or through a symbolic link; what is not there yet is fine."""
        if not path.is_relative_to(base):
            raise _outside(str(path))
        for part in [path, *path.parents]:
            if part == base:
                return
            if part.is_symlink():
                raise errors.Refused(
                    f"{part.relative_to(base)} is a symbolic link.",
                    why="deliverables are read and written only inside the project",
                    hint="put the file itself there",
                    code="deliverable_outside",
                )


def _below(folder: Path) -> Iterator[str]:
    """Yield the files below a folder, in order.

    Raises:
        Refused: one is a symbolic link or no plain file, or there are too many.
    """
    count = 0
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted([*folders, *names]):
            path = Path(here, name)
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode):
                continue
            if not stat.S_ISREG(mode):
                raise errors.Refused(
                    f"{path.relative_to(folder)} in {folder.name}/ is a link or a device.",
                    why="deliverables are plain files inside the project",
                    hint="put the file itself there",
                    code="deliverable_outside",
                )
            count += 1
            if count > MOST:
                raise errors.Refused(
                    f"{folder.name}/ holds more than {MOST} files.", why="nobody can judge that many"
                )
            yield path.relative_to(folder).as_posix()


def _declared(file: FoundFile, declared: bool) -> FoundFile:
    return FoundFile(path=file.path, state=file.state, digest=file.digest, bytes=file.bytes, declared=declared)


def _phase(body: Body, task_id: str | None, name: str) -> Phase:
    phase = phases.named(phases.of(body, task_id), name)
    if phase is None:
        raise errors.NotFound(f'{body.get("id")} has no phase "{name}".', code="phase_not_found")
    return phase


def _id(body: Body) -> str:
    return str(body.get("id"))


def _plain_name(name: str) -> str:
    """Return the name when it is one folder or file below its parent.

    Raises:
        Refused: it is empty, hidden, or leads elsewhere.
    """
    if not name or name.startswith(".") or "/" in name or "\\" in name or "\0" in name or len(name.encode()) > 200:
        raise _outside(name)
    return name


def _outside(path: str) -> errors.Refused:
    return errors.Refused(
        f"{path!r} is no place for a deliverable.",
        why="deliverables lie inside the project, in folders named after milestone, task and phase",
        hint="use a path below the project's folder",
        code="deliverable_outside",
    )
