"""`--at`, `undo` and `restore` as they are typed."""

import json

import pytest

from milestone.cli.main import run

NOW = "2026-11-20T12:00:00.000Z"  # a Friday


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MILESTONE_ACTOR", "ana")
    monkeypatch.setenv("MILESTONE_NOW", "2026-11-18T10:00:00Z")
    (tmp_path / "plan.yaml").write_text("title: Log in\ntasks: [{title: Write it}, {title: Try it}]\n")
    assert run(["plan", "--from", "plan.yaml"]) == 0
    monkeypatch.setenv("MILESTONE_NOW", "2026-11-19T10:00:00Z")
    assert run(["update", "m1", "--title", "Log in safely"]) == 0
    monkeypatch.setenv("MILESTONE_NOW", NOW)
    assert run(["task", "done", "m1/t1"]) == 0
    return tmp_path


def answer(capsys, *argv):
    capsys.readouterr()
    code = run([*argv, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("at", "title", "done", "seq", "as_of"),
    [
        ("1", "Log in", 0, 1, "2026-11-18T10:00:00Z"),
        ("2", "Log in safely", 0, 2, "2026-11-19T10:00:00Z"),
        ("2026-11-18", "Log in", 0, 1, "2026-11-18T23:59:59Z"),
        ("wednesday", "Log in", 0, 1, "2026-11-18T23:59:59Z"),
        ("2026-11-19T09:59", "Log in", 0, 1, "2026-11-19T09:59:00Z"),
        ("2026-11-19T11:00+01:00", "Log in safely", 0, 2, "2026-11-19T10:00:00Z"),
        ("yesterday", "Log in safely", 0, 2, "2026-11-19T23:59:59Z"),
        ("1d ago", "Log in safely", 0, 2, "2026-11-19T12:00:00Z"),
        ("today", "Log in safely", 50, 5, "2026-11-20T12:00:00Z"),
    ],
)
def test_status_and_show_as_of_a_moment(project, capsys, at, title, done, seq, as_of):
    code, found = answer(capsys, "status", "--at", at)
    assert (code, found["seq"], found["data"]["as_of"]) == (0, seq, as_of)
    assert found["data"]["milestones"][0]["title"] == title
    assert found["data"]["percentage"] == done
    _, shown = answer(capsys, "show", "m1", "--at", at)
    assert (shown["data"]["title"], shown["seq"]) == (title, seq)


def test_before_anything_there_is_nothing(project, capsys):
    assert answer(capsys, "status", "--at", "2026-11-17")[1]["data"]["milestones"] == []
    assert answer(capsys, "show", "m1", "--at", "0")[0] == 3


@pytest.mark.parametrize(("at", "code"), [("99", 3), ("2030-01-01", 3), ("soon", 2), ("abcdef12-1", 4)])
def test_a_moment_that_is_none_is_refused(project, capsys, at, code):
    assert answer(capsys, "status", "--at", at)[0] == code
    assert answer(capsys, "restore", "--at", at, "--yes")[0] == code


def test_a_restore_asks_and_is_taken_back_by_another(project, capsys):
    assert answer(capsys, "restore", "--at", "1")[0] == 6
    code, done = answer(capsys, "restore", "--at", "1", "--yes")
    assert (code, done["data"]["next"], done["seq"]) == (0, ["milestone restore --at 5"], 7)
    assert answer(capsys, "show", "m1")[1]["data"]["title"] == "Log in"

    answer(capsys, "restore", "--at", "5", "--yes")
    assert answer(capsys, "status")[1]["data"]["percentage"] == 50
    assert answer(capsys, "restore", "--at", "5", "--yes")[1]["data"]["events"] == []


def test_a_dry_run_restores_nothing(project, capsys):
    code, done = answer(capsys, "restore", "--at", "1", "--dry-run")
    assert (code, done["data"]["dry_run"], done["seq"]) == (0, True, 5)


def test_undo_says_how_to_have_it_again(project, capsys):
    capsys.readouterr()
    assert run(["undo"]) == 0
    assert "To have it again: milestone undo 6" in capsys.readouterr().out
    assert run(["undo", "6"]) == 0
    assert answer(capsys, "status")[1]["data"]["percentage"] == 50


@pytest.mark.parametrize(
    ("flags", "seqs"),
    [
        (["--from", "thursday"], [2, 3, 4, 5]),
        (["--from", "friday"], [3, 4, 5]),
        (["--to", "yesterday"], [1, 2]),
        (["--from", "2d ago", "--to", "2026-11-18"], [1]),
        (["--from", "today"], [3, 4, 5]),
    ],
)
def test_the_log_between_two_days_that_were(project, capsys, flags, seqs):
    code, found = answer(capsys, "log", *flags)
    assert (code, [event["seq"] for event in found["data"]]) == (0, seqs)
    assert answer(capsys, "log", "--from", "soon")[0] == 2
