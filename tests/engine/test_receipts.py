"""Runs where evidence is required: what is proven is done, what is not is blocked with what is missing."""

import sys

from .project import a_task


def test_a_run_finishes_what_its_commands_show_and_blocks_the_rest(project):
    project.configure(evidence="required")
    project.plan(
        a_task(1, "echo one > one.txt", verify="test -s one.txt", acceptance=["it is there"]),
        a_task(2, "echo two > two.txt", acceptance=[{"text": "it says two", "check": "grep -q two two.txt"}]),
        a_task(3, "echo three > three.txt", acceptance=["it is beautiful"]),
        a_task(4, "true", acceptance=[{"text": "it is there", "check": "test -e four.txt"}], retries=0),
    )

    data = project.execute("m1", "--agents", "2")

    assert {t["id"]: t["status"] for t in data["tasks"]} == {
        "task-001": "completed",
        "task-002": "completed",
        "task-003": "blocked",
        "task-004": "failed",
    }
    one, two, three, _ = project.body()["tasks"]
    assert [(e["grade"], e["command"], "tree" in e) for e in one["evidence"]] == [
        ("command", "test -s one.txt", True)
    ]
    assert [(e["grade"], e.get("item")) for e in two["evidence"]] == [("self-reported", None), ("command", 1)]
    assert one["evidence"][0]["commit"] in project.git("log", "--format=%H", "milestone/milestone-001")
    assert 'acceptance item 1 "it is beautiful" is shown by nothing' in three["blocked"]["reason"]


def test_a_worker_shows_an_item_itself_while_it_works(project):
    project.configure(evidence="required")
    check = f"{sys.executable} -m milestone task check $MILESTONE_TASK --item 1"
    project.plan(
        a_task(1, f"echo ok > made.txt; {check} -- grep -q ok made.txt", acceptance=["it says ok"]),
    )

    data = project.execute("m1")

    assert [t["status"] for t in data["tasks"]] == ["completed"], project.body()["tasks"]
