"""Tasks done by agents that speak a program's own format, from the command line to the branch."""

from milestone.testing import scripted

from .agents import a_script, tasks, with_agents


def test_an_agent_does_a_task(project):
    script = a_script(
        project, task_001=[{"say": "I look."}, {"write": ["a.txt", "hello"]}, {"spend": [1000, 50, 0.2]}]
    )
    with_agents(project, script)
    project.plan(*tasks(1))

    data = project.execute("m1")

    assert data["exit"] == 0
    assert project.git("show", "milestone/milestone-001:a.txt") == "hello"
    assert scripted.ledger(script) == [("milestone-001/task-001", "begun"), ("milestone-001/task-001", "done")]
    assert project.body()["tasks"][0]["evidence"][-1]["by"] == "agent:claude"


def test_what_an_agent_says_of_its_failure_is_the_reason(project):
    script = a_script(project, task_001=[{"fail": "the key is missing"}])
    with_agents(project, script, execution={"retries": 0})
    project.plan(*tasks(1))

    data = project.execute("m1")

    assert data["exit"] == 1
    assert "the key is missing" in data["tasks"][0]["reason"]


def test_a_run_does_not_begin_without_the_program(project):
    project.configure(executor="claude", executors={"claude": {"command": "no-such-claude"}})
    project.plan(*tasks(1))

    done = project.run("execute", "m1")

    assert done.returncode == 5
    assert "no-such-claude" in done.stderr
    assert "milestone config set executors.claude.command PATH" in done.stderr
    assert project.statuses() == {"task-001": "pending"}


def test_settings_reach_the_program(project):
    script = a_script(
        project, task_001=[{"run": "tr '\\0' ' ' < /proc/$PPID/cmdline > arguments"}, {"spend": [2_000_000, 0]}]
    )
    own = {"kind": "claude", "args": "--max-turns 9", "model": "opus", "permissions": "all"}
    mine = {"command": scripted.command("claude", script), **own, "price": {"input": "3 USD"}}
    project.configure(executor="mine", executors={"mine": mine})
    project.plan(*tasks(1))

    data = project.execute("m1")

    words = project.git("show", "milestone/milestone-001:arguments")
    assert data["exit"] == 0, data
    assert "--model opus" in words
    assert "--permission-mode bypassPermissions" in words
    assert words.endswith("--max-turns 9")
    assert project.body()["tasks"][0]["evidence"][-1]["by"] == "agent:mine"
