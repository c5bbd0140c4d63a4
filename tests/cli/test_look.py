"""Looking: every verb's shape in JSON, its sizes, its pages; and every empty place has its own sentence."""

import json
import os

import pytest

from cli.worlds import a_project
from milestone.cli.main import run

ROW = {"id", "ref", "title", "status", "priority", "percentage", "assigned_to", "due", "blocked_by"}


@pytest.fixture
def project(elsewhere):
    """Three milestones."""
    os.chdir(a_project(elsewhere))
    return elsewhere


@pytest.fixture
def empty(elsewhere):
    """A project without a milestone."""
    os.chdir(a_project(elsewhere, {}))
    return elsewhere


def answer(line, capsys, code=0):
    """Return the document a line answers with."""
    assert run([*line, "--json"]) == code
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    return json.loads(out)


def test_status_has_the_keys_of_the_contract(project, capsys):
    document = answer(["status"], capsys)

    data = document["data"]
    assert document["kind"] == "status"
    assert {"project", "as_of", "counts", "percentage", "milestones", "critical_path", "blockers", "risks"} <= set(
        data
    )
    assert {"needs_you", "resume", "next", "recent"} <= set(data)
    assert {"name", "backend", "ui_level", "timezone", "epoch"} <= set(data["project"])
    assert data["counts"] == {
        "total": 3, "completed": 1, "in_progress": 2, "planned": 0, "blocked": 0, "paused": 0,
    }  # fmt: skip
    assert [row["id"] for row in data["milestones"]][-1] == "milestone-003"
    assert all(set(row) >= ROW for row in data["milestones"])


def test_numbers_agree_between_the_doors_of_one_moment(project, capsys):
    status = answer(["status"], capsys)
    listed = answer(["list", "--archived"], capsys)
    shown = answer(["show", "m1"], capsys)

    by_id = {row["id"]: row["percentage"] for row in status["data"]["milestones"]}
    assert by_id == {row["id"]: row["percentage"] for row in listed["data"]}
    assert shown["data"]["progress"] == {"percentage": 39, "tasks_completed": 2, "tasks_total": 5}
    assert by_id["milestone-001"] == 39
    assert status["seq"] == listed["seq"] == shown["seq"]


def test_a_list_has_pages(project, capsys):
    first = answer(["list", "--tasks", "--limit", "4"], capsys)
    then = answer(["list", "--tasks", "--limit", "4", "--cursor", first["next_cursor"]], capsys)

    refs = [row["ref"] for row in (*first["data"], *then["data"])]
    assert first["total"] == then["total"] == 6
    assert len(refs) == len(set(refs)) == 6
    assert then["next_cursor"] is None


@pytest.mark.parametrize(
    ("line", "refs"),
    [
        (["list", "contact"], ["milestone-001"]),
        (["list", "--status", "archived"], ["milestone-003"]),
        (["list", "--priority", "high"], ["milestone-001"]),
        (["list", "--label", "site"], ["milestone-001"]),
        (["list", "--blocked"], ["milestone-002"]),
        (["list", "--due-before", "2026-12-10"], ["milestone-001"]),
        (["list", "--sort=-due"], ["milestone-002", "milestone-001"]),
        (["list", "--tasks", "--ready"], ["milestone-001/task-004"]),
        (["list", "--tasks", "--assignee", "@Bo"], ["milestone-001/task-005"]),
        (["list", "--tasks", "--mine", "--as", "sarah"], ["milestone-001/task-001", "milestone-001/task-002"]),
        (["ls", "--tasks", "--status", "in-progress"], ["milestone-001/task-002"]),
        (["list", "--tasks", "--unassigned", "--status", "pending"], ["milestone-001/task-004"]),
    ],
)
def test_filters(line, refs, project, capsys):
    assert [row["ref"] for row in answer(line, capsys)["data"]] == refs


def test_fields_and_csv(project, capsys):
    assert run(["list", "--fields", "id,due", "--csv"]) == 0

    assert capsys.readouterr().out == "id,due\nmilestone-001,2026-12-05\nmilestone-002,2026-12-24\n"


def test_a_formula_is_no_formula_in_csv(elsewhere, capsys):
    records = {"active/milestone-001.yaml": 'id: milestone-001\ntitle: "=HYPERLINK(0)"\n'}
    os.chdir(a_project(elsewhere, records))

    run(["list", "--fields", "title", "--csv"])

    assert "'=HYPERLINK(0)" in capsys.readouterr().out


def test_show_gives_tasks_with_id_and_ref(project, capsys):
    data = answer(["show", "m1"], capsys)["data"]

    assert [task["ref"] for task in data["tasks"]][:2] == ["milestone-001/task-001", "milestone-001/task-002"]
    assert data["id"] == "milestone-001"


