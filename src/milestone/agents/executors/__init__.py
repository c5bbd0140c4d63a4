"""The means by which a task is done: base.py and one file per kind. `EXECUTORS` names them."""

EXECUTORS = {
    "shell": "milestone.agents.executors.shell:Shell",
    "agent": "milestone.agents.executors.agent:Agent",
    "claude": "milestone.agents.executors.claude:Claude",
    "codex": "milestone.agents.executors.codex:Codex",
    "gemini": "milestone.agents.executors.gemini:Gemini",
    "opencode": "milestone.agents.executors.opencode:OpenCode",
    "acp": "milestone.agents.executors.acp:Acp",
    "human": "milestone.agents.executors.human:Human",
}
