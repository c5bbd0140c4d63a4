"""Every agent executor keeps the contract, with the scripted agent in its program's place."""

import threading

import pytest

from milestone import errors
from milestone.agents.executors.acp import Acp
from milestone.agents.executors.claude import Claude
from milestone.agents.executors.codex import Codex
from milestone.agents.executors.gemini import Gemini
from milestone.agents.executors.opencode import OpenCode
from milestone.agents.executors.settings import Settings
from milestone.testing.agent_contract import AgentContract, Told, a_program


class TestClaude(AgentContract):
    kind = Claude

    def test_a_question_is_asked_of_a_person_and_answered_by_its_number(self, tmp_path):
        told = Told("2")
        acts = [{"question": ["Which database?", ["PostgreSQL", "SQLite"]]}, {"write": ["a", "{answer}"]}]

        outcome = self.does(tmp_path, *acts, told=told)

        assert outcome.succeeded
        assert (told.asked[0].kind, told.asked[0].options) == ("question", ("PostgreSQL", "SQLite"))
        assert (tmp_path / "work" / "a").read_text() == "SQLite"


class TestCodex(AgentContract):
    kind = Codex
    speaks_money = asks = False


class TestGemini(AgentContract):
    kind = Gemini
    speaks_money = asks = False


class TestOpenCode(AgentContract):
    kind = OpenCode
    asks = False


class TestAcp(AgentContract):
    kind = Acp
    has_version = False

    def test_a_program_must_be_named(self):
        with pytest.raises(errors.Refused, match=r"executors\.acp\.command is not set"):
            Acp().check()

    def test_another_version_of_the_protocol_is_refused(self, tmp_path):
        answer = '{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":2}}'
        program = a_program(tmp_path / "tomorrow", f"read hello; echo '{answer}'; read more")

        outcome = Acp(Settings(command=(str(program),))).run(self.job(tmp_path, ""), threading.Event())

        assert outcome.trouble == "it speaks version 2 of the protocol, and 1 is read here"
        assert not outcome.succeeded

    def test_with_all_permissions_nobody_is_asked(self, tmp_path):
        told = Told(None)
        agent = self.agent(tmp_path, [{"ask": "make"}, {"if_allowed": [{"write": ["a", "x"]}]}], permissions="all")

        outcome = agent.run(self.job(tmp_path, "", ask=told.ask), threading.Event())

        assert outcome.succeeded
        assert told.asked == []
        assert (tmp_path / "work" / "a").exists()
