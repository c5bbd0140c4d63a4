"""Every agent executor keeps the contract, with the scripted agent in its program's place."""

from milestone.agents.executors.claude import Claude
from milestone.testing.agent_contract import AgentContract


class TestClaude(AgentContract):
    kind = Claude
