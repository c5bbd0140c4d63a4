"""The means by which a task is done: base.py and one file per kind. `EXECUTORS` names them."""

EXECUTORS = {
    "shell": "milestone.agents.executors.shell:Shell",
    "agent": "milestone.agents.executors.agent:Agent",
    "human": "milestone.agents.executors.human:Human",
}
