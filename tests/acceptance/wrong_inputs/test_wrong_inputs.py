"""A hundred things people type wrong: the answer names the right command, and nothing is carried out."""

import hashlib
import shlex
import signal
from pathlib import Path

import pytest

from milestone.cli.main import run
from milestone.workspace import opening

LIST = Path(__file__).with_name("list.txt")
RECORDS = {
    "milestone-001": "title: Login\ntasks:\n  - {id: task-001, title: Form, estimated_hours: 2}\n",
    "milestone-002": "title: Search\ntasks:\n  - {id: task-001, title: Index, estimated_hours: 3}\n",
}


def cases():
    """Return (words typed, what the answer must name) of every line."""
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [tuple(part.strip() for part in line.split("=>", 1)) for line in lines]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Two milestones, taken in by the store."""
    for name in ("MILESTONE_DIR", "MILESTONE_SESSION", "MILESTONE_JSON"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MILESTONE_ACTOR", "ana")
    monkeypatch.setenv("HOME", str(tmp_path))
    active = tmp_path / "shop/.milestones/active"
    active.mkdir(parents=True)
    for name, text in RECORDS.items():
        (active / f"{name}.yaml").write_text(f"id: {name}\n{text}", encoding="utf-8")
    opened = opening.open_workspace(tmp_path / "shop", environ={"MILESTONE_ACTOR": "ana", "HOME": str(tmp_path)})
    opened.write(lambda _txn, _context: [])
    opened.store.close()
    monkeypatch.chdir(tmp_path / "shop")
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path / "shop/.milestones"
    signal.signal(signal.SIGTERM, before)


def digest(root):
    """Return what the records and the log are; caches and locks do not count."""
    found = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and "local" not in path.relative_to(root).parts:
            found.update(str(path).encode() + path.read_bytes())
    return found.hexdigest()


def test_the_list_has_a_hundred(project):
    assert len(cases()) >= 100


def test_at_least_95_of_100_name_the_right_command_and_none_is_carried_out(project, capsys):
    before, silent, carried_out = digest(project), [], []

    for typed, expected in cases():
        code = run(shlex.split(typed))
        captured = capsys.readouterr()
        if code == 0 or captured.out or digest(project) != before:
            carried_out.append((typed, code, captured.out))
        if expected not in captured.err:
            silent.append((typed, expected, captured.err))

    assert carried_out == []
    assert len(silent) <= len(cases()) * 0.05, "\n".join(map(str, silent))


def test_a_correct_line_would_be_noticed(project, capsys):
    """The rig bites: what is carried out changes the digest."""
    before = digest(project)

    assert run(["task", "start", "m1/1"]) == 0

    assert digest(project) != before
