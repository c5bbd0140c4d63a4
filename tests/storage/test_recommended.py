"""`config/storage-backend.txt`: a word for every clone, named where this clone uses another store."""

import json
from pathlib import Path

import pytest

from milestone.storage import recommended
from milestone.testing.typed import Typed


@pytest.mark.parametrize(
    ("text", "backend"),
    [
        ("database\n", "sqlite"),
        ("# what we use\n\n  PostgreSQL  # since May\n", "postgres"),
        ("hybrid", "hybrid"),
        ("mongo\n", None),
        ("", None),
        ("# nothing\n", None),
    ],
)
def test_a_word_is_read_as_people_write_it(tmp_path: Path, text: str, backend: str | None):
    (tmp_path / "config").mkdir()
    (tmp_path / recommended.NAME).write_text(text)

    assert recommended.read(tmp_path) == backend


def test_nothing_is_recommended_without_the_file(tmp_path: Path):
    assert recommended.read(tmp_path) is None


def warned(typed: Typed) -> list[str]:
    return [each["code"] for each in json.loads(typed.does("status", "--json").out)["warnings"]]


def test_another_store_than_the_recommended_one_is_named_until_the_clone_moves(tmp_path: Path):
    typed = Typed(tmp_path)
    typed.does("init")
    typed.write(f".milestones/{recommended.NAME}", "database\n")

    assert warned(typed) == ["backend_recommended"]
    assert "milestone migrate --to sqlite" in " ".join(typed.does("status").err.split())
    health = typed.does("update", "--system-health", "--json").data
    assert health["recommended"] == "sqlite"
    assert [each["command"] for each in health["advice"]] == ["milestone migrate --to sqlite"]
    typed.does("migrate", "--to", "database")
    assert warned(typed) == []


def test_a_move_recommends_only_when_asked(tmp_path: Path):
    typed = Typed(tmp_path)
    typed.does("init")
    file = tmp_path / ".milestones" / recommended.NAME

    typed.does("migrate", "--to", "hybrid")
    assert not file.exists()
    typed.does("migrate", "--to", "sqlite", "--recommend")
    assert file.read_text() == "sqlite\n"
    assert typed.does("migrate", "--rollback", "--recommend", "--json", code=2).error["code"] == "usage"


def test_a_word_that_is_no_backend_is_found_by_the_doctor(tmp_path: Path):
    typed = Typed(tmp_path)
    typed.does("init")
    typed.write(f".milestones/{recommended.NAME}", "mongo\n")

    found = typed.milestone("doctor", "--json").data["findings"]
    assert [each["where"] for each in found if each["code"] == "unknown_backend"] == [recommended.NAME]


def test_a_backend_nobody_knows_is_named_before_the_project_is_looked_for(tmp_path: Path):
    refused = Typed(tmp_path).does("migrate", "--to", "sqlte", "--json", code=2).error

    assert refused["message"] == "There is no backend sqlte."
    assert "sqlite" in refused["candidates"]
