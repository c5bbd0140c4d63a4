"""An editor that saves what it loaded a while ago, over changes that commands made meanwhile.

Against the last text such a file seems to take all those changes back. What it really says is its difference to
what the editor's buffer held: a version that commands replaced, and on top of it what people changed since; for an
editor goes on from its own last save, which never saw what was joined into the file after it.
"""

import itertools
import math
from collections.abc import Iterator
from typing import Any

import msgspec

from milestone.domain import adoption, paths
from milestone.domain.document import Body, Document, Recorded
from milestone.storage import disk, log_line, yaml_writer
from milestone.storage.log_line import Line
from milestone.storage.moment import Moment
from milestone.storage.said import Found

PATIENCE = 100  # changes by commands that are gone back without coming closer to a text
_ABSENT: Any = object()


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
    far = _Distance(said.body)
    now = far.of(before.body)
    if not now:
        return None
    versions = _versions(moment, uid)
    if disk.digest(said.text.encode()) in {each for v in versions for each in (v.before, v.after)}:
        return None
    distance, buffer = _closest(_known(versions, disk.digest(before.text.encode())), far)
    return buffer if distance < now and (distance or not _is_set_in(before, said)) else None


def _is_set_in(before: Found, said: Found) -> bool:
    """Tell whether a text is the one before with nothing but values changed, where they stood."""
    return said.text == yaml_writer.write_record(said.body, before_text=before.text, before_body=before.body)


class _Distance:
    """How many values, and members of lists, differ between a text and one body after another."""

    def __init__(self, text: Body) -> None:
        self._text = text
        self._known: dict[tuple[str, int], tuple[Any, int]] = {}  # bodies share the values that did not change

    def of(self, body: Body) -> int:
        return sum(self._at(key, body) for key in {**body, **self._text})

    def _at(self, key: str, body: Body) -> int:
        value = body.get(key, _ABSENT)
        if (key, id(value)) not in self._known:
            one, other = ({key: side[key]} if key in side else {} for side in (body, self._text))
            self._known[key, id(value)] = (value, _differing(one, other))
        return self._known[key, id(value)][1]


def _differing(one: Body, other: Body) -> int:
    to_set, to_unset = paths.diff(one, other)
    gone = sum(_apart(paths.get(one, path), []) for path in to_unset)
    return gone + sum(_apart(paths.get(one, path, []), value) for path, value in to_set.items())


def _apart(one: Any, other: Any) -> int:
    if not isinstance(one, list) or not isinstance(other, list):
        return 1
    return max(sum(each not in other for each in one) + sum(each not in one for each in other), 1)


def _closest(versions: list[_Version], far: _Distance) -> tuple[float, Body]:
    """Return how far the closest buffer is from a text, and that buffer, the newest of those as close."""
    best, found, patience = math.inf, {}, PATIENCE
    for buffer in _buffers(versions):
        distance = far.of(buffer)
        if distance < best:
            best, found, patience = distance, buffer, PATIENCE
        patience -= 1
        if not (distance and patience):
            break
    return best, found


def _buffers(versions: list[_Version]) -> Iterator[Body]:
    """Yield what the buffers hold that were loaded before each change by a command, newest first."""
    buffer = versions[-1].body if versions else {}
    for version, before in itertools.pairwise(reversed(versions)):
        if not version.by_hand:
            buffer = adoption.take_back(before.body, version.body, buffer)
            yield buffer


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
    versions: list[_Version] = []
    document: Document | None = None
    named = msgspec.json.encode(uid)
    for text in moment.place.log.raw(0, moment.head):
        if named not in text:
            continue
        line = log_line.DECODER.decode(text)
        mine = [r for r in line.recorded() if (r.event.document, r.event.uid) == ("milestone", uid)]
        for recorded in mine:
            document = moment.evolve(document, recorded)
        if document is not None and mine:
            versions.append(_version(document.body, mine, line, uid))
    return versions


def _version(body: Body, events: list[Recorded], line: Line, uid: str) -> _Version:
    by_hand = any("via" in recorded.event.data for recorded in events)
    marks = [mark for mark in line.files if (mark.kind, mark.uid) == ("milestone", uid)]
    before, after = (marks[0].before, marks[0].after) if marks else (None, None)
    return _Version(body=body, by_hand=by_hand, before=before, after=after)
