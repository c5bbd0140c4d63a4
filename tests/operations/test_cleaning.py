"""What `doctor --clean` removes, and what it never does."""

import json
import os

import pytest

from milestone import clock
from milestone.cli.main import run
from milestone.operations import cleaning

DAY = 86_400


def put(root, name, days):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    then = clock.wall_ns() // 10**9 - days * DAY
    for each in (path, path.parent):
        os.utime(each, (then, then))
    return path


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("temp/deep/plan.yaml", 2),
        ("local/drafts/milestone-001.yaml", 2),
        ("backups/trials/backup-1-x/logs", 2),
        ("backups/replaced/1/logs", 31),
        ("logs/damaged/1/1.jsonl", 31),
        ("database/damaged/1/milestones.db", 31),
    ],
)
def test_what_is_old_goes_and_what_is_young_stays(tmp_path, name, days):
    young = put(tmp_path, name, 0)
    assert cleaning.clean(tmp_path) == []
    assert young.exists()

    old = put(tmp_path, name, days)
    [told] = cleaning.clean(tmp_path)

    assert not old.exists()
    assert (told["severity"], told["repaired"]) == ("note", True)
    assert told["message"].startswith("1 ")


def test_what_a_person_typed_is_never_among_it(tmp_path):
    kept = [
        put(tmp_path, f"local/{folder}/milestone-001.yaml", 400) for folder in ("quarantine", "edits", "rescued")
    ]
    cleaning.clean(tmp_path)
    assert all(path.exists() for path in kept)


def test_a_link_is_not_followed(tmp_path):
    target = put(tmp_path, "elsewhere/file", 50)
    (tmp_path / "temp").mkdir()
    (tmp_path / "temp" / "link").symlink_to(target)
    cleaning.clean(tmp_path)
    assert target.exists()


def test_the_command_says_what_it_removed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MILESTONE_ACTOR", "ana")
    assert run(["init"]) == 0
    put(tmp_path / ".milestones", "temp/old", 3)
    capsys.readouterr()

    assert run(["doctor", "--clean", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)["data"]["findings"]
    assert [each["message"] for each in found if each["code"] == "left_over"] == [
        "1 temporary files older than a day were removed."
    ]
