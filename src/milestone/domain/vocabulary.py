"""What people write, in the words of the records."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import msgspec

from milestone import ids
from milestone.domain.document import Body

Path = tuple[str | int, ...]


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tell about a record, at a path of its raw keys and indexes."""

    code: str
    message: str
    path: Path = ()
    hint: str | None = None


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """A record in canonical words, and what to tell about it."""

    body: Body
    remarks: tuple[Remark, ...] = ()


def understand(raw: Mapping[str, Any], name: str) -> Understood:
    """Return the canonical body of what a file named `name` holds. Never refuses."""
    stem = PurePosixPath(name).stem
    body: Body = dict(raw)
    body.setdefault("id", ids.parse_milestone_id(stem) or stem)
    body.setdefault("uid", ids.uid_from_name(stem))
    body.setdefault("title", body["id"])
    body.setdefault("status", "planned")
    return Understood(body=body)