def test_show_task_and_several(project, capsys):
    task = answer(["show", "m1/t4"], capsys)
    both = answer(["show", "m1,m2"], capsys)

    assert (task["kind"], task["data"]["id"]) == ("task", "task-004")
    assert [each["id"] for each in both["data"]] == ["milestone-001", "milestone-002"]


@pytest.mark.parametrize("title", ["日本", "add-a-contact", "@", "current", "M-001", "1"])
def test_a_word_resolves_for_reading(title, project, capsys):
    assert answer(["show", title], capsys)["data"]["id"] in ("milestone-001", "milestone-002")


def test_sizes(elsewhere, capsys):
    tasks = "".join(
        f"  - {{id: task-{n:03d}, title: 'A title of some length, number {n}', description: '{'x' * 300}'}}\n"
        for n in range(1, 41)
    )
    record = f"id: milestone-001\ntitle: Big\nstatus: in_progress\ndescription: {'y' * 2000}\ntasks:\n{tasks}"
    os.chdir(a_project(elsewhere, {"active/milestone-001.yaml": record}))

    run(["show", "m1", "--json"])
    shown = capsys.readouterr().out
    run(["show", "m1"])
    as_text = capsys.readouterr().out
    run(["next", "--json"])
    best = capsys.readouterr().out
    run(["prime"])
    primer = capsys.readouterr().out

    assert len(shown.encode()) <= 2400
    assert json.loads(shown)["warnings"][0]["code"] == "shortened"
    assert len(as_text.encode()) <= 2400
    assert len(best.encode()) <= 1024
    assert len(primer) / 4 <= 800
    run(["show", "m1", "--all", "--json"])
    assert len(json.loads(capsys.readouterr().out)["data"]["tasks"]) == 40


def test_the_log_goes_on_after_a_number(project, capsys):
    run(["task", "start", "m1/4"])
    run(["task", "note", "m1/4", "bucket of 5"])
    capsys.readouterr()

    newest = answer(["log", "--limit", "1"], capsys)["data"]
    after = answer(["log", "--since", "3"], capsys)["data"]

    assert newest[0]["kind"] == "task.noted"
    assert [event["kind"] for event in after] == ["task.started", "task.noted"]
    assert all({"seq", "at", "actor", "kind", "milestone", "task"} <= set(event) for event in after)


def test_the_log_of_another_epoch_is_refused(project, capsys):
    assert answer(["log", "--since", "other-1"], capsys, 4)["error"]["code"] == "stale"


def test_the_log_verifies(project, capsys):
    data = answer(["log", "--verify"], capsys)["data"]

    assert data["ok"] is True
    assert {"events", "head", "keys", "gaps", "unsigned"} <= set(data)


def test_the_log_as_the_documents_print_it(project, capsys):
    run(["log", "--format", "seed", "--limit", "1"])

    line = json.loads(capsys.readouterr().out)
    assert list(line) == ["timestamp", "event_type", "milestone_id", "details", "session_id", "user_context"]


def test_looking_changes_no_byte_of_the_records(project, capsys):
    records = project / ".milestones/active"
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in records.iterdir()}

    for line in (["status"], ["list"], ["show", "m1"], ["next"], ["log"], ["update", "--health-check"], ["prime"]):
        assert run(line) == 0

    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in records.iterdir()} == before


EMPTY = [
    [],
    ["list"],
    ["next"],
    ["log"],
    ["review"],
    ["update", "--dependencies"],
    ["update", "--conflicts"],
    ["update", "--upcoming"],
    ["update", "--agents"],
    ["update", "--health-check"],
    ["sessions"],
]


def test_every_empty_place_has_its_own_sentence(empty, capsys):
    sentences = {}
    for line in EMPTY:
        assert run(line) == 0, line
        out = capsys.readouterr().out
        lines = [each for each in out.splitlines() if not each.startswith(("Nothing was changed", "SHOP", "Next"))]
        told = next(each for each in lines if each.endswith((".", ":")) or (" " in each and "seq" not in each))
        sentences[" ".join(line)] = told

    assert len(set(sentences.values())) == len(EMPTY), sentences


FILTERED = ["--ready", "--blocked", "--mine", "--unassigned --ready", "nothing-like-it"]


@pytest.mark.parametrize("words", FILTERED)
def test_an_empty_filter_says_what_would_fill_it(words, elsewhere, capsys):
    record = "id: milestone-001\ntitle: Login\nowner: bo\nstatus: paused\ntasks:\n  - {id: task-001, title: A}\n"
    os.chdir(a_project(elsewhere, {"active/milestone-001.yaml": record}))

    assert run(["list", *words.split()]) == 0

    out = capsys.readouterr().out
    assert "Next: milestone" in out


def test_an_empty_list_is_an_empty_list(empty, capsys):
    assert answer(["list"], capsys)["data"] == []
    assert answer(["next"], capsys)["data"]["task"] is None
    assert answer(["log"], capsys)["data"] == []
