"""The git role: what a run left on branches, and where work lies that did not fit."""

from milestone.agents.roles.base import NOTHING, Reaction, Said, View
from milestone.domain.decide import session as of_session
from milestone.domain.safe_names import branch_name


class Git:
    """Records a conflict as one, with the branch that keeps the work; counts the commits at the end."""

    name = "git"
    purpose = "commits and merges the work of tasks, and keeps what conflicts"
    hears = frozenset({"blocker.detected", "session.ended", "branch.merged"})

    def react(self, view: View) -> Reaction:
        if view.event.kind == "branch.merged":
            return Reaction(
                lines=(Said(f"{view.event.data.get('branch')} is merged into {view.event.data.get('into')}."),)
            )
        if view.event.kind == "session.ended":
            return self._ended(view)
        if view.event.data.get("cause") != "git" or view.event.task is None:
            return NOTHING
        kept = f"milestone/{branch_name(str(view.milestone.body['id']))}-{branch_name(view.event.task)}"
        conflict = of_session.event(view.session, "branch.conflicted", task=view.event.task, branch=kept)
        return Reaction(events=(conflict,))

    def _ended(self, view: View) -> Reaction:
        known = (view.session.body.get("tasks") or {}).values()
        commits = [task["commit"] for task in known if task.get("commit")]
        if not commits:
            return NOTHING
        word = "commit" if len(commits) == 1 else "commits"
        return Reaction(lines=(Said(f"{len(commits)} {word} on {view.session.body.get('branch')}."),))
