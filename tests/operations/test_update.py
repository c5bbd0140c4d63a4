"""Updates through a whole workspace: several records in one transaction."""

import pytest

from milestone import errors
from milestone.domain import graph
from milestone.operations import answer, removing, update
from milestone.operations.update import Update
from milestone.testing.builders import a_body, a_task
from milestone.testing.workspaces import a_workspace, as_


def bodies(workspace):
    with workspace.reading() as reading:
        return {document.body["id"]: document.body for document in reading.find("milestone")}


def two(folder, **fields):
    return a_workspace(folder, a_body("milestone-001", **fields), a_body("milestone-002"))


def test_several_milestones_change_together_or_not_at_all(tmp_path):
    workspace = two(tmp_path, status="cancelled")

    with pytest.raises(errors.Refused):
        update.apply(workspace, tmp_path, ["m2,m1"], Update(status="in_progress", fields={"priority": "high"}))
    assert "priority" not in bodies(workspace)["milestone-002"]

    done = update.apply(workspace, tmp_path, ["m2", "m1"], Update(fields={"priority": "high"}))
    assert {body["priority"] for body in bodies(workspace).values()} == {"high"}
    assert done.refs == ("milestone-002", "milestone-001")


def test_facts_come_first_so_that_a_start_sees_them(tmp_path):
    workspace = two(tmp_path, dependencies={"conditions": ["schema approved"]})

    done = update.apply(
        workspace, tmp_path, ["m1"], Update(met=["schema"], evidence="mail of 3 May", status="in_progress")
    )

    assert [r.event.kind for r in done.written.events] == ["fact.met", "milestone.started"]


def test_evidence_that_is_a_file_of_the_project_is_kept_by_its_digest(tmp_path):
    workspace = two(tmp_path, success_criteria=["docs are there"])
    (tmp_path / "README").write_text("hello")

    update.apply(workspace, tmp_path, ["m1"], Update(met=["docs"], evidence="README"))

    evidence = bodies(workspace)["milestone-001"]["success_criteria"][0]["evidence"]
    assert evidence["path"] == "README" and evidence["digest"].startswith("sha256:2cf24d")
    assert update.evidence_of("/etc/passwd", tmp_path, tmp_path) == "/etc/passwd"


def test_a_check_decides_where_a_fact_has_one(tmp_path):
    facts = [{"name": "good", "text": "x", "check": "true"}, {"name": "bad", "text": "y", "check": "exit 4"}]
    workspace = as_(two(tmp_path, success_criteria=facts), "agent:builder")

    update.apply(workspace, tmp_path, ["m1"], Update(met=["good"]))
    with pytest.raises(errors.Refused):
        update.apply(workspace, tmp_path, ["m1"], Update(met=["bad"]))
    with pytest.raises(errors.NeedsAPerson):
        update.apply(workspace, tmp_path, ["m1"], Update(met=["bad"], evidence="trust me"))

    good, bad = bodies(workspace)["milestone-001"]["success_criteria"]
    assert (good["met"], good["evidence"]["grade"], "met" in bad) == (True, "command", False)


def test_two_dependencies_in_one_call_cannot_close_a_cycle(tmp_path):
    workspace = two(tmp_path)

    with pytest.raises(errors.Refused) as refused:
        update.apply(workspace, tmp_path, ["m1", "m2"], Update(depends_on=["m1", "m2"]))

    assert refused.value.code in ("cycle", "self_reference")
    assert "dependencies" not in bodies(workspace)["milestone-001"]


def test_a_status_of_a_task_names_the_verb(tmp_path):
    workspace = a_workspace(tmp_path, a_body(tasks=[a_task()]))

    with pytest.raises(errors.InvalidRequest) as refused:
        update.apply(workspace, tmp_path, ["m1/t1"], Update(status="completed"))

    assert refused.value.next == ["milestone task done milestone-001/task-001"]


