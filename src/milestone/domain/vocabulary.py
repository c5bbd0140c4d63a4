"""What people write, in the words of the records: lenient, never refusing, forgetting nothing.

Keys match without regard to case, spaces and hyphens, by the other words of `shape.SHAPE`; values are turned into
what the key holds. A key nobody knows stays as found. A value that cannot be what its key holds is left out of the
body, stays in the file, and is named in a remark.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from milestone import uids
from milestone.domain import free_forms, single_values, words
from milestone.domain.document import Body
from milestone.domain.record_reader import RecordReader
from milestone.domain.remark import Remark

_WRAPPERS = frozenset({"milestone", "milestone_progress", "record"})


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """A record in canonical words, and what to tell about it."""

    body: Body
    remarks: tuple[Remark, ...] = ()
    is_named: bool = True  # the uid stands in the text, and is not derived from the file's name


def understand(raw: Mapping[str, Any], name: str) -> Understood:
    """Return the canonical body of what a file named `name`, such as `active/milestone-001.yaml`, holds.

    `id`, `uid`, `title` and `status` are always there afterwards. Understanding a canonical body changes nothing.
    """
    reader = RecordReader()
    prefix = wrapper(raw)
    inner = raw[prefix[0]] if prefix else raw
    body = reader.record(inner, "milestone", prefix)
    _across_teams(body)
    stem = name.rpartition("/")[2].rpartition(".")[0] or name
    is_named = _name(body, stem, reader)
    if not body.get("title"):
        described = str(body.get("description") or "").strip().split("\n")[0][:80]
        body["title"] = described or body["id"]
        reader.remark("missing_title", f"{body['id']} has no title.", prefix, "Give it one: `title: …`.")
    if "status" not in body:
        archived = name.startswith("completed/") or "/completed/" in name
        body["status"] = "archived" if archived else status_from_tasks(body.get("tasks") or ())
    return Understood(body=body, remarks=tuple(reader.remarks()), is_named=is_named)


def wrapper(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the one key around a whole record (`milestone: {…}`), as a path; empty for a record without one."""
    if len(raw) == 1:
        key, value = next(iter(raw.items()))
        if words.fold(key) in _WRAPPERS and isinstance(value, Mapping):
            return (key,)
    return ()


def status_from_tasks(tasks: Any) -> str:
    """Return the status of a milestone that has none, from its tasks."""
    states = {task.get("status", "pending") for task in tasks if isinstance(task, Mapping)} - {"cancelled"}
    if states == {"completed"}:
        return "completed"
    return "planned" if states <= {"pending"} else "in_progress"


def _across_teams(body: Body) -> None:
    """Read `Cross-Team Coordination: {Lead Team, Contributing Teams, Approval Required}`, which stays as found."""
    block = next((body[key] for key in body if words.fold(key) == "cross_team_coordination"), None)
    if not isinstance(block, Mapping):
        return
    said = {words.fold(key): value for key, value in block.items()}
    lead = said.get("lead_team")
    if isinstance(lead, str):
        body.setdefault("owner", lead)
    teams = single_values.texts(said.get("contributing_teams"))
    if teams is not single_values.ABSENT and teams:
        body["resources"] = {"team_members": teams, **body.get("resources", {})}
    if "approval_required" in said:
        body.setdefault("approval_required", said["approval_required"])


def _name(body: Body, stem: str, reader: RecordReader) -> bool:
    """Give the record an id and a uid where it has none; return whether it had a uid."""
    fallback = free_forms.milestone_id(stem) or "milestone"
    if "id" not in body:
        body["id"] = fallback
    is_named = isinstance(body.get("uid"), str) and re.fullmatch(r"[\w-]{8,64}", body["uid"]) is not None
    if not is_named:
        body["uid"] = uids.uid_from_name(stem)
    if body["id"] != fallback:
        reader.remark(
            "id_differs_from_name",
            f"The file {stem} holds {body['id']}.",
            ("id",),
            "Both names find it; rename the file, or change its id, to end the doubt.",
        )
    return is_named
