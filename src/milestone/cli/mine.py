"""What is assigned to whoever acts."""

from collections.abc import Callable

from milestone.cli.env import Env
from milestone.domain import people


def matcher(env: Env) -> Callable[[str], bool]:
    """Return whether an assignee's text means the actor: by name, by handle, or by a role they hold."""
    workspace = env.workspace
    name = workspace.actor.name
    me = people.match(name, workspace.people)

    def is_mine(text: str) -> bool:
        if text.strip().removeprefix("@").casefold() == name.casefold():
            return True
        return me is not None and me in people.holders(text, workspace.people)

    return is_mine
