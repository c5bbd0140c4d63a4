"""Measure stores of many milestones and write bench/STORES.md; ends with 1 when a bound is missed."""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench import bounds, lanes, store_bounds, store_lanes, table
from bench.lanes import PROGRAM, changing, fixed, prepare
from bench.store_lanes import PARSE, REBUILD
from bench.timing import Command, Lane, Sample, interleave, measure
from milestone.testing import postgres
from milestone.testing.postgres_binaries import NoServer

SETTLED = 2.2  # seconds after which the stamps of new files can be trusted
HEAD = """# Stores of many milestones

Written by `python -m bench.stores`. Only ratios within one run mean anything. Every command runs once a round, in
turn; the first round is thrown away. Handing in and moving are done anew each time, the folder is made before the
clock starts; parsing and rebuilding are timed inside their process, without its start. A milestone has four tasks;
Taskwarrior has one task for each milestone, and where it says *with four tasks each* the same tasks with the same
dependencies as ours. PostgreSQL runs on the same machine and syncs; its own CPU time is not in ours.
"""


def main(argv: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(argv)
    notes: list[str] = []
    with tempfile.TemporaryDirectory(prefix="milestone-bench-") as folder, _server(options, notes) as dsn:
        home = Path(folder)
        here = lanes.environment(home, **({"MILESTONE_DSN": dsn} if dsn else {}))
        backends = [each for each in options.backends if dsn or each != "postgres"]
        commands = _commands(home, options.sizes, backends, dsn, here, notes)
        time.sleep(SETTLED)
        measured = interleave(commands, options.rounds, home / "output")
        measured |= _once(home, options, backends, here)
    promised = store_bounds.promised(options.sizes, backends, options)
    verdicts = [bounds.judge(each, measured, options.by) for each in promised]
    notes.append(f"Judged by the medians of {options.by} time.")
    text = table.page(verdicts, measured, notes, table.machine(options.rounds), HEAD)
    options.out.write_text(text)
    print(text)
    return 0 if all(verdict.held for verdict in verdicts) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.stores", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(store_bounds.SIZES))
    parser.add_argument("--backends", nargs="*", default=list(store_bounds.BACKENDS))
    parser.add_argument("--large", type=int, default=10_000, help="milestones handed in and moved at once")
    parser.add_argument("--times", type=int, default=3, help="how often that is done")
    parser.add_argument("--by", choices=("wall", "cpu"), default="wall", help="cpu where others work here too")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("STORES.md"))
    return parser


@contextlib.contextmanager
def _server(options: argparse.Namespace, notes: list[str]) -> Iterator[str]:
    """Yield the address of a PostgreSQL server that syncs; empty where there is none or nobody wants one."""
    if "postgres" not in options.backends:
        yield ""
        return
    try:
        server = postgres.make(fsync="on", full_page_writes="on", shared_buffers="128MB")
        server.start()
    except NoServer as missing:
        notes.append(f"PostgreSQL was not measured: {missing}")
        yield ""
        return
    try:
        yield server.dsn()
    finally:
        server.remove()


def _commands(
    home: Path, sizes: Sequence[int], backends: Sequence[str], dsn: str, here: Mapping[str, str], notes: list[str]
) -> list[Command]:
    commands = lanes.bare(home)
    for size in sizes:
        for backend in backends:
            own = store_lanes.of_its_own(here, f"{backend}_{size}")
            folder = store_lanes.filled(home, backend, size, own)
            commands += store_lanes.changes(folder, backend, size, own)
        commands += store_lanes.bare_sqlite(home, size, here)
        psql = shutil.which("psql")
        if dsn and psql:
            commands += store_lanes.bare_postgres(home, size, psql, dsn, here)
        commands += _taskwarrior(home, size, notes)
    return commands


def _taskwarrior(home: Path, size: int, notes: list[str]) -> list[Command]:
    program = shutil.which("task")
    if not program:
        notes.append("Taskwarrior is not installed here (Debian: apt install taskwarrior).")
        return []
    folder = home / f"task-{size}"
    here = _task_home(home, folder)
    prepare([program, "import", "-"], folder, here, stdin=store_lanes.tasks_text(size))

    def done(number: int) -> list[str]:
        return [program, store_lanes.task_uid(number + 1), "done"]

    return [
        fixed(f"task list, {size} tasks", [program, "list"], folder, here),
        changing(f"task done, {size} tasks", done, folder, here),
    ]


