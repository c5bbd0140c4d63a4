"""An editor that saves what it loaded a while ago, over changes that commands made meanwhile.

Against the last text such a file seems to take all those changes back. What it really says is its difference to
what the editor's buffer held: a version that commands replaced, and on top of it what people changed since; for an
editor goes on from its own last save, which never saw what was joined into the file after it.
"""

import itertools
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


_Edit = tuple[Body, Body]  # a record before and after


class _Version(msgspec.Struct, frozen=True, kw_only=True):
    """A record after one transaction, and the digests of its file's text before and after."""

    body: Body
    via: str | None  # hand or git, which people's buffers hold, too; None: a command
    before: str | None = None
    after: str | None = None


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a text is to be joined with: what its editor had, and what the store has."""

    base: Body | None
    ours: Body
    is_old: bool = False  # commands have changed what the editor had


def heard(moment: Moment, uid: str, ours: Body, before: Found, said: Found) -> Heard:
    """Return what a text is to be joined with that was saved over the text `before`.

    A text that the file has had before, word for word, was put there on purpose; so was `before` itself with
    nothing but values set back. A text closer to what was there without the last edit by hand takes that edit
    back, as a whole file does that was taken in by halves: what the edit took away comes back as it was.
    """
    far = _Distance(said.body)
    plain = Heard(base=before.body, ours=ours)
    if not far.of(before.body):
        return plain
    versions = _versions(moment, uid)
    if disk.digest(said.text.encode()) in {each for v in versions for each in (v.before, v.after)}:
        return plain
    versions = _known(versions, disk.digest(before.text.encode()))
    now = adoption.as_a_file_says(versions[-1].body, said.path) if versions else {}
    closest = _closest(before.body, _buffers(now, versions), far)
    if edit := _last_by_hand(versions):
        last, now = (adoption.take_back(*edit, body) for body in (before.body, now))
        without = _closest(last, _buffers(now, versions), far)
        if without.distance < closest.distance:
            closest, ours = without, adoption.take_back(*edit, ours)
    if closest.is_old and not closest.distance and _is_set_in(before, said):
        return plain
    return Heard(base=closest.body, ours=ours, is_old=closest.is_old)


def _is_set_in(before: Found, said: Found) -> bool:
    """Tell whether a text is the one before with nothing but values changed, where they stood."""
    return said.text == yaml_writer.write_record(said.body, before_text=before.text, before_body=before.body)


class _Distance:
    """How far a text is from one body after another: which values, and members of lists, differ."""

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
    """Return 2 for each value or member that differs, 1 for another order, which a change taken back may leave."""
    if not isinstance(one, list) or not isinstance(other, list):
        return 2
    return 2 * (sum(each not in other for each in one) + sum(each not in one for each in other)) or 1


class _Closest(msgspec.Struct, frozen=True, kw_only=True):
    body: Body
    distance: int
    is_old: bool  # commands have changed it since


def _closest(last: Body, buffers: Iterator[Body], far: _Distance) -> _Closest:
    """Return what a text is closest to, the newest of those: the last text, or what a buffer holds."""
    best = _Closest(body=last, distance=far.of(last), is_old=False)
    patience = PATIENCE
    for buffer in buffers:
        if not (best.distance and patience):
            break
        distance = far.of(buffer)
        patience -= 1
        if distance < best.distance:
            best, patience = _Closest(body=buffer, distance=distance, is_old=True), PATIENCE
    return best


def _buffers(now: Body, versions: list[_Version]) -> Iterator[Body]:
    """Yield what the buffers hold that were loaded before each change by a command, newest first."""
    buffer = now
    for version, before in itertools.pairwise(reversed(versions)):
        if version.via is None:
            buffer = adoption.take_back(before.body, version.body, buffer)
            yield buffer


def _last_by_hand(versions: list[_Version]) -> _Edit | None:
    """Return the record before and after the last edit by hand."""
    pairs = itertools.pairwise(reversed(versions))
    return next(((before.body, version.body) for version, before in pairs if version.via == "hand"), None)


def _known(versions: list[_Version], digest: str) -> list[_Version]:
    """Return the versions up to the one whose file had this text; all of them when nobody knows."""
    ends = len(versions)
    for place, version in enumerate(versions):
        if digest == version.after or (version.via and digest == version.before):
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
    via = next((str(r.event.data["via"]) for r in events if "via" in r.event.data), None)
    marks = [mark for mark in line.files if (mark.kind, mark.uid) == ("milestone", uid)]
    before, after = (marks[0].before, marks[0].after) if marks else (None, None)
    return _Version(body=body, via=via, before=before, after=after)
