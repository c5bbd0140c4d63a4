"""The progress monitor: says when a task is done, how long it took, what proves it, and how far everything is."""

from milestone.agents.roles.base import NOTHING, Reaction, Said, View, spent
from milestone.domain import progress, tasks

LONGEST = 20


class ProgressMonitor:
    """Answers every finished task with one line."""

    name = "progress-monitor"
    purpose = "says what is done and how far everything is"
    hears = frozenset({"run.step_finished"})

    def react(self, view: View) -> Reaction:
        if view.event.data.get("step") != "finish":
            return NOTHING
        known = view.known
        title = tasks.title(view.task)
        if known.get("status") == "in_review":
            return Reaction(lines=(Said(f"◇ {view.short} ", title, f": {known.get('phase')} waits for review"),))
        if known.get("status") != "completed":
            return Reaction(lines=(Said(f"✓ {view.short} ", title, f": {known.get('phase')} done"),))
        far = progress.of(view.milestone.body)
        proof = f"{_cut(str(view.task['verify']))} ok" if view.task.get("verify") else "self-reported"
        parts = [spent(float(known.get("seconds") or 0)), proof, str(known.get("commit") or "")[:7]]
        done = f"({far.tasks_completed} of {far.tasks_total}, {far.percentage} %)"
        return Reaction(lines=(Said(f"✓ {view.short} ", title, "  ".join(["", *filter(None, parts), done])),))


def _cut(command: str) -> str:
    """Return the beginning of a command: enough to know it by, and room for the title."""
    return command if len(command) <= LONGEST else command[: LONGEST - 1] + "…"
