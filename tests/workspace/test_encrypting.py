"""A project that is encrypted at rest, from its key to every file: a secret is found in none of them."""

import gzip
import json
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from milestone.storage.postgresql import address
from milestone.testing.typed import Typed

CANARY = "canary-7f3a"
KEY_FILE = ".milestones/config/encryption.key"
PLAN = {
    "title": "Pay by card",
    "budget": {"amount": f"{CANARY}-budget"},
    "compliance": {"standard": "pci", "evidence": [f"{CANARY}-audit"]},
    "description": f"{CANARY}-description #sensitive",
    "compliance_evidence": [f"{CANARY}-evidence"],
    "sensitive": ["salaries"],
    "salaries": f"{CANARY}-salaries",
    "success_criteria": ["the till opens in 2 s"],
    "tasks": [
        {
            "id": "task-001",
            "title": "Ask the bank",
            "description": f"{CANARY}-task #sensitive",
            "next_note": f"{CANARY}-note #sensitive",
            "estimated_hours": 2,
        }
    ],
}


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    return Typed(tmp_path, environ={"XDG_CONFIG_HOME": str(tmp_path / "settings")})


def encrypted(typed: Typed, backend: str = "file") -> Typed:
    typed.does("init", "--backend", backend)
    typed.does("config", "set", "security.encryption_at_rest", "true")
    typed.does("config", "new-key")
    return typed


def plan(typed: Typed) -> None:
    typed.write("plan.json", json.dumps(PLAN))
    typed.does("plan", "--from", "plan.json")
    (typed.folder / "plan.json").unlink()


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file with what it holds, unpacked where it is packed."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield str(path), data
        if data[:2] == b"\x1f\x8b":
            yield str(path), gzip.decompress(data)
        elif path.suffix == ".z" and not data.startswith(b"MSEAL1"):
            yield str(path), zlib.decompress(data)


def holding(folder: Path) -> list[str]:
    return [path for path, data in contents(folder) if CANARY.encode() in data]


@pytest.mark.parametrize("backend", ["file", "hybrid", "sqlite"])
def test_a_secret_is_found_in_no_file(typed: Typed, backend: str):
    encrypted(typed, backend)
    plan(typed)
    typed.does("task", "note", "m1/1", f"{CANARY}-said #sensitive", "--next", f"{CANARY}-next #sensitive")
    typed.does("undo")
    typed.does("task", "start", "m1/1")
    typed.does("task", "block", "m1/1", f"{CANARY}-reason #sensitive")
    typed.does("task", "unblock", "m1/1")
    typed.does("task", "note", "m1/1", "--next", f"{CANARY}-again #sensitive")
    typed.does("sync")
    by_hand(typed)
    typed.does("task", "done", "m1/1", "--note", f"{CANARY}-done #sensitive")
    typed.does("backup", "create")
    typed.does("update", "--diagnostics")
    typed.does("migrate", "--to", "hybrid" if backend != "hybrid" else "sqlite")
    typed.does("archive", "m1", "--override", "shown by hand")

    assert holding(typed.folder) == []
    shown = typed.does("show", "m1", "--all", "--json").out
    assert f"{CANARY}-by-hand" in shown
    assert f"{CANARY}-evidence" in shown
    assert f"{CANARY}-audit" in shown
    assert f"{CANARY}-description" in shown


def by_hand(typed: Typed) -> None:
    """Replace the sealed budget by a plain one, as somebody with an editor does."""
    [path] = (typed.folder / ".milestones" / "active").glob("*.yaml")
    lines = path.read_text().splitlines()
    changed = [f"budget: {CANARY}-by-hand" if line.startswith("budget:") else line for line in lines]
    assert changed != lines
    path.write_text("\n".join(changed) + "\n")
    typed.does("sync")
    assert holding(typed.folder) == []  # nor in what an editor may still have open, at the very next moment


