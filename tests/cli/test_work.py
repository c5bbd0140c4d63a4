"""Tasks and updates as typed: what a person reads, what a program gets, what is refused."""

import json

import pytest

from milestone.cli.main import run

PLAN = """\
# my own words
id: milestone-001
title: Contact form
success_criteria: [3 of 3 spam samples are refused]
tasks:
  - {id: task-001, title: Agree fields, estimated_hours: 2}
  - {id: task-002, title: Form page, estimated_hours: 6, dependencies: [task-001], verify: "test -f form.html"}
"""


@pytest.fixture(autouse=True)
def project(elsewhere):
    """One hand-written milestone."""
    active = elsewhere / ".milestones" / "active"
    active.mkdir(parents=True)
    (active / "milestone-001.yaml").write_text(PLAN)
    (active / "milestone-002.yaml").write_text("id: milestone-002\ntitle: Shop\n")
    return elsewhere


def test_the_sentences_of_done(capsys):
    assert run(["task", "done", "m1/1", "--note", "name, mail, text"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "✓ m1/t1 done (self-reported: it has no verify).",
        "m1 1 of 2, 25 %. Now ready: m1/t2",
        "Next: milestone next, or milestone execute m1",
    ]


def test_a_failing_verify_is_5_and_leaves_stdout_empty(capsys, project):
    run(["task", "done", "m1/1"])
    capsys.readouterr()

    assert run(["task", "done", "m1/2"]) == 5
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "test -f form.html failed (exit 1). milestone-001/task-002 stays as it is." in " ".join(
        shown.err.split()
    )
    (project / "form.html").touch()
    assert run(["task", "done", "m1/2", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)["data"]
    assert data["evidence"][0] == {
        "ref": "milestone-001/task-002",
        "grade": "command",
        "command": "test -f form.html",
    }
    assert "# my own words" in (project / ".milestones" / "active" / "milestone-001.yaml").read_text()


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (["update", "m1", "--status", "done!"], 2, "no status"),
        (["update", "--title", "x"], 2, "needs the milestones"),
        (["update", "m1", "--due", "someday"], 2, "2026-12-05"),
        (["update", "m1", "--evidence", "x"], 2, "--met"),
        (["update", "m1", "--override", "x"], 2, "--status in_progress"),
        (["update", "m1/t1", "--status", "completed"], 2, "milestone task done milestone-001/task-001"),
        (["update", "m2", "--dependencies", "m1"], 2, "milestone update m2 --depends-on m1"),
        (["update", "m9", "--title", "x"], 3, "m9"),
        (["update", "m1", "--depends-on", "m1"], 5, "itself"),
        (["update", "m1", "--met", "taste"], 3, "spam"),
        (["task", "start", "m1/2"], 5, "task-001"),
        (["task", "log", "m1/1", "soon"], 2, "2h"),
        (["task", "done", "m1/1", "m1/2", "--spent", "2h"], 2, "one task"),
        (["task", "done", "m1/7"], 3, "task"),
        (["reopen", "m1"], 2, "--reason"),
        (["answer", "q1", "x"], 3, "q1"),
        (["--as", "agent:x", "update", "m1", "--met", "spam"], 7, "person"),
    ],
)
def test_what_is_refused_says_what_to_do(line, code, said, capsys):
    assert run(line) == code

    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err


