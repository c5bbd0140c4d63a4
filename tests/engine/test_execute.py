"""`execute` from outside: the program, a real repository, real processes."""

import pytest

from .project import Project, a_task


def test_tasks_run_in_order_and_side_by_side_each_with_one_commit(project):
    project.plan(
        a_task(1, "echo one > one.txt", verify="test -s one.txt"),
        a_task(2, "cat one.txt > two.txt", dependencies=["task-001"]),
        a_task(3, "cat one.txt > three.txt", dependencies=["task-001"]),
    )

    data = project.execute("m1", "--agents", "2")

    assert data["exit"] == 0
    assert data["state"] == "ended"
    assert [t["status"] for t in data["tasks"]] == ["completed"] * 3
    assert [t["attempts"] for t in data["tasks"]] == [1, 1, 1]
    assert sorted(project.commits()) == [f"milestone-001/task-00{n}" for n in (1, 2, 3)]
    assert project.commits()[0] == "milestone-001/task-001"
    assert project.git("status", "--porcelain", "--", ":!.milestones") == ""
    assert project.git("symbolic-ref", "HEAD") == "refs/heads/main"
    tasks = project.body()["tasks"]
    assert [t["evidence"][-1]["grade"] for t in tasks] == ["command", "self-reported", "self-reported"]
    assert project.body()["status"] == "completed"
    assert "# written by hand" in (project.records / "active" / "milestone-001.yaml").read_text()


def test_a_failed_verify_is_tried_again_and_then_named(project):
    project.plan(
        a_task(1, "test -e ../../../../tried || { touch ../../../../tried; exit 3; }; echo ok > ok.txt"),
        a_task(2, "true", verify="echo broken; false", retries=0),
        a_task(3, "true", dependencies=["task-002"]),
    )

    data = project.execute("m1")

    assert data["exit"] == 1
    assert {t["id"]: (t["status"], t["attempts"]) for t in data["tasks"]} == {
        "task-001": ("completed", 2),
        "task-002": ("failed", 1),
        "task-003": ("pending", 0),
    }
    assert data["blocked"][0]["next"] == "milestone task retry milestone-001/task-002"
    assert data["behind"] == ["task-003"]


def test_a_conflict_is_a_blocker_and_the_rest_goes_on(project):
    project.plan(
        a_task(1, "sleep 0.6; echo left > same.txt"),
        a_task(2, "sleep 0.6; echo right > same.txt"),
        a_task(3, "sleep 0.7; echo other > other.txt"),
    )

    data = project.execute("m1", "--agents", "3")

    assert data["exit"] == 1
    statuses = sorted(t["status"] for t in data["tasks"])
    assert statuses == ["blocked", "completed", "completed"]
    (blocked,) = data["blocked"]
    assert "same.txt" in blocked["text"]
    kept = f"milestone/milestone-001-{blocked['ref'].rpartition('/')[2]}"
    assert project.git("log", "-1", "--format=%s", kept).startswith("feat(milestone-001)")
    assert blocked["next"] == f"milestone task retry {blocked['ref']}"
    assert project.run("task", "retry", blocked["ref"]).returncode == 0
    again = project.execute("m1")
    assert again["exit"] == 0, "on top of what is merged by now it fits"
    assert sorted(project.commits()) == [f"milestone-001/task-00{n}" for n in (1, 2, 3)]


def test_work_that_changes_records_is_a_blocker(project):
    project.plan(a_task(1, "mkdir -p .milestones/active && echo 'id: x' > .milestones/active/x.yaml"))

    data = project.execute("m1")

    assert data["exit"] == 1
    assert "changed the records" in data["blocked"][0]["text"]


def test_people_are_waited_for_by_name_after_everything_else(project):
    project.plan(
        a_task(1, assigned_to="Ben", title="Write the words"),
        a_task(2, "true", dependencies=["task-001"]),
        a_task(3, "echo x > x.txt"),
    )

    data = project.execute("m1")

    assert data["exit"] == 6
    assert data["state"] == "waiting"
    (waits,) = data["waiting_for"]
    assert (waits["kind"], waits["ref"], waits["who"]) == ("task", "milestone-001/task-001", "Ben")
    assert data["behind"] == ["task-002"]
    assert project.statuses()["task-003"] == "completed"


def test_a_time_limit_ends_a_task(project):
    project.plan(a_task(1, "sleep 60", time_limit="1s", retries=0))

    data = project.execute("m1")

    assert data["exit"] == 1
    assert "time limit" in data["blocked"][0]["text"] or data["tasks"][0]["status"] == "failed"


@pytest.mark.parametrize("place", ["no git", "no commit", "detached"])
def test_without_a_place_for_worktrees_it_works_or_says_so(tmp_path, place):
    project = Project(tmp_path / "p", git=place == "detached")
    if place == "no commit":
        project.git("init", "-q", "-b", "main")
    if place == "detached":
        project.git("checkout", "-q", "--detach")
    project.plan(a_task(1, "echo one > one.txt"), a_task(2, "cat one.txt", dependencies=["task-001"]))

    data = project.execute("m1", "--agents", "2")

    assert (data["exit"], [t["status"] for t in data["tasks"]]) == ((0, ["completed"] * 2)) or place == "detached"
    assert (project.folder / "one.txt").exists() == (place != "detached")


