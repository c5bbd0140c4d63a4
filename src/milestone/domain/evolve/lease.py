"""How the events of claims change a lease. Nothing here refuses."""

from collections.abc import Callable

from milestone.domain.document import Body, Recorded
from milestone.domain.leases import CLAIMED, FREE, LEFT, LOST


def claimed(body: Body, recorded: Recorded) -> Body:
    """Keep who holds it until when; the same token again is the same claim, renewed."""
    lease = recorded.event.data.get("lease") or {}
    since = body.get("since") if body.get("token") == lease.get("token") else recorded.at
    return {**body, **lease, "state": CLAIMED, "since": since}


def released(body: Body, recorded: Recorded) -> Body:
    return {**body, "state": LEFT if recorded.event.data.get("left") else FREE}


def expired(body: Body, _recorded: Recorded) -> Body:
    return {**body, "state": LOST}


EVOLVERS: dict[str, Callable[[Body, Recorded], Body]] = {
    "task.claimed": claimed,
    "task.released": released,
    "lease.expired": expired,
}
