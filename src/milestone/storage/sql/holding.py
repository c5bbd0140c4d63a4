"""Which milestones a live run of this clone holds, as its sessions in a database of this folder say."""

from collections.abc import Mapping

from milestone.storage import locks
from milestone.storage.sql.moment import SqlMoment


def held_by(root: str, moment: SqlMoment) -> Mapping[str, str]:
    """Return milestone uid -> session id; empty when nothing runs."""
    if not locks.run_is_live(root):
        return {}
    running = [document.body for document in moment.find("session", ("running",))]
    return {str(uid): str(body.get("id")) for body in running for uid in body.get("holds") or ()}