def _task_home(home: Path, folder: Path) -> dict[str, str]:
    folder.mkdir()
    settings = folder / "taskrc"
    settings.write_text(f"data.location={folder}\nconfirmation=off\nverbose=nothing\n")
    return lanes.environment(home, TASKRC=str(settings), TASKDATA=str(folder))


def _once(
    home: Path, options: argparse.Namespace, backends: Sequence[str], here: Mapping[str, str]
) -> dict[str, Lane]:
    """Measure what cannot be repeated in one place: handing in, moving, rebuilding; and what they stand beside."""
    large = options.large
    found: dict[str, Lane] = {}
    plan, tasks, whole = home / "plan.json", home / "tasks.json", home / "whole.json"
    plan.write_text(store_lanes.plan_text(1, large))
    tasks.write_text(store_lanes.tasks_text(large))
    whole.write_text(store_lanes.tasks_text(large, whole=True))
    for number in range(options.times):
        turn = home / f"turn-{number}"
        for backend in backends:
            own = store_lanes.of_its_own(here, f"{backend}_turn_{number}")
            folder = store_lanes.project(turn, backend, large, own)
            handed_in = fixed("", [str(PROGRAM), "plan", "--from", str(plan)], folder, own)
            _add(found, f"milestone plan --from, {backend}, {large}", handed_in)
        if shutil.which("task"):
            for name, file in (("", tasks), (" with four tasks each", whole)):
                taken = turn / f"task{len(name)}"
                command = [str(shutil.which("task")), "import", str(file)]
                _add(found, f"task import, {large}{name}", fixed("", command, taken, _task_home(home, taken)))
        _moves(found, turn, backends, large, store_lanes.of_its_own(here, f"moved_{number}"))
        _rebuilds(found, turn, backends, here)
    return found


def _moves(
    found: dict[str, Lane], turn: Path, backends: Sequence[str], large: int, here: Mapping[str, str]
) -> None:
    """Move the project just made on files to SQLite, and on to PostgreSQL, beside parsing its files."""
    if not {"file", "sqlite"} <= set(backends):
        return
    folder = turn / f"file-{large}"
    _inside(
        found, f"yaml.CSafeLoader, {large} files", PARSE, [str(folder / ".milestones/active"), str(large)], here
    )
    prepare([str(PROGRAM), "config", "set", "scale_override", "auto"], folder, here)
    for source, to in zip(("file", "sqlite"), ("sqlite", "postgres"), strict=True):
        if to in backends:
            command = [str(PROGRAM), "migrate", "--to", to]
            command += ["--dsn-env", "MILESTONE_DSN"] if to == "postgres" else []
            _add(found, f"milestone migrate, {source} to {to}, {large}", fixed("", command, folder, here))


def _rebuilds(found: dict[str, Lane], turn: Path, backends: Sequence[str], here: Mapping[str, str]) -> None:
    if "hybrid" not in backends:
        return
    folder = store_lanes.filled(turn / "rebuild", "hybrid", 1000, here)
    time.sleep(SETTLED)
    records = folder / ".milestones"
    _inside(found, "yaml.CSafeLoader, 1000 files", PARSE, [str(records / "active"), "1000"], here)
    _inside(found, "index rebuilt, 1000 files", REBUILD, [str(records)], here)


def _add(found: dict[str, Lane], name: str, command: Command) -> None:
    named = Command(name=name, arguments=command.arguments, folder=command.folder, environment=command.environment)
    lane = found.setdefault(name, Lane(command=named))
    lane.samples.append(measure(named, 1, command.folder / "output"))


def _inside(found: dict[str, Lane], name: str, code: str, words: Sequence[str], here: Mapping[str, str]) -> None:
    """Take the seconds that a program says it took, as wall and as CPU time."""
    command = [sys.executable, "-c", code, *words]
    said = subprocess.run(command, env=dict(here), capture_output=True, text=True, check=True, timeout=600).stdout
    lane = found.setdefault(name, Lane(command=fixed(name, command, Path(os.devnull), here)))
    lane.samples.append(Sample(wall=float(said) * 1000, cpu=float(said) * 1000))


if __name__ == "__main__":
    sys.exit(main())
