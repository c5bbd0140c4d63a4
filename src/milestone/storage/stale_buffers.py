"""An editor that saves what it loaded a while ago, over changes that commands made meanwhile.

Against the last text such a file seems to take all those changes back. What it really says is its difference to
what the editor's buffer held: a version that commands replaced, and on top of it what people changed since; for an
editor goes on from its own last save, which never saw what was joined into the file after it.
"""

import itertools
from collections.abc import Iterable
from typing import Any

import msgspec

from milestone.domain import adoption, paths
from milestone.domain.document import Body, Document
from milestone.storage import disk, yaml_writer
from milestone.storage.log_line import Line
from milestone.storage.moment import Moment
from milestone.storage.said import Found

VERSIONS = 30  # how far back a buffer's version is looked for


class _Version(msgspec.Struct, frozen=True, kw_only=True):
    """A record after one transaction, and the digests of its file's text before and after."""

    body: Body
    by_hand: bool  # by hand or by git: what people's buffers hold, too
    before: str | None = None
    after: str | None = None


def loaded_from(moment: Moment, uid: str, before: Found, said: Found) -> Body | None:
    """Return what the buffer held that a text was made from; None when it was made from the text `before`.

    A text that the file has had before, word for word, was put there on purpose; so was `before` itself with
    nothing but values set back.
    """
    now = _distance(before.body, said.body)
    if not now or (now == 1 and _is_set_in(before, said)):
        return None
    versions = _versions(moment, uid)
    if disk.digest(said.text.encode()) in {each for v in versions for each in (v.before, v.after)}:
        return None
    buffers = _buffers(_known(versions, disk.digest(before.text.encode())))
    found = [(_distance(body, said.body), -place, body) for place, body in enumerate(buffers)]
    distance, _, body = min(found, key=lambda each: each[:2], default=(now, 0, {}))
    return body if distance < now and (distance or not _is_set_in(before, said)) else None


def _is_set_in(before: Found, said: Found) -> bool:
    """Tell whether a text is the one before with nothing but values changed, where they stood."""
    return said.text == yaml_writer.write_record(said.body, before_text=before.text, before_body=before.body)


def _distance(body: Body, text: Body) -> int:
    """Return how many values, and members of lists, differ."""
    to_set, to_unset = paths.diff(body, text)
    return len(to_unset) + sum(_apart(paths.get(body, path), value) for path, value in to_set.items())


def _apart(one: Any, other: Any) -> int:
    if not isinstance(one, list) or not isinstance(other, list):
        return 1
    return max(sum(each not in other for each in one) + sum(each not in one for each in other), 1)


def _buffers(versions: list[_Version]) -> list[Body]:
    """Return what the buffers hold that were loaded before each change by a command, oldest first."""
    buffers: list[Body] = []
    for before, version in itertools.pairwise(versions[-VERSIONS - 1 :]):
        if version.by_hand:
            buffers = [adoption.carry(before.body, version.body, each) for each in buffers]
        else:
            buffers.append(before.body)
    return buffers


def _known(versions: list[_Version], digest: str) -> list[_Version]:
    """Return the versions up to the one whose file had this text; all of them when nobody knows."""
    ends = len(versions)
    for place, version in enumerate(versions):
        if digest == version.after or (version.by_hand and digest == version.before):
            ends = place + 1
        elif digest == version.before:
            ends = place
    return versions[:ends]


def _versions(moment: Moment, uid: str) -> list[_Version]:
    """Return every version of a record, oldest first."""
    return list(_folded(moment, uid, moment.place.log.lines(0, moment.head)))


def _folded(moment: Moment, uid: str, lines: Iterable[Line]) -> Iterable[_Version]:
    document: Document | None = None
    for line in lines:
        mine = [r for r in line.recorded() if (r.event.document, r.event.uid) == ("milestone", uid)]
        for recorded in mine:
            document = moment.evolve(document, recorded)
        if document is not None and mine:
            by_hand = any("via" in recorded.event.data for recorded in mine)
            marks = [mark for mark in line.files if (mark.kind, mark.uid) == ("milestone", uid)]
            before, after = (marks[0].before, marks[0].after) if marks else (None, None)
            yield _Version(body=document.body, by_hand=by_hand, before=before, after=after)
