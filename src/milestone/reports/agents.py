"""Who works in the sessions of this clone: workers and roles, and what they do."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from milestone.reports import costs

Body = Mapping[str, Any]


def view(agents: Iterable[Body], sessions: Sequence[Body], live: Iterable[str] = ()) -> dict[str, Any]:
    """Return every registered agent, and the sessions with how many of their tasks are done."""
    running = set(live)
    found = [_agent(agent, None, running) for agent in agents]
    for session in sessions:
        known = session.get("agents")
        if isinstance(known, Mapping):
            found += [_agent({"name": name, **_map(each)}, session, running) for name, each in known.items()]
        elif isinstance(known, list):  # a run of ours keeps how many there are; its workers are in the registry
            found += [_agent(_map(each), session, running) for each in known]
    return {"agents": found, "sessions": [_session(session, running) for session in sessions]}


def _agent(agent: Body, session: Body | None, running: set[str]) -> dict[str, Any]:
    name = session.get("id") if session else agent.get("session")
    state = agent.get("state") or agent.get("status")
    return {
        "name": agent.get("name") or agent.get("id"),
        "role": agent.get("role") or agent.get("type"),
        "session": name,
        "state": state if name in running or name is None or state != "working" else "gone",
        "task": agent.get("task"),
        "since": agent.get("since") or agent.get("registered_at") or agent.get("at"),
    }


def _session(session: Body, running: set[str]) -> dict[str, Any]:
    tasks = _map(session.get("tasks"))
    states = [_map(each).get("status") for each in tasks.values()]
    name = session.get("id")
    return {
        "id": name,
        "milestones": session.get("milestones") or [],
        "state": "interrupted"
        if session.get("state") == "running" and name not in running
        else session.get("state"),
        "started": session.get("started"),
        "last_saved": session.get("last_saved"),
        "completed": states.count("completed"),
        "remaining": len(states) - states.count("completed"),
        "cost": costs.of_session(session),
        "says": {ref: str(each["says"]) for ref, each in tasks.items() if _map(each).get("says")},
        "breakers": dict(_map(session.get("breakers"))),
    }


def _map(value: Any) -> Body:
    return value if isinstance(value, Mapping) else {}
