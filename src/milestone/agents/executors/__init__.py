"""The means by which a task is done: base.py and one file per kind. `EXECUTORS` names them."""

EXECUTORS = {
    "shell": "milestone.agents.executors.shell:Shell",
    "agent": "milestone.agents.executors.agent:Agent",
    "claude": "milestone.agents.executors.claude:Claude",
    "human": "milestone.agents.executors.human:Human",
}
