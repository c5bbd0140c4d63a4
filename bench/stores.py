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
from bench.store_bounds import BARE_ONES, FOUR, Wanted
from bench.store_lanes import PARSE, REBUILD
from bench.timing import Command, Lane, Sample, interleave, measure
from milestone.testing import postgres
from milestone.testing.postgres_binaries import NoServer

KINDS = ("", BARE_ONES)  # of plans: four tasks a milestone, or none
PAGE = Path(__file__).with_name("STORES.md")
SETTLED = 2.2  # seconds after which the stamps of new files can be trusted
HEAD = """# Stores of many milestones

Written by `python -m bench.stores`; with `--only status,done --size 10000 100000` a part is measured and printed.
Only ratios within one run mean anything. Every command runs once a round, in turn; the first round is thrown away.
Handing in and moving are done anew each time, the folder is made before the clock starts; parsing and rebuilding
are timed inside their process, without its start. A milestone has four tasks unless it says without; Taskwarrior
has one task for each, and where it says *with four tasks each* the same tasks with the same dependencies as
ours. PostgreSQL runs on the same machine and syncs; its own CPU time is not in ours.
"""


def main(argv: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(argv)
    notes: list[str] = []
    promised = store_bounds.promised(options.sizes, options.backends, options)
    wanted = store_bounds.Wanted(promised, options.only)
    with tempfile.TemporaryDirectory(prefix="milestone-bench-") as folder, _server(options, notes) as dsn:
        home = Path(folder)
        here = lanes.environment(home, **({"MILESTONE_DSN": dsn} if dsn else {}))
        backends = [each for each in options.backends if dsn or each != "postgres"]
        commands = _commands(home, options.sizes, backends, dsn, here, notes, wanted)
        time.sleep(SETTLED)
        measured = interleave([each for each in commands if each.name in wanted], options.rounds, home / "output")
        measured |= _once(home, options, backends, here, wanted)
    verdicts = [bounds.judge(each, measured, options.by) for each in wanted.bounds]
    notes.append(f"Judged by the medians of {options.by} time.")
    text = table.page(verdicts, measured, notes, table.machine(options.rounds), HEAD)
    out = options.out or (None if options.only else PAGE)
    if out is not None:
        out.write_text(text)
    print(text)
    return 0 if all(verdict.held for verdict in verdicts) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.stores", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--sizes", "--size", type=int, nargs="*", default=list(store_bounds.SIZES))
    parser.add_argument("--backends", nargs="*", default=list(store_bounds.BACKENDS))
    parser.add_argument("--large", type=int, default=10_000, help="milestones handed in and moved at once")
    parser.add_argument("--times", type=int, default=3, help="how often that is done")
    words = "bounds whose lane has one of these words, such as done,status,plan,migrate,index; all without"
    parser.add_argument("--only", type=lambda text: text.split(","), default=[], help=words)
    parser.add_argument("--by", choices=("wall", "cpu"), default="wall", help="cpu where others work here too")
    parser.add_argument("--out", type=Path, help="file to write; STORES.md here, with --only nowhere")
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
    home: Path,
    sizes: Sequence[int],
    backends: Sequence[str],
    dsn: str,
    here: Mapping[str, str],
    notes: list[str],
    wanted: Wanted,
) -> list[Command]:
    commands = lanes.bare(home)
    for size in sizes:
        for backend in store_bounds.at(size, backends):
            if wanted.any(f", {backend}, {size}"):
                own = store_lanes.of_its_own(here, f"{backend}_{size}")
                folder = store_lanes.filled(home, backend, size, own)
                commands += store_lanes.changes(folder, backend, size, own)
        commands += store_lanes.bare_sqlite(home, size, here)
        psql = shutil.which("psql")
        if dsn and psql:
            commands += store_lanes.bare_postgres(home, size, psql, dsn, here)
        if wanted.any("task ", f"{size} tasks"):
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
    home: Path, options: argparse.Namespace, backends: Sequence[str], here: Mapping[str, str], wanted: Wanted
) -> dict[str, Lane]:
    """Measure what cannot be repeated in one place: handing in, moving, rebuilding; and what they stand beside."""
    large = options.large
    found: dict[str, Lane] = {}
    plans = {name: home / f"plan{len(name)}.json" for name in KINDS}
    imports = {f"task import, {large}{name}": home / f"tasks{len(name)}.json" for name in ("", FOUR)}
    for name, file in plans.items():
        file.write_text(store_lanes.plan_text(1, large, bare=name == BARE_ONES))
    for lane, file in imports.items():
        file.write_text(store_lanes.tasks_text(large, whole=lane.endswith(FOUR)))
    moved = "file" in backends and wanted.any("migrate")
    for number in range(options.times):
        turn = home / f"turn-{number}"
        for backend in backends:
            for name, file in plans.items():
                lane = f"milestone plan --from, {backend}, {large}{name}"
                if lane in wanted or (moved and backend == "file" and not name):
                    own = store_lanes.of_its_own(here, f"{backend}_turn_{number}_{len(name)}")
                    folder = store_lanes.project(turn / f"plan{len(name)}", backend, large, own)
                    _add(found, lane, fixed("", [str(PROGRAM), "plan", "--from", str(file)], folder, own))
        _imports(found, home, turn, imports, wanted)
        if moved:
            _moves(found, turn / "plan0", backends, large, store_lanes.of_its_own(here, f"moved_{number}"))
        if wanted.any("index rebuilt"):
            _rebuilds(found, turn, backends, here)
    return found


def _imports(found: dict[str, Lane], home: Path, turn: Path, imports: Mapping[str, Path], wanted: Wanted) -> None:
    for lane, file in imports.items():
        if shutil.which("task") and lane in wanted:
            taken = turn / lane.replace(" ", "-")
            command = [str(shutil.which("task")), "import", str(file)]
            _add(found, lane, fixed("", command, taken, _task_home(home, taken)))


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
    wall, cpu = (float(seconds) * 1000 for seconds in said.split())
    lane.samples.append(Sample(wall=wall, cpu=cpu))


if __name__ == "__main__":
    sys.exit(main())
