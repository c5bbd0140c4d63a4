"""How the last pipeline of each milestone ended, and what is deployed where."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from milestone.domain.document import Recorded

Row = Mapping[str, Any]


def view(rows: Sequence[Row], events: Iterable[Recorded]) -> list[dict[str, Any]]:
    """Return for each milestone `{milestone title state url commit at by deployments}`; state None: none ran here.

    `events` come oldest first; a pipeline that began and has not ended is `running`.
    """
    last: dict[str, dict[str, Any]] = {}
    for recorded in events:
        event = recorded.event
        if event.kind in ("ci.started", "ci.finished") and event.milestone:
            before = last.get(event.milestone) or {}
            last[event.milestone] = {**_told(recorded), "deployments": _deployed(before, recorded)}
    nothing: dict[str, Any] = {
        "state": None,
        "url": None,
        "commit": None,
        "at": None,
        "by": None,
        "deployments": [],
    }
    return [
        {"milestone": row["id"], "title": row["title"], **(last.get(str(row["id"])) or nothing)} for row in rows
    ]


def _told(recorded: Recorded) -> dict[str, Any]:
    data = recorded.event.data
    state = str(data.get("result") or "ended") if recorded.event.kind == "ci.finished" else "running"
    told = {key: data.get(key) for key in ("url", "commit")}
    return {"state": state, **told, "at": recorded.at, "by": recorded.actor.name}


def _deployed(before: Mapping[str, Any], recorded: Recorded) -> list[dict[str, Any]]:
    """Return the newest of every environment: what an earlier pipeline put somewhere is still there."""
    known = {str(each.get("environment")): each for each in before.get("deployments") or ()}
    for each in recorded.event.data.get("deployments") or ():
        said = {key: each.get(key) for key in ("environment", "state", "url", "version")}
        known[str(said["environment"])] = {**said, "at": recorded.at, "commit": recorded.event.data.get("commit")}
    return list(known.values())
