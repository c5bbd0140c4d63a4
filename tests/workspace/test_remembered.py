"""Settings are remembered while the files they came from stay as they are."""

import json

import pytest

from milestone import clock
from milestone.workspace import remembered


@pytest.fixture
def root(tmp_path):
    """A project with a configuration and a place for what is local."""
    folder = tmp_path / ".milestones"
    for name in ("config", "local"):
        (folder / name).mkdir(parents=True)
    write(folder, "shop")
    return folder


def write(root, name):
    path = root / "config/milestone-config.yaml"
    path.write_text(f"project:\n  name: {name}\nintegrations:\n  slack:\n    webhook: https://token-4711\n")


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """Hours have passed since the files changed: a young file is read again."""
    wall = clock.wall_ns
    monkeypatch.setattr(clock, "wall_ns", lambda: wall() + 7_200_000_000_000)


def environ(root):
    return {"HOME": str(root)}


def test_they_are_read_once(root):
    assert remembered.values(root, environ(root))["project.name"] == "shop"
    kept = json.loads((root / remembered.FILE).read_text())
    kept["values"]["project.name"] = "remembered"
    (root / remembered.FILE).write_text(json.dumps(kept))

    assert remembered.values(root, environ(root))["project.name"] == "remembered"


def test_a_changed_file_is_read_again(root):
    remembered.values(root, environ(root))
    write(root, "market")

    assert remembered.values(root, environ(root))["project.name"] == "market"


def test_a_variable_that_sets_one_counts(root):
    remembered.values(root, environ(root))

    changed = environ(root) | {"MILESTONE_PROJECT_TIMEZONE": "Europe/Berlin"}

    assert remembered.signature(root, changed) != remembered.signature(root, environ(root))


def test_what_cannot_be_kept_is_read_every_time(root):
    (root / "local").rmdir()

    assert remembered.values(root, environ(root))["project.name"] == "shop"
    assert not (root / remembered.FILE).exists()


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"signature": []}'])
def test_a_broken_memory_is_replaced(broken, root):
    (root / remembered.FILE).write_text(broken)

    assert remembered.values(root, environ(root))["project.name"] == "shop"


def test_no_secret_is_kept(root):
    remembered.values(root, environ(root) | {"MILESTONE_DSN": "postgres://u:hidden@h/d"})

    text = (root / remembered.FILE).read_text()
    assert "token-4711" not in text
    assert "hidden" not in text