def test_fields_of_a_task_change_too_and_empty_takes_away(tmp_path):
    workspace = a_workspace(tmp_path, a_body(tasks=[a_task(priority="low")], owner="ana"))

    update.apply(workspace, tmp_path, ["m1/t1"], Update(fields={"title": "New", "priority": ""}, assign="ben"))
    update.apply(workspace, tmp_path, ["m1"], Update(assign="", due="2026-12-01", labels=["a"]))

    body = bodies(workspace)["milestone-001"]
    assert body["tasks"] == [{"id": "task-001", "title": "New", "status": "pending", "assigned_to": "ben"}]
    assert ("owner" in body, body["timeline"], body["labels"]) == (False, {"estimated_end": "2026-12-01"}, ["a"])


def test_what_no_longer_exists_can_be_dropped(tmp_path):
    workspace = two(tmp_path, dependencies=["milestone-077"])

    update.apply(workspace, tmp_path, ["m1"], Update(no_depends_on=["milestone-077"]))

    assert bodies(workspace)["milestone-001"]["dependencies"] == {"requires": []}


def test_a_question_is_found_wherever_it_is_asked(tmp_path):
    asked = {"id": "q1", "text": "Which?", "effect": {"set": {"tasks/task-001/estimated_hours": "{hours}"}}}
    workspace = a_workspace(
        tmp_path, a_body("milestone-001", tasks=[a_task()], questions=[asked]), a_body("milestone-002")
    )

    with pytest.raises(errors.Refused):
        answer.answer(workspace, tmp_path, "q1", "soon")
    answer.answer(workspace, tmp_path, "q1", "about 3h")
    answer.answer(workspace, tmp_path, "m1/q1", "5h")

    body = bodies(workspace)["milestone-001"]
    assert (body["tasks"][0]["estimated_hours"], body["questions"][0]["answer"]) == (5, "5h")
    with pytest.raises(errors.NotFound):
        answer.answer(workspace, tmp_path, "q9", "x")


def test_a_chain_is_deleted_from_its_end(tmp_path):
    workspace = a_workspace(tmp_path, a_body("milestone-001"), a_body("milestone-002", dependencies=["m1"]))

    with pytest.raises(errors.Refused):
        removing.delete(workspace, tmp_path, ["m1"], None)
    removing.delete(workspace, tmp_path, ["m1", "m2"], "not needed")

    assert bodies(workspace) == {}


def test_reopening_marks_what_was_built_on_it(tmp_path):
    workspace = a_workspace(
        tmp_path,
        a_body("milestone-001", status="completed"),
        a_body("milestone-002", status="in_progress", dependencies=["m1"]),
    )

    removing.reopen(workspace, tmp_path, ["m1"], "a bug")

    assert bodies(workspace)["milestone-002"]["recheck"]["because"] == "milestone-001"


def test_what_either_side_said_is_dropped(tmp_path):
    workspace = a_workspace(
        tmp_path,
        a_body("milestone-001", dependencies={"enables": ["m2"]}),
        a_body("milestone-002"),
        a_body("milestone-003", dependencies=["m1"]),
    )

    update.apply(workspace, tmp_path, ["m2", "m3"], Update(no_depends_on=["m1"]))

    with workspace.reading() as reading:
        assert graph.of_rows(reading.rows()) == {"milestone-001": [], "milestone-002": [], "milestone-003": []}


def test_facts_are_said_by_their_number_too(tmp_path):
    workspace = two(
        tmp_path,
        success_criteria=["a first long criterion that nobody types", "a second one, as long as the first"],
        dependencies={"conditions": ["schema approved"], "external": ["licence bought"]},
    )

    update.apply(workspace, tmp_path, ["m1"], Update(met=["2", "x1"], evidence="seen"))

    with workspace.reading() as reading:
        row = reading.rows()[0]
    assert row["unmet"] == {
        "conditions": ["schema approved"],
        "external": [],
        "criteria": ["a first long criterion that nobody types"],
    }
