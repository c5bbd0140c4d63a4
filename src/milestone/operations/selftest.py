"""The load simulator: a project in a temporary folder, many processes at once, then every promise checked."""

import json
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any

import msgspec

from milestone import errors, registry
from milestone.domain.document import Document
from milestone.domain.evolve import evolve
from milestone.operations.init import InitRequest, init
from milestone.operations.plan import plan
from milestone.operations.plan_options import PlanRequest
from milestone.operations.selftest_work import TASKS, Act, Share, work
from milestone.storage import located
from milestone.storage.base import Reading
from milestone.workspace.base import Workspace
from milestone.workspace.opening import open_workspace

BACKENDS = ("auto", "file", "hybrid", "sqlite", "postgres")
PASSING = "milestone.storage.postgresql.passing:schema"  # imports psycopg
AT_ONCE = 500  # milestones planned in one transaction
MOST_PROCESSES = 32


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """How much of what."""

    milestones: int = 100
    operations: int = 200
    processes: int = 4
    backend: str = "auto"
    seed: int = 1


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, how fast, and each promise that was not kept."""

    load: Load
    backend: str  # at the end: a project may have outgrown the one it began in
    made_seconds: float
    worked_seconds: float
    acts: tuple[Act, ...]
    events: int
    bytes: int
    broken: tuple[str, ...]


def run(load: Load, *, environ: Mapping[str, str]) -> Tested:
    """Make a project, work on it from several processes, check it, throw it away.

    Raises:
        InvalidRequest: a figure makes no sense, or nobody says where PostgreSQL is.
        NotPermitted: the role may make no schema there; one is made for the test, and taken away after it.
    """
    _check(load, environ)
    with tempfile.TemporaryDirectory(prefix="milestone-selftest-") as folder, _server(load, environ) as more:
        here = {**_plain(environ, folder), **more}
        init(InitRequest(start=Path(folder), backend=load.backend, git=False), environ=here)
        workspace = open_workspace(Path(folder), as_="load-0", environ=here)
        began = time.perf_counter()
        _make(workspace, load.milestones)
        made = time.perf_counter()
        acts = _work(load, folder, here)
        worked = time.perf_counter()
        with workspace.reading() as reading:
            events = reading.seq
            broken = [*broken_promises(reading, load.milestones, acts), *_unverified(workspace)]
        workspace.store.close()
        return Tested(
            load=load,
            backend=located.read(workspace.root).backend,
            made_seconds=made - began,
            worked_seconds=worked - made,
            acts=tuple(acts),
            events=events,
            bytes=_size(Path(folder)),
            broken=tuple(broken),
        )


@contextmanager
def _server(load: Load, environ: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Give the variable that names a schema of this test's own, where the load goes to a server."""
    if load.backend != "postgres":
        yield {}
        return
    with registry.load(PASSING)(environ["MILESTONE_DSN"]) as address:
        yield {"MILESTONE_DSN": address}


def broken_promises(reading: Reading, milestones: int, acts: Sequence[Act]) -> Iterator[str]:
    """Yield what a store must never do and did: lose, double, skip, answer otherwise, differ from its events."""
    yield from (act.wrong for act in acts if act.wrong)
    recorded: Counter[str] = Counter()
    documents: dict[tuple[str, str], Document] = {}
    last = 0
    for each in reading.events():
        if each.seq != last + 1:
            yield f"event {each.seq} follows event {last}"
        last = each.seq
        recorded[each.operation or ""] += 1
        key = (each.event.document, each.event.uid)
        documents[key] = evolve(documents.get(key), each)
    yield from _lost_and_doubled(recorded, acts)
    for (kind, uid), document in documents.items():
        if reading.load(kind, uid) != document:
            yield f"{document.body.get('id', uid)} is not what its events say"
    names = Counter(str(row["id"]) for row in reading.rows())
    yield from (f"{name} is there {count} times" for name, count in names.items() if count > 1)
    if len(names) != milestones:
        yield f"{milestones} milestones were made, {len(names)} are there"


def _lost_and_doubled(recorded: Mapping[str, int], acts: Sequence[Act]) -> Iterator[str]:
    promised = {act.key: act.events for act in acts if act.key and not act.wrong and act.kind != "again"}
    for key, events in promised.items():
        found = recorded.get(key, 0)
        if found != events:
            word = "lost" if found < events else "doubled"
            yield f"{key}: {word}, {events} events were acknowledged and {found} are there"


def _unverified(workspace: Workspace) -> list[str]:
    found = workspace.store.verify()
    return [] if found["ok"] else [f"the store does not verify: {str(each)[:200]}" for each in found["findings"]]


def _make(workspace: Workspace, count: int) -> None:
    """Plan that many milestones of four tasks."""
    for first in range(1, count + 1, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count + 1))
        text = json.dumps({"milestones": [_milestone(number) for number in numbers]})
        plan(workspace, PlanRequest(handed_in=(text, "selftest")))


def _milestone(number: int) -> dict[str, Any]:
    waits = [[], ["task-001"], ["task-001"], ["task-003"]]
    return {
        "id": f"milestone-{number:03d}",
        "title": f"Build part {number}",
        "success_criteria": [f"part {number} answers in 200 ms"],
        "dependencies": {"requires": [f"milestone-{number - 1:03d}"]} if number % 10 == 0 else {},
        "tasks": [
            {"title": f"Step {step + 1} of part {number}", "estimated_hours": 8, "dependencies": waits[step]}
            for step in range(TASKS)
        ],
    }


def _work(load: Load, folder: str, environ: Mapping[str, str]) -> list[Act]:
    each = ceil(load.operations / load.processes)
    sizes = [min(each, load.operations - first) for first in range(0, load.operations, each)]
    shares = [
        Share(
            folder=folder,
            number=number,
            seed=load.seed,
            milestones=load.milestones,
            operations=size,
            environ=environ,
        )
        for number, size in enumerate(sizes, 1)
    ]
    context = multiprocessing.get_context("spawn")  # nothing that is open here may be shared
    with ProcessPoolExecutor(max_workers=max(1, len(shares)), mp_context=context) as pool:
        return [act for acts in pool.map(work, shares) for act in acts]


def _plain(environ: Mapping[str, str], folder: str) -> dict[str, str]:
    """Return an environment in which nobody's settings, projects and databases take part."""
    kept = {name: value for name, value in environ.items() if not name.startswith(("MILESTONE", "XDG_"))}
    return {**kept, "HOME": folder, "XDG_CONFIG_HOME": f"{folder}/.config"}


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _check(load: Load, environ: Mapping[str, str]) -> None:
    if load.backend not in BACKENDS:
        raise errors.InvalidRequest(
            f'selftest takes the backends {", ".join(BACKENDS)}, not "{load.backend}".',
            next=["milestone selftest --backend sqlite"],
        )
    if load.backend == "postgres" and not environ.get("MILESTONE_DSN"):
        raise errors.InvalidRequest(
            "Nobody says where PostgreSQL is.",
            why="selftest makes a schema of its own at MILESTONE_DSN and takes it away afterwards",
            next=["MILESTONE_DSN=ADDRESS milestone selftest --backend postgres"],
        )
    for word, value, most in (
        ("--load", load.milestones, 1_000_000),
        ("--ops", load.operations, 10_000_000),
        ("--processes", load.processes, MOST_PROCESSES),
    ):
        if not 1 <= value <= most:
            raise errors.InvalidRequest(
                f"{word} takes a number from 1 to {most}, not {value}.", next=[f"milestone selftest {word} 10"]
            )
