"""The shell: flags anywhere, one envelope, three lines, the right exit code."""

import json

import pytest

from milestone import errors
from milestone.cli import options, output, shell, words
from milestone.cli.main import run


def test_global_flags_stand_before_or_behind_the_verb():
    before, rest_before = options.take(["--json", "-C", "there", "show", "m1"])
    behind, rest_behind = options.take(["show", "m1", "--project=there", "--json"])

    assert before == behind
    assert rest_before == rest_behind == ["show", "m1"]


def test_what_follows_two_dashes_is_left_alone():
    _, rest = options.take(["task", "check", "t1", "--", "pytest", "--json"])

    assert rest == ["task", "check", "t1", "--", "pytest", "--json"]


@pytest.mark.parametrize("line", [["--if-revision", "x"], ["--limit"], ["--color", "alwas"], ["--json=1"]])
def test_a_global_flag_with_a_wrong_value_is_refused(line):
    with pytest.raises(errors.InvalidRequest):
        options.take(line)


def test_an_answer_is_one_line_of_json(capsys):
    assert run(["whoami", "--json"]) == 0

    out = capsys.readouterr().out
    assert out.count("\n") == 1
    document = json.loads(out)
    assert document["v"] == 1
    assert document["kind"] == "actor"
    assert document["data"]["name"] == "ana"
    assert set(document) == {"v", "kind", "seq", "unrecorded", "data", "total", "next_cursor", "warnings"}


def test_an_error_is_a_document_too(capsys):
    assert run(["--json", "stauts"]) == 2

    document = json.loads(capsys.readouterr().out)
    assert document["kind"] == "error"
    assert document["error"]["code"] == "usage"


def test_for_people_a_refused_call_leaves_stdout_empty(capsys):
    assert run(["ready"]) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert "milestone next" in captured.err


def test_a_wrong_flag_names_the_nearest(capsys):
    assert run(["whoami", "--jsn"]) == 2

    assert "--json" in capsys.readouterr().err


def test_a_crash_leaves_a_report_and_exits_70(capsys, monkeypatch):
    def broken(env, argv):
        raise ZeroDivisionError("secret token")

    monkeypatch.setattr(shell, "dispatch", broken)

    assert run(["whoami"]) == 70
    err = capsys.readouterr().err
    assert "milestone-crash-" in err
    assert "Traceback" not in err


def test_an_interrupt_exits_130_and_a_termination_143(capsys, monkeypatch):
    for raised, code in ((KeyboardInterrupt, 130), (shell.Terminated, 143)):

        def interrupted(env, argv, raised=raised):
            raise raised

        monkeypatch.setattr(shell, "dispatch", interrupted)
        assert run(["whoami"]) == code


def test_exit_zero_softens_refusals_only(capsys, monkeypatch):
    def refused(env, argv):
        raise errors.Refused("No.")

    monkeypatch.setattr(shell, "dispatch", refused)
    assert run(["whoami", "--exit-zero", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "refused"


def test_records_cannot_steer_a_terminal():
    assert output.escape("a\x1b[2Jb\u202e\x9bc\td\ne") == "a\\x1b[2Jb\\u202e\\x9bc    d\ne"
    assert output.to_json({"t": "\x9b\u202e\x1b"}) == '{"t":"\\u009b\\u202e\\u001b"}'


@pytest.mark.parametrize(
    ("left", "right", "edits"),
    [("stauts", "status", 1), ("lst", "list", 1), ("shwo", "show", 1), ("plan", "xyz", 3)],
)
def test_distance_counts_a_swap_once(left, right, edits):
    assert words.distance(left, right) == edits


def test_a_beginning_finds_the_whole_word():
    assert words.nearest("stat", ["status", "show"]) == ["status"]
    assert words.nearest("zzzz", ["status", "show"]) == []


@pytest.mark.parametrize(
    "line",
    [
        [""], ["--"], ["list", "--limit", "-5"], ["list", "--cursor", "99999"], ["list", "--cursor", "-1"],
        ["show", ""], ["show", "../../etc"],
        ["log", "--since", "-5"], ["list", "\udcff"], ["-C", "nowhere", "list"], ["li st"],
        ["whoami", "--as", "agent:"], ["help", ""], ["completion", "words"], ["show", "m1/t2/t3"], ["\x1b[2J"],
        ["list", "--due-before", ""], ["update", "--dependencies=m1"], ["log", "--kind", ""], ["show", "9" * 30],
    ],
)  # fmt: skip
def test_odd_lines_are_answered_or_refused_and_never_crash(line, capsys):
    code = run(line)

    captured = capsys.readouterr()
    assert code in (0, 2, 3)
    assert code == 0 or captured.out == ""
    assert "\x1b" not in captured.err


def test_a_moment_that_is_none_is_refused(monkeypatch, capsys):
    monkeypatch.setenv("MILESTONE_NOW", "garbage")

    assert run(["whoami"]) == 2
    assert "MILESTONE_NOW" in capsys.readouterr().err
