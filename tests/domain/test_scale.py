"""Where a project of a size belongs, and who moves it there."""

from typing import Any

import pytest

from milestone.domain import scale
from milestone.domain.scale import Known, Limits, Size, Wish


def verdict(
    milestones: int = 0, people: int = 1, backend: str = "file", address: bool = False, **more: Any
) -> scale.Verdict:
    size = Size(milestones=milestones, people=people, has_address=address)
    wish = Wish(by_itself=more.pop("auto", False), backend=more.pop("wish", None), said_by="backend.type")
    return scale.decide(size, Limits(), wish, Known(backend=backend, **more))


@pytest.mark.parametrize(
    ("milestones", "people", "address", "right"),
    [
        (24, 4, False, "file"),
        (25, 1, False, "hybrid"),
        (1, 5, False, "hybrid"),
        (99, 19, False, "hybrid"),
        (100, 1, False, "sqlite"),
        (1, 20, False, "sqlite"),
        (200, 1, False, "sqlite"),
        (199, 1, True, "sqlite"),
        (200, 1, True, "postgres"),
    ],
)
def test_the_right_store_for_a_size(milestones: int, people: int, address: bool, right: str):
    assert scale.wanted(Size(milestones=milestones, people=people, has_address=address), Limits()) == right


def test_files_get_their_index_by_themselves():
    found = verdict(25)

    assert (found.do, found.to) == ("move", "hybrid")
    assert found.reasons == ("25 milestones, and plain files are meant for fewer than 25",)


@pytest.mark.parametrize(
    ("given", "do", "to"),
    [
        ({"milestones": 24}, "stay", "file"),
        ({"milestones": 30, "asks": True}, "ask", "hybrid"),
        ({"milestones": 30, "asks": True, "auto": True}, "move", "hybrid"),
        ({"milestones": 30, "asks": True, "answers": {"hybrid": False}}, "advise", "hybrid"),
        ({"milestones": 30, "answers": {"hybrid": False}}, "advise", "hybrid"),
        ({"milestones": 30, "asks": True, "answers": {"hybrid": True}}, "move", "hybrid"),
        ({"milestones": 120}, "move", "hybrid"),  # no further without being allowed to
        ({"milestones": 120, "auto": True}, "move", "sqlite"),
        ({"milestones": 120, "backend": "hybrid"}, "advise", "sqlite"),
        ({"milestones": 120, "backend": "hybrid", "asks": True}, "ask", "sqlite"),
        ({"milestones": 120, "backend": "hybrid", "auto": True}, "move", "sqlite"),
        ({"milestones": 200, "backend": "sqlite", "auto": True}, "stay", "sqlite"),
        ({"milestones": 200, "backend": "sqlite", "auto": True, "address": True}, "move", "postgres"),
        ({"milestones": 200, "backend": "sqlite", "address": True}, "advise", "postgres"),
        # never down
        ({"milestones": 3, "backend": "postgres", "auto": True}, "stay", "postgres"),
        # nor up again where somebody took it back from
        ({"milestones": 120, "backend": "hybrid", "auto": True, "reached": "sqlite"}, "advise", "sqlite"),
        # a wish counts at the next write, but never takes a store down
        ({"milestones": 3, "wish": "sqlite"}, "move", "sqlite"),
        ({"milestones": 3, "wish": "file", "backend": "sqlite"}, "advise", "file"),
        ({"milestones": 130, "wish": "file"}, "stay", "file"),
        ({"milestones": 3, "wish": "postgres", "address": True}, "move", "postgres"),
        ({"milestones": 3, "wish": "postgres"}, "move", "sqlite"),
        ({"milestones": 3, "wish": "postgres", "backend": "sqlite"}, "stay", "sqlite"),
    ],
)
def test_what_is_done_after_a_write(given: dict[str, Any], do: str, to: str):
    found = verdict(**given)

    assert (found.do, found.to) == (do, to)


def test_postgres_without_an_address_is_said_for_as_long_as_it_lasts():
    assert verdict(3, wish="postgres", backend="sqlite").lacks_address
    assert not verdict(3, wish="postgres", backend="sqlite", address=True).lacks_address


def test_a_size_at_a_limit_does_not_flutter():
    before = "file"
    found = []
    for milestones in (24, 25, 24, 20, 19, 24):
        before = scale.wanted(Size(milestones=milestones, people=1), Limits(), before)
        found.append(before)

    assert found == ["file", "hybrid", "hybrid", "hybrid", "file", "file"]


def test_settings_give_the_limits_leniently():
    settings = {
        "scale.file": {"max_milestones": 3},
        "scale.hybrid": {"max_milestones": "many", "max_team_size": 9},
        "storage.thresholds": {"database": 6, "hybrid": 50},
        "scale.thresholds": {"database": 7},
    }

    limits = scale.limits_of(settings)

    assert (limits.file.milestones, limits.file.people) == (3, 5)
    assert (limits.hybrid.milestones, limits.hybrid.people) == (100, 9)
    assert limits.database == 7


@pytest.mark.parametrize(
    ("settings", "backend"),
    [
        ({}, None),
        ({"backend.type": "auto"}, None),
        ({"backend.type": "database"}, "sqlite"),
        ({"backend.type": "postgresql"}, "postgres"),
        ({"scale_override": "database"}, "sqlite"),
        ({"scale.override": "hybrid"}, "hybrid"),
        ({"scale_override": "file", "backend.type": "sqlite"}, "sqlite"),
    ],
)
def test_the_words_of_settings(settings: dict[str, Any], backend: str | None):
    assert scale.wish_of(settings).backend == backend


def test_times_mean_something_from_fifty_calls_on():
    assert scale.p95([1.0] * 49) is None
    assert scale.p95([1.0] * 46 + [9.0] * 4) == 9.0
    assert scale.p95([9.0] * 50 + [1.0] * 50) == 1.0
