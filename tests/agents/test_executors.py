"""Every executor keeps the contract; what is particular to one stands below."""

import threading
from pathlib import Path

from milestone.agents.executors import EXECUTORS
from milestone.agents.executors.agent import Agent
from milestone.agents.executors.base import Executor, Job
from milestone.agents.executors.human import Human
from milestone.agents.executors.shell import Shell
from milestone.registry import load
from milestone.testing.executor_contract import ExecutorContract


def a_job(tmp_path: Path, **fields) -> Job:
    return Job(
        ref="milestone-001/task-001",
        folder=tmp_path,
        log=tmp_path / "log",
        record=tmp_path / "record",
        **fields,
    )


class TestShell(ExecutorContract):
    def executor_for(self, line: str, folder: Path) -> Executor:
        return Shell()

    def test_without_a_run_line_it_says_so(self, tmp_path):
        outcome = Shell().run(a_job(tmp_path), threading.Event())

        assert outcome.exit_code is None
        assert "no run line" in outcome.error


class TestAgent(ExecutorContract):
    def executor_for(self, line: str, folder: Path) -> Executor:
        return Agent(["sh", "-c", line])

    def test_the_brief_comes_on_standard_input(self, tmp_path):
        outcome = Agent("cat").run(a_job(tmp_path, brief="# Do this\n"), threading.Event())

        assert outcome.succeeded
        assert (tmp_path / "log").read_text() == "# Do this\n"

    def test_what_it_was_told_in_confidence_is_not_in_its_log(self, tmp_path):
        secrets = ('the code is 4711 #sensitive\nand "more"', "no")
        line = "cat; echo; echo 'so the code is 4711 #sensitive, no' >&2; printf 'and \\\\\"more\\\\\"'"
        job = a_job(tmp_path, brief="Note: the code is 4711 #sensitive", secrets=secrets)

        assert Agent(["sh", "-c", line]).run(job, threading.Event()).succeeded
        assert (tmp_path / "log").read_text() == "Note: [sealed]\nso [sealed], no\n[sealed]"

    def test_a_descendant_that_goes_on_does_not_hold_it_up(self, tmp_path):
        job = a_job(tmp_path, secrets=("secret",), environment={"MILESTONE_LEASE": "it/1"})

        outcome = Agent(["sh", "-c", "setsid sleep 60 & echo secret"]).run(job, threading.Event())
        assert outcome.succeeded
        assert outcome.seconds < 10
        assert (tmp_path / "log").read_text() == "[sealed]\n"

    def test_a_program_that_is_not_there_is_an_outcome(self, tmp_path):
        outcome = Agent("no-such-agent --now").run(a_job(tmp_path), threading.Event())

        assert outcome.exit_code == 127
        assert outcome.error == "no-such-agent could not be started"

    def test_without_a_command_it_names_the_key(self, tmp_path):
        assert "executors.agent.command" in Agent().run(a_job(tmp_path), threading.Event()).error


def test_a_person_is_waited_for(tmp_path):
    assert Human().run(a_job(tmp_path), threading.Event()).waits


def test_the_table_names_what_is_there():
    assert {name: load(target)().name for name, target in EXECUTORS.items()} == {n: n for n in EXECUTORS}
