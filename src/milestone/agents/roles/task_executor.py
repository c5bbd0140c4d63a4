"""The task executor: who works on what, in the registry and on the screen."""

from milestone.agents.roles.base import NOTHING, Reaction, Said, View
from milestone.domain import tasks
from milestone.domain.decide import agents


class TaskExecutor:
    """Enters a worker when an attempt begins, and takes it out when the attempt is over."""

    name = "task-executor"
    purpose = "works on tasks, one attempt at a time"
    hears = frozenset({"run.step_started", "run.step_finished"})

    def react(self, view: View) -> Reaction:
        step = view.event.data.get("step")
        worker = f"{view.session.body['id']}/{view.event.task}"
        if view.event.task is None:
            return NOTHING
        if step == "begin":
            attempt = view.known.get("attempts") or 1
            again = f", attempt {attempt}" if attempt != 1 else ""
            phase = f" ({view.known['phase']})" if view.known.get("phase") else ""
            title = tasks.title(view.task)
            doing = agents.register(
                worker,
                role=self.name,
                session=str(view.session.body["id"]),
                task=f"{view.milestone.body['id']}/{view.event.task}",
                executor=str(view.known.get("executor") or ""),
            )
            return Reaction(events=(doing,), lines=(Said(f"◐ {view.short} ", title, f"{phase}{again}"),))
        if step == "finish":
            return Reaction(events=(agents.leave(worker),))
        if step in ("failed", "blocked"):
            return Reaction(events=(agents.fail(worker, str(view.known.get("reason") or step)),))
        return NOTHING
