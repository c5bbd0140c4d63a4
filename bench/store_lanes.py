"""The same project in each backend, and beside it what a bare database, Taskwarrior and a YAML parser take."""

import json
import sqlite3
import sys
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from bench import lanes
from bench.lanes import PROGRAM, a_milestone, changing, fixed, prepare, title
from bench.timing import Command

AT_ONCE = 10_000  # milestones that one plan may hold
PINNED = {"file": "file", "hybrid": "hybrid"}  # they would move on by themselves
READ = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1])"
BARE_LIST = f"""
{READ}
print(c.execute("SELECT status, count(*) FROM part GROUP BY status").fetchall())
print(c.execute("SELECT id, title FROM part WHERE status = 'planned' ORDER BY id LIMIT 20").fetchall())
"""
BARE_CHANGE = f"""
{READ}
c.execute("PRAGMA synchronous = FULL")
c.execute("UPDATE part SET status = ? WHERE id = ?", sys.argv[2:])
c.commit()
"""
PARSE = """
import sys, time, yaml
from pathlib import Path
texts = [path.read_bytes() for path in sorted(Path(sys.argv[1]).glob("*.yaml"))][: int(sys.argv[2])]
began = time.perf_counter(), time.process_time()
for text in texts:
    yaml.load(text, yaml.CSafeLoader)
print(time.perf_counter() - began[0], time.process_time() - began[1])
"""
REBUILD = """
import gc, sys, time
gc.set_threshold(50_000, 20, 100)  # as in the program
from pathlib import Path
from milestone.domain.document import Actor
from milestone.domain.evolve import evolve
from milestone.domain.summary import row
from milestone.storage import adopting, commit, index_file, index_writing  # as the parser has been imported, too
from milestone.storage.base import Stamp
from milestone.storage.hybrid import HybridStore
store = HybridStore(Path(sys.argv[1]), evolve=evolve, summarise=row)
index_file.remove(sys.argv[1])
began = time.perf_counter(), time.process_time()
with store.transaction(Stamp(actor=Actor(name="bench"), at="2026-11-20T09:00:00.000Z")):
    pass
print(time.perf_counter() - began[0], time.process_time() - began[1])
assert Path(index_file.path_in(sys.argv[1])).exists()
"""


def plan_text(first: int, last: int, *, bare: bool = False) -> str:
    """Return a plan of these milestones, with their four tasks, or `bare` of any."""
    planned = [a_milestone(number) for number in range(first, last + 1)]
    return json.dumps({"milestones": [{**each, "tasks": []} if bare else each for each in planned]})


def of_its_own(environment: Mapping[str, str], schema: str) -> dict[str, str]:
    """Return an environment whose PostgreSQL server, where it names one, has a schema for this project alone."""
    dsn = environment.get("MILESTONE_DSN")
    return {**environment, "MILESTONE_DSN": f"{dsn}?schema={schema}"} if dsn else dict(environment)


def project(home: Path, backend: str, size: int, environment: Mapping[str, str]) -> Path:
    """Return an empty project in a backend, in which it stays."""
    folder = home / f"{backend}-{size}"
    folder.mkdir(parents=True)
    prepare([str(PROGRAM), "init", "--no-git", "--backend", backend], folder, environment)
    if backend in PINNED:
        prepare([str(PROGRAM), "config", "set", "scale_override", PINNED[backend]], folder, environment)
    return folder


def filled(home: Path, backend: str, size: int, environment: Mapping[str, str]) -> Path:
    """Return a project with `size` milestones of four tasks."""
    folder = project(home, backend, size, environment)
    for first in range(1, size + 1, AT_ONCE):
        text = plan_text(first, min(first + AT_ONCE - 1, size))
        prepare([str(PROGRAM), "plan", "--from", "-"], folder, environment, stdin=text)
    return folder


