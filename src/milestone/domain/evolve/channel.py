"""How far a channel has come, and how often in a row it could not be reached."""

from collections.abc import Callable, Mapping

from milestone.domain.document import Body, Recorded


def sent(body: Body, recorded: Recorded) -> Body:
    data = recorded.event.data
    name, upto = data.get("channel"), data.get("upto")
    found = {**body, "name": name or body.get("name"), "failures": 0, "reason": None}
    if data.get("count"):
        found["last_sent"] = recorded.at
    return {**found, "upto": upto} if isinstance(upto, int) else found


def failed(body: Body, recorded: Recorded) -> Body:
    data = recorded.event.data
    known = body.get("failures")
    failures = (known if isinstance(known, int) else 0) + 1
    found = {"name": data.get("channel") or body.get("name"), "failures": failures, "reason": data.get("reason")}
    return {**body, **found, "last_tried": recorded.at}


EVOLVERS: Mapping[str, Callable[[Body, Recorded], Body]] = {
    "notification.sent": sent,
    "notification.failed": failed,
}
