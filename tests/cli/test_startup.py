"""What a start loads: a person waits for every module of it."""

import json
import os
import subprocess
import sys

import pytest

from milestone.workspace import opening

HEAVY = {
    "msgspec",
    "yaml",
    "ruamel",
    "rich",
    "dbos",
    "sqlite3",
    "cryptography",
    "asyncio",
    "subprocess",
    "dataclasses",
}
PROGRAM = """
import sys
from milestone.cli.main import run
code = run(sys.argv[1:])
sys.stdout.flush()
found = sorted(sys.modules)
sys.stderr.write("\\n" + __import__("json").dumps(found))
sys.exit(code)
"""


def modules_of(*argv, cwd):
    environ = {key: value for key, value in os.environ.items() if not key.startswith("MILESTONE_")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *argv],
        cwd=cwd,
        env=environ | {"MILESTONE_ACTOR": "ana", "HOME": str(cwd)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture
def project(tmp_path):
    """A project whose summary holds: one record, adopted and settled."""
    active = tmp_path / ".milestones/active"
    active.mkdir(parents=True)
    record = active / "milestone-001.yaml"
    record.write_text("id: milestone-001\ntitle: Login\ntasks:\n  - {id: task-001, title: Form}\n")
    os.utime(record, (1_700_000_000, 1_700_000_000))
    adopt(tmp_path)  # makes local/, so the next opening can remember the settings there
    adopt(tmp_path)
    return tmp_path


def adopt(folder):
    """Take in what was typed by hand, as every change does first."""
    opened = opening.open_workspace(folder, environ={"MILESTONE_ACTOR": "ana", "HOME": str(folder)})
    opened.write(lambda _txn, _context: [])
    opened.store.close()


def ours(modules):
    return {name for name in modules if name.startswith("milestone.")}


def test_the_version_loads_almost_nothing(tmp_path):
    modules = modules_of("--version", cwd=tmp_path)

    assert ours(modules) == {"milestone.cli", "milestone.cli.main", "milestone.registry"}
    assert not modules & (HEAVY | {"argparse", "typing", "re", "pathlib"})


def test_help_loads_no_records_and_no_store(tmp_path):
    modules = modules_of("help", cwd=tmp_path)

    assert not modules & HEAVY
    assert not {name for name in ours(modules) if name.startswith(("milestone.domain", "milestone.storage"))}


def test_the_welcome_loads_nothing_heavy(tmp_path):
    assert not modules_of(cwd=tmp_path) & (HEAVY - {"msgspec"})


@pytest.mark.parametrize("line", [["status"], ["status", "--json"], ["list"], ["list", "--tasks"], ["next"], []])
def test_a_look_reads_the_summary_and_nothing_else(project, line):
    modules = modules_of(*line, cwd=project)

    assert not modules & HEAVY
    assert {name for name in ours(modules) if name.startswith("milestone.domain.")} <= {
        "milestone.domain.graph",
        "milestone.domain.questions",
        "milestone.domain.risk",
        "milestone.domain.rows",
        "milestone.domain.weighing",
    }
    assert not {name for name in ours(modules) if name.startswith("milestone.engine")}


@pytest.mark.parametrize(
    "line", [["update", "m1", "--priority", "low"], ["task", "start", "m1/1"], ["task", "done", "m1/1"]]
)
def test_a_plain_change_loads_no_editor_no_engine_no_keys(project, line):
    modules = modules_of(*line, cwd=project)

    assert not modules & {"ruamel", "cryptography", "dbos", "rich", "asyncio", "sqlite3"}
    # what they cost, an eighth of a bare interpreter or more each, is spent elsewhere
    assert not modules & {"_hashlib", "configparser", "locale", "random", "dataclasses"}


def test_an_approval_by_name_loads_no_keys(project):
    record = project / ".milestones/active/milestone-001.yaml"
    record.write_text(
        "id: milestone-001\ntitle: Login\ntasks:\n  - id: task-001\n    title: Form\n    kiro_workflow:\n"
        "      enabled: true\n      phases:\n        design: {approval_required: true}\n        spec: {}\n"
    )
    modules_of("task", "done", "m1/1", cwd=project)

    modules = modules_of(
        "review", "m1", "t1", "--approve", "--dry-run", cwd=project
    )  # a real one is backed up at once

    assert not modules & {"cryptography", "dbos", "rich", "sqlite3"}