def test_a_secret_is_found_in_no_table_of_postgresql(typed: Typed, postgres_dsn: str):
    typed.environ["MILESTONE_DSN"] = postgres_dsn
    encrypted(typed, "postgres")
    plan(typed)
    typed.does("task", "note", "m1/1", f"{CANARY}-said #sensitive")
    typed.does("backup", "create")
    typed.does("update", "--diagnostics")
    typed.does("sync")

    with psycopg.connect(address.of(postgres_dsn).dsn) as connection:
        tables = connection.execute(
            "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        rows = [str(row) for (name,) in tables for row in connection.execute(f"SELECT t::text FROM {name} t")]
    assert any("sealed:v1:" in row for row in rows)
    assert not [row for row in rows if CANARY in row or CANARY.encode().hex() in row]
    assert holding(typed.folder) == []


def test_a_worker_reads_what_is_sealed_and_no_file_of_the_run_keeps_it(typed: Typed):
    encrypted(typed)
    plan(typed)
    typed.does("task", "note", "m1/1", "--next", f"{CANARY}-pass phrase\n{CANARY}-second line #sensitive")
    told = typed.folder.parent / "told"
    typed.write("worker", f"#!/bin/sh\ntee {told}\n")
    typed.folder.joinpath("worker").chmod(0o755)
    typed.does("config", "set", "executors.echo.command", str(typed.folder / "worker"))

    typed.milestone("execute", "m1", "--executor", "echo", "--agents", "1")
    read = told.read_text()
    assert f"## From the last worker\n\n```text\n{CANARY}-pass phrase\n{CANARY}-second line" in read
    [log] = typed.folder.rglob("*-work.log")
    for line in ("pass phrase", "second line #sensitive", "task #sensitive", "description #sensitive"):
        read = read.replace(f"{CANARY}-{line}", "[sealed]")
    assert log.read_text() == read
    assert holding(typed.folder) == []


def test_a_run_that_fails_on_a_secret_keeps_none_of_it(typed: Typed):
    encrypted(typed)
    plan(typed)

    typed.milestone("task", "note", "m9/1", f"{CANARY}-lost #sensitive")
    typed.milestone("execute", "m1")
    assert holding(typed.folder) == []


def test_without_a_usable_key_nothing_is_written(typed: Typed):
    encrypted(typed)
    plan(typed)
    key = typed.folder / KEY_FILE
    kept = key.read_bytes()

    key.unlink()
    refused = typed.does("update", "m1", "--priority", "high", "--json", code=5)
    assert refused.error["code"] == "encryption_key"
    assert f"{CANARY}" not in typed.does("show", "m1", "--all", "--json").out  # read, and not in the clear
    assert typed.does("status", "--json").data["counts"]["total"] == 1
    key.write_bytes(b"no key")
    key.chmod(0o600)
    typed.does("update", "m1", "--priority", "high", code=5)
    key.write_bytes(kept)
    typed.does("update", "m1", "--priority", "high")
    assert f"{CANARY}-budget" in typed.does("show", "m1", "--all", "--json").out


def test_a_key_that_others_read_or_git_tracks_is_refused(typed: Typed):
    encrypted(typed)
    key = typed.folder / KEY_FILE
    assert stat.S_IMODE(key.stat().st_mode) == 0o600

    key.chmod(0o644)
    assert "others may read" in typed.does("plan", "Fix the login", "--json", code=5).error["message"] + str(
        typed.milestone("plan", "Fix the login").err
    )
    key.chmod(0o600)
    typed.repository()
    assert "encryption.key" not in typed.git("ls-files")
    typed.git("add", "-f", KEY_FILE)
    assert "git tracks" in typed.does("plan", "Fix the login", code=5).err


def test_a_new_key_seals_and_older_ones_still_open(typed: Typed):
    encrypted(typed)
    plan(typed)
    before = typed.folder.joinpath(KEY_FILE).read_text().split()

    typed.does("config", "new-key")
    after = typed.folder.joinpath(KEY_FILE).read_text().split()
    assert after[1:] == before
    assert f"{CANARY}-budget" in typed.does("show", "m1", "--all", "--json").out
    assert "key.rotated" in typed.does("log", "--json").out


def test_an_agent_makes_no_key(typed: Typed):
    typed.does("init")
    assert typed.as_("agent:robot").milestone("config", "new-key").code == 7


def test_a_passphrase_makes_the_key_with_a_salt_that_clones_share(typed: Typed):
    typed.does("init")
    typed.does("config", "set", "security.encryption_at_rest", "true")
    typed.environ["MILESTONE_ENCRYPTION_PASSPHRASE"] = "correct horse"
    plan(typed)

    said = json.loads((typed.folder / ".milestones/config/encryption.json").read_text())
    assert said["kdf"] == "argon2id"
    assert f"{CANARY}-budget" in typed.does("show", "m1", "--all", "--json").out
    typed.environ["MILESTONE_ENCRYPTION_PASSPHRASE"] = "wrong"
    assert CANARY not in typed.does("show", "m1", "--all", "--json").out
    assert holding(typed.folder) == []


def test_a_backup_is_sealed_and_comes_back_with_its_key_only(typed: Typed):
    encrypted(typed)
    plan(typed)
    name = typed.does("backup", "create", "--json").data["id"]
    [one, *_] = (typed.folder / ".milestones/backups/objects").rglob("*.z")
    assert one.read_bytes().startswith(b"MSEAL1")

    typed.does("update", "m1", "--priority", "low")
    key = typed.folder / KEY_FILE
    kept = key.read_bytes()
    key.unlink()
    assert typed.milestone("backup", "verify", name).code != 0
    descriptor = os.open(key, os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(descriptor, kept)
    os.close(descriptor)
    typed.does("backup", "restore", name, "--yes")
    assert f"{CANARY}-budget" in typed.does("show", "m1", "--all", "--json").out
