"""The event logger: a journal of the run that people can read, a line an event."""

from milestone.agents.roles.base import NOTHING, Reaction, View
from milestone.domain.events import KINDS

PASSED_OVER = frozenset({"session.saved", "agent.registered", "agent.removed", "agent.failed"})


class EventLogger:
    """Writes down what happened, in words; `sessions show` prints the last lines."""

    name = "event-logger"
    purpose = "keeps a journal of the run"
    hears = frozenset(KINDS) - PASSED_OVER

    def react(self, view: View) -> Reaction:
        if view.event.kind not in self.hears:
            return NOTHING
        data = view.event.data
        facts = [str(data[key]) for key in ("step", "phase", "reason", "state") if data.get(key)]
        where = view.event.task or view.event.milestone or ""
        words = " ".join(filter(None, [view.event.kind, where, "; ".join(facts)]))
        return Reaction(journal=(f"{view.recorded.at} {view.recorded.seq} {' '.join(words.split())}",))
