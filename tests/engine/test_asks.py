"""What a running agent asks of a person, and how a run waits for the answer."""

import json
import time

import pytest

from .agents import a_script, tasks, with_agents

ASKS = [{"write": ["a.txt", "x"]}, {"ask": "make deploy"}, {"if_allowed": [{"write": ["deployed", "yes"]}]}]


def asked(project, *, within: float = 20.0) -> dict:
    """Return the first open ask of the last session, as soon as there is one."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        shown = project.run("sessions", "show", "--json")
        data = json.loads(shown.stdout).get("data") or {}
        found = [each for each in data.get("asks") or [] if each.get("answer") is None]
        if found:
            return {**found[0], "session": data["id"]}
        time.sleep(0.1)
    raise AssertionError("nothing was asked")


@pytest.mark.parametrize("speaks", ["claude", "acp"])
def test_an_agent_goes_on_within_a_second_of_the_answer(project, speaks):
    script = a_script(project, task_001=ASKS)
    with_agents(project, script, speaks)
    project.plan(*tasks(1))
    run = project.start("execute", "m1", "--json")

    ask = asked(project)
    answered = project.run("answer", f"{ask['session']}/{ask['id']}", "yes")
    then = time.monotonic()
    out, _ = run.communicate(timeout=60)

    assert answered.returncode == 0, answered.stderr
    assert "Answered. The agent goes on." in answered.stdout
    assert (ask["kind"], ask["text"], ask["task"]) == ("permission", "$ make deploy", "milestone-001/task-001")
    assert run.returncode == 0, out
    assert project.git("show", "milestone/milestone-001:deployed") == "yes"
    kinds = [event["kind"] for line in project.log() for event in line["events"]]
    assert [k for k in kinds if k.startswith("question.")] == [
        "question.asked",
        "question.answered",
        "question.taken",
    ]
    assert time.monotonic() - then < 15  # the rest of the run, on a machine that does other things


def test_agents_do_not_answer(project):
    script = a_script(project, task_001=ASKS)
    with_agents(project, script)
    project.plan(*tasks(1))
    run = project.start("execute", "m1", "--json")
    ask = asked(project)
    place = f"{ask['session']}/{ask['id']}"

    by_agent = project.run("answer", place, "yes", MILESTONE_ACTOR="agent:claude")
    wrong = project.run("answer", place, "maybe")
    unknown = project.run("answer", f"{ask['session']}/ask-9", "yes")
    by_person = project.run("answer", place, "no, ask ops first")
    run.communicate(timeout=60)
    again = project.run("answer", place, "no, ask ops first")
    otherwise = project.run("answer", place, "yes")

    assert (by_agent.returncode, wrong.returncode, unknown.returncode) == (7, 2, 3)
    assert "allow, always or reject" in wrong.stderr
    assert by_person.returncode == 0
    assert run.returncode == 0
    assert "deployed" not in project.git("ls-tree", "--name-only", "milestone/milestone-001").split()
    assert (again.returncode, otherwise.returncode) == (0, 5)
    assert "was answered" in otherwise.stderr


def test_where_nobody_answers_the_run_waits_and_goes_on_later(project):
    script = a_script(project, task_001=ASKS, task_002=[{"write": ["b.txt", "x"]}])
    with_agents(project, script, execution={"answer_limit": "2s"})
    project.plan(*tasks(2))

    data = project.execute("m1", "--agents", "2")

    assert data["exit"] == 6, data
    [waits] = data["waiting_for"]
    assert (waits["kind"], waits["ref"]) == ("permission", "milestone-001/task-001")
    assert waits["next"] == f"milestone answer {data['session']}/ask-1 allow"
    assert project.statuses() == {"task-001": "in_progress", "task-002": "completed"}

    answered = project.run("answer", f"{data['session']}/ask-1", "yes")
    again = project.execute("m1")

    assert "Next: milestone execute milestone-001" in answered.stdout
    assert again["exit"] == 0, again
    assert project.git("show", "milestone/milestone-001:deployed") == "yes"


def test_a_question_reaches_a_person_and_its_answer_the_agent(project):
    acts = [{"question": ["Which database?", ["PostgreSQL", "SQLite"]]}, {"write": ["db", "{answer}"]}]
    script = a_script(project, task_001=acts)
    with_agents(project, script)
    project.plan(*tasks(1))
    run = project.start("execute", "m1")
    ask = asked(project)

    project.run("answer", f"{ask['session']}/{ask['id']}", "2")
    _, said = run.communicate(timeout=60)

    assert run.returncode == 0, said
    assert project.git("show", "milestone/milestone-001:db") == "SQLite"
    assert "? t1 asks: Which database?" in said
    assert f"next: milestone answer {ask['session']}/ask-1 PostgreSQL" in said


def test_after_a_kill_the_agent_goes_on_in_its_conversation_and_the_same_ask_waits(project):
    words = {"run": "tr '\\0' ' ' < /proc/$PPID/cmdline > words"}
    script = a_script(project, task_001=[[*ASKS], [words, *ASKS]])
    with_agents(project, script)
    project.plan(*tasks(1))
    run = project.start("execute", "m1")
    ask = asked(project)
    run.kill()
    run.communicate(timeout=30)

    project.run("answer", f"{ask['session']}/{ask['id']}", "yes")
    again = project.execute("m1")

    assert again["exit"] == 0, again
    assert project.git("show", "milestone/milestone-001:deployed") == "yes"
    assert "--resume " in project.git("show", "milestone/milestone-001:words")
    kinds = [event["kind"] for line in project.log() for event in line["events"]]
    assert [k for k in kinds if k.startswith("question.")] == [
        "question.asked",
        "question.answered",
        "question.taken",
    ]
