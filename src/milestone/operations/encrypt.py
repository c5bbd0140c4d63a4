"""Make the key under which secret fields and backups are kept."""

from typing import Any

from milestone import errors
from milestone.domain.document import Event
from milestone.storage.place import check_inside
from milestone.uids import uid_from_name
from milestone.workspace import encrypting
from milestone.workspace.base import Workspace


def new_key(workspace: Workspace) -> dict[str, Any]:
    """Make a key and return `{key, value, file, changed}`; older keys stay for what they sealed.

    Raises:
        NotPermitted: an agent asks, or a run.
        Refused: git tracks the key file, or others may read it.
    """
    if workspace.actor.kind == "agent" or workspace.in_run:
        raise errors.NotPermitted(
            "A key is made by a person.", why="agents and runs change no keys", code="needs_a_person"
        )
    check_inside(workspace.root)
    path = workspace.root / encrypting.FILE
    if path.exists():
        encrypting.check_guarded(workspace.root, path)
    said = {"key": encrypting.FILE, "value": None, "file": str(path), "changed": False}
    if workspace.options.dry_run:
        return said
    name = encrypting.new_key(workspace.root)
    if workspace.secrecy is not None:
        workspace.secrecy.forget()
    event = Event(kind="key.rotated", document="project", uid=uid_from_name("project"), data={"key": name})
    workspace.write(lambda _txn, _ctx: [event])
    return said | {"value": name, "changed": True}
