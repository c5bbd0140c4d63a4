"""Which milestones live runs hold, of this clone and of any other machine: as the database's clock says."""

import os
from collections.abc import Mapping

from milestone.storage import located, locks
from milestone.storage.sql.moment import SqlMoment

THERE = "SELECT to_regclass('lease') IS NOT NULL AND has_table_privilege(to_regclass('lease'), 'SELECT')"
LIVE = "SELECT name FROM lease WHERE expires > clock_timestamp()"


def held_by(root: str, moment: SqlMoment) -> Mapping[str, str]:
    """Return milestone uid -> session id; empty when nothing runs.

    A run is live while its process renews its lease; one that may have none counts for the clone it runs in.
    """
    running = [document.body for document in moment.find("session", ("running",))]
    if not running:
        return {}
    workers = {str(row[0]) for row in moment.connection.rows(LIVE)} if _has_leases(moment) else set()
    here = os.fspath(located.place_of(root)) if locks.run_is_live(root) else None
    live = [body for body in running if str(body.get("worker")) in workers or _is_here(body, here)]
    return {str(uid): str(body.get("id")) for body in live for uid in body.get("holds") or ()}


def _has_leases(moment: SqlMoment) -> bool:
    """Tell whether some process ever said here that it is alive."""
    return moment.connection.rows(THERE)[0][0] is True


def _is_here(body: Mapping[str, object], here: str | None) -> bool:
    return here is not None and body.get("clone") in (None, here)
