"""The dependency validator: says what became ready, and finds what can never become so."""

from milestone.agents.roles.base import NOTHING, Reaction, Said, View, short
from milestone.domain import graph, tasks
from milestone.domain.decide import session as of_session

EDITS = frozenset({"document.edited", "milestone.edited", "task.added", "task.edited", "dependency.added"})


class DependencyValidator:
    """Looks at the order of tasks whenever one is done or the plan changes under a run."""

    name = "dependency-validator"
    purpose = "says what became ready, and finds tasks that wait for each other"
    hears = frozenset({"task.completed", *EDITS})

    def react(self, view: View) -> Reaction:
        return self._edited(view) if view.event.kind in EDITS else self._completed(view)

    def _completed(self, view: View) -> Reaction:
        body = view.milestone.body
        waits = tasks.needs(body)
        done = [str(t["id"]) for t in tasks.of(body) if tasks.status(t) == "completed"]
        pending = [str(t["id"]) for t in tasks.of(body) if tasks.status(t) == "pending"]
        ready = [name for name in graph.ready(waits, done, pending) if view.event.task in waits.get(name, ())]
        return Reaction(lines=(Said(f"  now ready: {' '.join(map(short, ready))}"),)) if ready else NOTHING

    def _edited(self, view: View) -> Reaction:
        found = graph.cycle(tasks.needs(view.milestone.body))
        if found is None:
            return NOTHING
        way = " → ".join(map(short, found))
        reason = f"tasks wait for each other: {way}"
        blocker = of_session.event(view.session, "blocker.detected", reason=reason, cause="dependency")
        return Reaction(
            events=(blocker,),
            lines=(Said("■ ", reason), Said("  They cannot start until one of these dependencies is taken out.")),
        )
