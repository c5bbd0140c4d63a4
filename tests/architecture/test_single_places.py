"""Some things are done in one place only; these tests say where."""

import ast
import re

import pytest

from architecture.source import PACKAGE, ROOT, called, imported, in_room, modules

# What day or hour it is; how long something took (`time.monotonic`) is not what a fake clock stands still for.
READS_THE_TIME = re.compile(r"(?:^|\.)(?:time\.(?:time|time_ns)|(?:datetime|date)\.(?:now|utcnow|today))$")
DYNAMIC = {"importlib.import_module", "importlib.util", "runpy"}
PRINTS = re.compile(r"^(?:print|(?:sys\.)?std(?:out|err)\.write(?:lines)?)$")
# Past three hundred lines a file has a second noun, unless its reason stands here.
LONG_FILES: dict[str, str] = {}
# Programs of their own, started as child processes: their stdout is a pipe to us, not a door to people.
# The planner reads these words in the user's code.
LOOKS_FOR_THEM = PACKAGE / "agents" / "planners" / "survey.py"
PIPES = {"agents.executors.supervise", "testing.scripted"}


def test_only_the_registry_imports_dynamically():
    offenders = [
        name
        for name, tree in modules().items()
        if name != "registry" and (DYNAMIC & set(imported(tree)) or "__import__" in called(tree))
    ]

    assert offenders == []


def test_only_the_clock_reads_the_time():
    offenders = [
        f"{name}: {call}"
        for name, tree in modules().items()
        if name != "clock"
        for call in called(tree)
        if READS_THE_TIME.search(call)
    ]

    assert offenders == []


def test_only_the_doors_print():
    offenders = [
        f"{name}: {call}"
        for name, tree in modules().items()
        if not in_room(name, "cli", "__main__", *PIPES)
        for call in called(tree)
        if PRINTS.match(call)
    ]

    assert offenders == []


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("dbos", ("engine",)),
        ("ruamel", ("storage",)),
        ("psycopg", ("storage", "testing")),
        ("sqlite3", ("engine", "storage")),
    ],
)
def test_a_library_is_imported_in_its_room_only(library: str, rooms: tuple[str, ...]):
    offenders = [
        name
        for name, tree in modules().items()
        if not in_room(name, *rooms) and any(in_room(target, library) for target in imported(tree))
    ]

    assert offenders == []


def test_files_stay_about_one_noun():
    long = {
        str(path.relative_to(PACKAGE)): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 300
    }

    assert set(long) == set(LONG_FILES), f"Split these, or say why not in LONG_FILES: {long}"


def test_every_module_says_what_it_is():
    assert [name for name, tree in modules().items() if tree.body and not ast.get_docstring(tree)] == []


def test_nothing_unfinished_is_called_done():
    words = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|NotImplementedError|not implemented|coming soon)\b")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in PACKAGE.rglob("*.py")
        for line in path.read_text().splitlines()
        if path != LOOKS_FOR_THEM and words.search(line)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("code", "calls"),
    [
        ("import time\ntime.time()", True),
        ("from datetime import datetime\ndatetime.now(UTC)", True),
        ("import datetime\ndatetime.datetime.now()", True),
        ("clock.now()", False),
        ("time.sleep(1)", False),
    ],
)
def test_reading_the_time_is_recognised(code: str, calls: bool):
    assert any(READS_THE_TIME.search(call) for call in called(ast.parse(code))) is calls


def test_whoever_runs_a_line_of_a_record_asks_first_whether_it_was_typed_here():
    found = modules()
    running = [name for name in found if in_room(name, "operations") and "proving.run" in called(found[name])]

    assert running
    assert [name for name in running if "trusting" not in ast.unparse(found[name])] == []
