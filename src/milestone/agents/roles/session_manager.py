"""The session manager: keeps where a run stands, so that whoever goes on finds it as it was left."""

from milestone.agents.roles.base import NOTHING, Reaction, Said, View, short
from milestone.domain.decide import session as of_session

WORTH = frozenset({"begin", "finish", "failed", "blocked"})


class SessionManager:
    """Saves the context of a session when a task begins or ends, and when the run is stopped."""

    name = "session-manager"
    purpose = "saves where the run stands, at every task and every five minutes"
    hears = frozenset({"run.step_started", "run.step_finished", "session.interrupted", "session.ended"})

    def react(self, view: View) -> Reaction:
        step = view.event.data.get("step")
        if view.event.kind.startswith("run.") and step not in WORTH:
            return NOTHING
        saved = of_session.event(view.session, "session.saved", context=dict(view.surroundings()))
        if view.event.kind != "session.interrupted":
            return Reaction(events=(saved,))
        names = [
            short(ref.rpartition("/")[2]) for ref, t in (view.session.body.get("tasks") or {}).items() if _going(t)
        ]
        left = f" {', '.join(names)} {'goes' if len(names) == 1 else 'go'} on from here." if names else ""
        return Reaction(events=(saved,), lines=(Said(f"Saved.{left}"),))


def _going(task: object) -> bool:
    return isinstance(task, dict) and task.get("status") == "running"