def changes(folder: Path, backend: str, size: int, environment: Mapping[str, str]) -> list[Command]:
    """Return a look, and one change of each usual kind."""

    def update(round_number: int) -> list[str]:
        return [str(PROGRAM), "update", "m5", "--priority", lanes.PRIORITIES[round_number % 2]]

    def work(verb: str) -> Callable[[int], list[str]]:
        return lambda number: [str(PROGRAM), "task", verb, f"m{number % size + 1}/t{number // size + 1}"]

    return [
        fixed(f"milestone status, {backend}, {size}", [str(PROGRAM), "status"], folder, environment),
        fixed(f"milestone next, {backend}, {size}", [str(PROGRAM), "next"], folder, environment),
        changing(f"milestone update, {backend}, {size}", update, folder, environment),
        changing(f"milestone task start, {backend}, {size}", work("start"), folder, environment),
        changing(f"milestone task done, {backend}, {size}", work("done"), folder, environment),
    ]


def bare_sqlite(home: Path, size: int, environment: Mapping[str, str]) -> list[Command]:
    """Return a look and a change of a table with `size` rows, by an interpreter that loads nothing else."""
    folder = home / f"bare-{size}"
    folder.mkdir()
    connection = sqlite3.connect(folder / "bare.db")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE part (id INTEGER PRIMARY KEY, title TEXT, status TEXT)")
    rows = [(number, title(number), "planned") for number in range(1, size + 1)]
    connection.executemany("INSERT INTO part VALUES (?, ?, ?)", rows)
    connection.commit()
    connection.close()
    path = str(folder / "bare.db")

    def change(number: int) -> list[str]:
        return [sys.executable, "-c", BARE_CHANGE, path, ("planned", "done")[number % 2], "5"]

    return [
        fixed(f"bare SQLite, list, {size} rows", [sys.executable, "-c", BARE_LIST, path], folder, environment),
        changing(f"bare SQLite, change, {size} rows", change, folder, environment),
    ]


def bare_postgres(home: Path, size: int, psql: str, dsn: str, environment: Mapping[str, str]) -> list[Command]:
    """Return a look and a change of a table with `size` rows, by the server's own client."""
    table = f"part_{size}"
    made = (
        f"CREATE TABLE {table} AS SELECT n AS id, 'Build part ' || n AS title, 'planned' AS status"
        f" FROM generate_series(1, {size}) n; ALTER TABLE {table} ADD PRIMARY KEY (id); ANALYZE {table}"
    )
    prepare([psql, "-qd", dsn, "-c", made], home, environment)
    look = (
        f"SELECT status, count(*) FROM {table} GROUP BY status; SELECT id, title FROM {table} ORDER BY id LIMIT 20"
    )

    def change(number: int) -> list[str]:
        word = ("planned", "done")[number % 2]
        return [psql, "-qd", dsn, "-c", f"UPDATE {table} SET status = '{word}' WHERE id = 5"]

    return [
        fixed(f"bare PostgreSQL, list, {size} rows", [psql, "-qd", dsn, "-c", look], home, environment),
        changing(f"bare PostgreSQL, change, {size} rows", change, home, environment),
    ]


def tasks_text(size: int, *, whole: bool = False) -> str:
    """Return what Taskwarrior imports: a task for each milestone, or `whole` plans with their four tasks."""
    if not whole:
        return json.dumps([_task(number, 0, title(number)) for number in range(1, size + 1)])
    waits = {1: (), 2: (1,), 3: (1,), 4: (3,)}
    return json.dumps(
        [
            _task(number, step, f"Step {step} of part {number}")
            | {"project": f"part{number}", "depends": [task_uid(number, before) for before in waits[step]]}
            for number in range(1, size + 1)
            for step in waits
        ]
    )


def _task(number: int, step: int, words: str) -> dict[str, object]:
    return {"uuid": task_uid(number, step), "description": words, "project": f"p{number % 7}"}


def task_uid(number: int, step: int = 0) -> str:
    """Return the uuid of a task."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{number}-{step}"))