def test_unmet_requirements_refuse_a_start_and_list_all(project):
    project.plan(a_task(1, "true"), name="milestone-001")
    project.plan(
        a_task(1, "true"),
        name="milestone-002",
        dependencies={"requires": ["milestone-001"], "conditions": ["schema approved"]},
    )

    done = project.run("execute", "m2", "--json")

    assert done.returncode == 5
    assert "milestone-001" in done.stdout
    assert "schema approved" in done.stdout
    assert project.run("execute", "m2", "--override", "we know").returncode == 0


def test_a_dry_run_starts_nothing(project):
    project.plan(a_task(1, "touch ran"), a_task(2, dependencies=["task-001"]))

    data = project.execute("m1", "--dry-run")

    assert [(step["task"], step["executor"]) for step in data["plan"]] == [
        ("task-001", "shell"),
        ("task-002", "human"),
    ]
    assert project.statuses() == {"task-001": "pending", "task-002": "pending"}
    assert not (project.records / "database").exists()
    assert "milestone/" not in project.git("for-each-ref")


def test_a_configured_agent_reads_the_brief_and_finds_its_surroundings(project, tmp_path):
    agent = tmp_path / "agent.sh"
    agent.write_text(
        "#!/bin/sh\ncat > brief.md\nenv | grep ^MILESTONE_ | sort > env.txt\n"
        'echo d > "$MILESTONE_DELIVERABLES/d.md"\n'
    )
    agent.chmod(0o755)
    project.configure(executors={"robot": {"command": str(agent)}})
    project.plan(a_task(1, description="Make it shine", acceptance=["it shines"]))

    data = project.execute("m1", "--executor", "robot")

    assert data["exit"] == 0, data
    text = project.git("show", "milestone/milestone-001:brief.md")
    assert "# milestone-001/task-001: one task to do" in text
    assert "Do task 1" in text
    assert "1. it shines" in text
    seen = dict(line.split("=", 1) for line in project.git("show", "milestone/milestone-001:env.txt").splitlines())
    assert seen["MILESTONE_TASK"] == "milestone-001/task-001"
    assert seen["MILESTONE_ACTOR"] == "agent:robot"
    assert {"MILESTONE_DIR", "MILESTONE_SESSION", "MILESTONE_PHASE", "MILESTONE_LEASE"} <= seen.keys()


def test_an_executor_nobody_configured_is_refused(project):
    project.plan(a_task(1))

    done = project.run("execute", "m1", "--executor", "nobody")

    assert done.returncode == 2
    assert "executors.nobody.command" in done.stderr


def test_a_condition_with_a_check_is_proven_before_the_start(project):
    conditions = [{"name": "schema there", "check": "test -e schema.sql"}]
    project.plan(a_task(1, "true"), dependencies={"conditions": conditions})

    refused = project.run("execute", "m1")
    (project.folder / "schema.sql").write_text("create table t;")
    done = project.run("execute", "m1")

    assert refused.returncode == 5
    assert "schema there" in refused.stderr
    assert done.returncode == 0, done.stderr
    assert project.body()["dependencies"]["conditions"][0]["met"] is True


def test_resuming_another_session_or_one_that_is_not_there(project):
    project.plan(a_task(1, "false", retries=0))
    first = project.execute("m1")
    assert first["exit"] == 1
    project.run("task", "retry", "m1/1")
    second = project.execute("m1")

    again = project.execute("m1", "--resume-session", first["session"])
    unknown = project.run("execute", "m1", "--resume-session", "session-19990101-001")

    assert second["session"] != first["session"]
    assert again["session"] == first["session"]
    assert unknown.returncode == 3
    assert first["session"] in unknown.stderr


def test_what_a_task_leaves_for_people_is_hashed_and_what_a_run_makes_is_ignored_by_git(project):
    project.plan(a_task(1, 'mkdir "$MILESTONE_DELIVERABLES/notes"; echo x > "$MILESTONE_DELIVERABLES/notes/a.md"'))

    assert project.execute("m1")["exit"] == 0

    stored = [e for line in project.log() for e in line["events"] if e["kind"] == "deliverable.stored"]
    assert [(e["task"], e["data"]["path"]) for e in stored] == [("task-001", "notes/a.md")]
    assert len(stored[0]["data"]["digest"]) == 64
    assert (project.records / "deliverables/milestone-001/task-001/notes/a.md").is_file()
    seen = project.git("status", "--porcelain", "--untracked-files=all").split()
    assert not any("/local/" in path or "/logs/" in path or "/sessions/" in path for path in seen)


def test_a_link_among_the_deliverables_is_a_blocker(project):
    project.plan(a_task(1, 'ln -s /etc/passwd "$MILESTONE_DELIVERABLES/p"'))

    data = project.execute("m1")

    assert data["exit"] == 1
    assert "link" in data["blocked"][0]["text"]


@pytest.mark.parametrize("flags", [("--agents", "0"), ("--agents", "-1"), ("--fresh", "--resume")])
def test_flags_that_make_no_sense_are_refused(project, flags):
    project.plan(a_task(1, "true"))

    assert project.run("execute", "m1", *flags).returncode == 2
    assert project.statuses() == {"task-001": "pending"}


def test_a_task_of_a_run_cannot_start_a_run(project):
    project.plan(a_task(1, "milestone-is-not-needed-here || true"))

    done = project.run("execute", "m1", MILESTONE_SESSION="session-20261120-001")

    assert done.returncode == 5
    assert "another run" in done.stderr