def test_an_update_answers_with_the_record_and_what_changed(capsys):
    assert run(["update", "m1", "--priority", "high", "--due", "friday", "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert document["kind"] == "milestone"
    assert document["data"]["changed"] == ["timeline/estimated_end", "priority"]
    assert document["data"]["timeline"]["estimated_end"] == "2026-11-27"


def test_one_by_one_changes_what_it_can_and_says_what_it_could_not(capsys):
    assert run(["update", "m1", "m9", "m2", "--priority", "low", "--each", "--json"]) == 3

    error = json.loads(capsys.readouterr().out)["error"]
    assert error["changed"] == ["milestone-001", "milestone-002"]
    assert error["findings"][0]["path"] == "m9"


def test_nothing_to_change_is_0_and_says_so(capsys):
    run(["update", "m1", "--priority", "high"])
    capsys.readouterr()

    assert run(["update", "m1", "--priority", "high"]) == 0
    assert capsys.readouterr().out.startswith("Nothing changed")


def test_use_sets_what_a_bare_task_means(capsys):
    assert run(["use", "m1"]) == 0
    assert run(["task", "start", "t1"]) == 0
    assert "✓ m1/t1 started" in capsys.readouterr().out


def test_a_deleted_milestone_is_gone_and_its_number_stays_taken(capsys, project):
    assert run(["delete", "m2"]) == 0
    assert not (project / ".milestones" / "active" / "milestone-002.yaml").exists()
    capsys.readouterr()

    assert run(["show", "m2"]) == 3


def test_time_is_logged_and_taken_back(capsys):
    assert run(["task", "log", "m1/1", "2h", "--date", "2026-11-20"]) == 0
    assert run(["task", "log", "m1/1", "30m", "--take-back"]) == 0

    assert capsys.readouterr().out.splitlines()[0::2] == ["✓ m1/t1 2 h logged", "✓ m1/t1 30 min taken back"]


def test_a_new_task_has_its_estimate_of_three_points(capsys):
    line = ["task", "add", "m1", "Rate", "limit", "--estimate", "2h/3h/6h", "--after", "t1", "--json"]

    assert run(line) == 0
    capsys.readouterr()
    run(["show", "m1/t3", "--json"])
    data = json.loads(capsys.readouterr().out)["data"]
    assert (data["title"], data["dependencies"]) == ("Rate limit", ["task-001"])
    assert data["estimated_hours"] == {"optimistic": 2, "likely": 3, "pessimistic": 6}


def test_where_evidence_is_required_a_typed_completion_opens_nothing(capsys, project):
    path = project / ".milestones" / "active" / "milestone-001.yaml"
    path.write_text(PLAN.replace("estimated_hours: 2", "status: completed, estimated_hours: 2"))

    assert run(["next", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["task"]["ref"] == "milestone-001/task-002"

    config = project / ".milestones" / "config"
    config.mkdir(exist_ok=True)
    (config / "milestone-config.yaml").write_text("evidence: required\n")
    assert run(["task", "start", "m1/t2"]) == 5
    assert "typed, not recorded" in capsys.readouterr().err
    run(["next", "--json"])
    assert json.loads(capsys.readouterr().out)["data"]["task"] is None


def test_what_was_overridden_and_what_is_to_be_checked_again_is_shown(capsys):
    run(["update", "m2", "--depends-on", "m1"])
    assert run(["update", "m2", "--status", "in_progress", "--override", "demo on friday"]) == 0
    run(["task", "done", "m1/1"])
    run(["task", "start", "m1/2"])
    run(["task", "reopen", "m1/1", "--reason", "wrong fields"])
    capsys.readouterr()

    run(["show", "m2", "m1"])
    shown = capsys.readouterr().out
    assert "demo on friday (ana)" in shown
    assert "t2, because m1/t1 was reopened" in shown


def test_a_misspelt_priority_is_kept_and_named(capsys):
    assert run(["update", "m1", "--priority", "urgentt"]) == 0

    assert "Did you mean urgent?" in " ".join(capsys.readouterr().err.split())


def test_a_record_whose_file_is_missing_is_not_said_to_have_never_been(capsys, project):
    run(["task", "start", "m1/1"])
    (project / ".milestones" / "active" / "milestone-002.yaml").unlink()
    capsys.readouterr()

    assert run(["task", "note", "m2/1", "x"]) == 3
    assert "its file is not in this checkout" in " ".join(capsys.readouterr().err.split())
