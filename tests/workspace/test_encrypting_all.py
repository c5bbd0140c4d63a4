"""`security.encrypt: all`: on a database nothing that was said is in the clear, and all questions are answered."""

import json
from pathlib import Path

import psycopg
import pytest
from tests.workspace.test_encrypting import CANARY, contents

from milestone.storage.postgresql import address
from milestone.testing.typed import Typed

WORD = "canary_7f3a_category"
RECORD = {
    "title": f"{CANARY} title",
    "description": f"{CANARY} description",
    "category": WORD,
    "owner": "@ana",
    "labels": [f"{CANARY}-label"],
    "success_criteria": [f"{CANARY} criterion"],
    "risks": [{"title": f"{CANARY} risk", "probability": "high", "impact": "high"}],
    "notes": f"{CANARY} notes",
    "tasks": [
        {
            "id": "task-001",
            "title": f"{CANARY} task",
            "acceptance": [f"{CANARY} acceptance"],
            "run": f"echo {CANARY}",
        }
    ],
}


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    return Typed(tmp_path, environ={"XDG_CONFIG_HOME": str(tmp_path / "settings")})


def sealed(typed: Typed, backend: str) -> Typed:
    typed.does("init", "--backend", backend)
    typed.does("config", "set", "security.encrypt", "all")
    typed.does("config", "set", "security.encryption_at_rest", "true")
    typed.does("config", "new-key")
    typed.write("plan.json", json.dumps(RECORD))
    typed.does("plan", "--from", "plan.json")
    (typed.folder / "plan.json").unlink()
    return typed


def work(typed: Typed) -> None:
    typed.does("task", "note", "m1/1", f"{CANARY} said", "--next", f"{CANARY} next")
    typed.does("update", "m1", "--title", f"{CANARY} other title")
    typed.does("undo")
    typed.does("backup", "create")
    typed.does("update", "--diagnostics")
    typed.does("task", "done", "m1/1", "--note", f"{CANARY} done")
    typed.does("archive", "m1", "--override", f"{CANARY} override")


def holding(typed: Typed) -> list[str]:
    kept = typed.folder / ".milestones"
    words = (CANARY.encode(), WORD.encode(), CANARY.encode().hex().encode())
    return [path for path, data in contents(kept) if any(word in data for word in words)]


def test_nothing_that_was_said_is_in_the_clear(typed: Typed):
    sealed(typed, "sqlite")
    work(typed)

    assert holding(typed) == []
    assert not list((typed.folder / ".milestones").glob("*/*.yaml.md"))
    shown = typed.does("show", "m1", "--all", "--json").out
    assert f"{CANARY} override" in typed.does("log", "--json").out
    assert f"{CANARY} title" in shown
    assert typed.does("log", "--verify", "--json").data["ok"]
    typed.does("doctor")


def test_words_that_only_a_key_opens_are_found(typed: Typed):
    sealed(typed, "sqlite")
    typed.does("plan", "Fix the login")

    def found(*arguments: str) -> list[str]:
        return [row["id"] for row in typed.does("list", *arguments, "--json").data]

    assert found("--label", f"{CANARY}-label") == ["milestone-001"]
    assert found("--category", WORD) == ["milestone-001"]
    assert found(CANARY) == ["milestone-001"]
    assert f"{CANARY} title" in typed.does("show", f"{CANARY}-title").out
    assert f"{CANARY} title" in typed.does("status", "--all").out
    assert f"{CANARY} task" in typed.does("next").out


def test_no_file_says_what_the_database_keeps(typed: Typed):
    sealed(typed, "sqlite")

    assert typed.does("sync", "--json", code=5).error["code"] == "all_encrypted"
    assert typed.does("migrate", "--to", "file", "--json", code=5).error["code"] == "all_encrypted"
    assert list((typed.folder / ".milestones" / "active").glob("*")) == []
    assert "copy" not in typed.does("status").err


def test_what_was_there_before_is_sealed_by_optimizing(typed: Typed):
    sealed(typed, "sqlite")
    typed.does("config", "set", "security.encrypt", "sensitive")
    typed.does("update", "m1", "--title", f"{CANARY} plain")
    assert holding(typed)
    typed.does("config", "set", "security.encrypt", "all")
    assert "sealed" in typed.does("update", "--optimize-database").out

    assert holding(typed) == []
    assert typed.does("log", "--verify", "--json").data["ok"]


def test_without_the_key_nothing_can_be_read(typed: Typed):
    sealed(typed, "sqlite")
    key = typed.folder / ".milestones/config/encryption.key"
    key.rename(typed.folder / "away.key")

    for command in ("status", "list", "log", "show m1"):
        assert typed.does(*command.split(), "--json", code=5).error["code"] == "encryption_key"


def test_a_server_sees_no_word_of_it(typed: Typed, postgres_dsn: str):
    typed.environ["MILESTONE_DSN"] = postgres_dsn
    sealed(typed, "postgres")
    work(typed)

    with psycopg.connect(address.of(postgres_dsn).dsn) as connection:
        tables = connection.execute(
            "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        rows = [str(row) for (name,) in tables for row in connection.execute(f"SELECT t::text FROM {name} t")]
    assert any("sealed:all:" in row for row in rows)
    assert not [row for row in rows if CANARY in row or WORD in row or CANARY.encode().hex() in row]
    assert holding(typed) == []
    assert f"{CANARY} title" in typed.does("show", "m1", "--all", "--json").out


def test_a_run_works_on_it_and_writes_no_copy_of_its_session(typed: Typed):
    sealed(typed, "sqlite")
    typed.milestone("execute", "m1", "--agents", "1")

    left = [path for path in holding(typed) if "/runs/" not in path]  # what a program prints is its own
    assert left == []
    assert typed.does("show", "m1", "--json").data["status"] != "pending"
