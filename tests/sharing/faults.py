"""Faults to seed, each of which a history must see."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from milestone.domain import numbering, references
from milestone.operations import sync, sync_merges
from milestone.storage import merge_remains, merged_text
from milestone.storage.moment import Moment

Fault = Callable[[pytest.MonkeyPatch], None]
JOINED, EVENTS = merged_text.joined, Moment.events


def a_side_is_dropped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(merged_text, "joined", lambda _base, one, _other: one)


def an_old_value_wins(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(merged_text, "joined", lambda base, one, other: base or JOINED(None, one, other))


def numbers_stay_given_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(numbering, "given", lambda bodies, _young=(): {uid: str(b["id"]) for uid, b in bodies.items()})


def references_follow_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(references, "following", lambda body, _numbers: body)


def markers_are_left(patch: pytest.MonkeyPatch) -> None:
    def untouched(there: Mapping[str, str], stages: Mapping[str, Any], left: Any, *_merges: Any) -> Any:
        return merge_remains.Remains(texts=there, there=there, bases={}, unmerged=tuple(stages), left=left)

    patch.setattr(merge_remains, "of", untouched)
    patch.setattr(sync, "_nothing_marked", lambda *_: None)


def merges_by_lines_are_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sync_merges, "since", lambda *_: ())
    patch.setattr(sync_merges, "under_way", lambda *_: None)


def a_follower_skips_an_event(patch: pytest.MonkeyPatch) -> None:
    def late(self: Any, after: int = 0, *rest: Any, **more: Any) -> Any:
        return EVENTS(self, after + 1 if after else 0, *rest, **more)

    patch.setattr(Moment, "events", late)
