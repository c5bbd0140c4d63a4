"""What stops an agent: budgets, silence, lies, and an executor that fails again and again."""

import pytest

from milestone.testing import scripted

from .agents import a_script, tasks, with_agents
from .project import Project, a_task

WRITES = [{"write": ["2.txt", "x"]}]


def kinds(project: Project, wanted: str) -> list[dict]:
    """Return the data of every event of a kind, in order."""
    return [e for line in project.log() for e in line["events"] if e["kind"] == wanted]


def test_done_without_change_is_not_done(project):
    script = a_script(project, task_001=[{"say": "All finished."}], task_002=[{"say": "Done."}])
    with_agents(project, script)
    project.plan(a_task(1), a_task(2, verify="true"))

    data = project.execute("m1", "--agents", "2")

    assert data["exit"] == 1
    assert project.statuses() == {"task-001": "blocked", "task-002": "completed"}
    assert "says it is done" in data["tasks"][0]["reason"]
    assert "milestone task retry milestone-001/task-001" in data["tasks"][0]["reason"]


def test_a_deliverable_is_a_change(project):
    script = a_script(project, task_001=[{"deliver": ["report.md", "All is well."]}])
    with_agents(project, script)
    project.plan(*tasks(1))

    assert project.execute("m1")["exit"] == 0


def test_without_git_the_files_tell(tmp_path):
    project = Project(tmp_path / "project", git=False)
    script = a_script(project, task_001=[{"write": ["a.txt", "x"]}], task_002=[{"say": "Done."}])
    with_agents(project, script)
    project.plan(*tasks(2))

    project.execute("m1")

    assert project.statuses() == {"task-001": "completed", "task-002": "blocked"}


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        ({"task": {"money": "1 USD"}}, "the task's budget of 1.00 USD is used up (1.00 USD)"),
        ({"task": {"tokens": 50_000}}, "the task's budget of 50,000 tokens is used up (50,000 tokens)"),
        (
            {"milestone": {"money": "1 EUR"}, "rates": {"USD": 0.9}},
            "the milestone's budget of 1.00 EUR is used",
        ),
        ({"day": {"tokens": 50_000}}, "the day's budget of 50,000 tokens"),
        ({"task": {"money": "1 EUR"}}, "it costs USD, and budget.task.money counts EUR; set budget.rates"),
    ],
)
def test_a_budget_stops_the_agent_in_the_middle(project, budget, words):
    spend = {"spend": [9_000, 1_000, 0.2]}
    acts = [{"write": ["a.txt", "x"]}, *[spend] * 6, {"hang": True}]
    script = a_script(project, task_001=acts)
    with_agents(project, script, "opencode", budget=budget)
    project.plan(*tasks(1))

    data = project.execute("m1")

    assert data["exit"] == 1
    assert project.statuses() == {"task-001": "blocked"}
    assert words in data["tasks"][0]["reason"]
    assert "milestone task retry milestone-001/task-001" in data["tasks"][0]["reason"]
    assert project.body()["tasks"][0]["blocked"]["kind"] == "budget"
    assert data["tasks"][0]["attempts"] == 1
    if "rates" in budget or "EUR" not in str(budget):
        assert len(kinds(project, "budget.exceeded")) == 1
        assert kinds(project, "budget.exceeded")[0]["data"]["share"] >= 1
        assert len(kinds(project, "budget.warned")) <= 1


def test_time_is_a_budget_too(project):
    script = a_script(project, task_001=[{"write": ["a.txt", "x"]}, {"hang": True}])
    with_agents(project, script, budget={"task": {"time": "2s"}})
    project.plan(*tasks(1))

    data = project.execute("m1")

    assert "the task's budget of 2 s is used up" in data["tasks"][0]["reason"]


def test_people_are_warned_before_a_budget_is_used_up(project):
    script = a_script(project, task_001=[{"write": ["a.txt", "x"]}, {"spend": [8_500, 0, 0.1]}])
    with_agents(project, script, "opencode", budget={"task": {"tokens": 10_000}})
    project.plan(*tasks(1))

    done = project.run("execute", "m1")

    assert done.returncode == 0, done.stderr
    assert "A budget is nearly used: budget.task.tokens: 8,500 tokens of 10,000 tokens" in done.stderr
    assert [e["data"]["share"] for e in kinds(project, "budget.warned")] == [0.85]


def test_nothing_begins_once_the_milestone_has_spent_its_budget(project):
    spends = [{"write": ["a.txt", "x"]}, {"spend": [6_000, 0, 0.1]}]
    script = a_script(project, task_001=spends, task_002=spends)
    with_agents(project, script, budget={"milestone": {"tokens": 5_000}})
    project.plan(a_task(1), a_task(2, dependencies=["task-001"]))

    data = project.execute("m1", "--agents", "1")

    begun = [word for word in scripted.ledger(script) if word[1] == "begun"]
    assert len(begun) == 1
    assert any("budget of 5,000 tokens is used up" in (task["reason"] or "") for task in data["tasks"])


def test_a_budget_of_money_is_not_promised_for_who_does_not_say_what_it_costs(project):
    script = a_script(project, task_001=[{"write": ["a.txt", "x"]}])
    with_agents(project, script, "codex", budget={"task": {"money": "1 USD"}})
    project.plan(*tasks(1))

    data = project.execute("m1")

    assert "codex does not say what it costs" in data["tasks"][0]["reason"]
    assert "executors.codex.price" in data["tasks"][0]["reason"]
    assert scripted.ledger(script) == []


def test_an_agent_that_falls_silent_is_told_of_and_ended(project):
    script = a_script(project, task_001=[[{"say": "I begin."}, {"hang": True}], [{"write": ["a.txt", "x"]}]])
    with_agents(project, script, execution={"silence": "3s", "backoff": "1s"})
    project.plan(*tasks(1))

    data = project.execute("m1")

    assert data["exit"] == 0
    assert [e["data"]["cause"] for e in kinds(project, "blocker.detected")] == ["stall"]
    assert "said nothing for" in kinds(project, "task.failed")[0]["data"]["reason"]


def test_an_executor_that_fails_again_and_again_rests_and_is_tried_with_one_task(project):
    fails = [{"fail": "no credit left"}]
    script = a_script(project, task_001=[fails, fails, fails, [{"write": ["1.txt", "x"]}]], task_002=WRITES)
    limits = {"breaker": 3, "breaker_rest": "2s", "backoff": "0.1s", "retries": 3}
    with_agents(project, script, execution=limits)
    project.plan(a_task(1), a_task(2, dependencies=["task-001"]))

    done = project.run("execute", "m1", "--agents", "1")

    assert done.returncode == 0, done.stderr + str(project.statuses())
    assert set(project.statuses().values()) == {"completed"}
    assert "■ claude fails again and again; its tasks wait" in done.stderr
    assert "✓ claude works again." in done.stderr
    opened, closed = kinds(project, "breaker.opened"), kinds(project, "breaker.closed")
    assert opened[0]["data"]["reason"] == "claude ended with error_during_execution: no credit left"
    assert len(closed) >= 1


def test_what_was_spent_is_shown(project):
    script = a_script(project, task_001=[{"write": ["a.txt", "x"]}, {"spend": [1_000, 200, 0.41]}])
    with_agents(project, script)
    project.plan(*tasks(1))
    project.execute("m1")

    session = project.run("sessions", "show").stdout
    task = project.run("show", "m1/t1").stdout
    agents = project.run("update", "--agents").stdout

    assert "1,200 tokens, 0.41 USD" in session
    assert "1,200 tokens, 0.41 USD" in task
    assert "1,200 tokens, 0.41 USD" in agents
