"""Moving between stores under load: nothing lost, nothing doubled, nobody refused, nobody kept waiting.

The short form takes two pairs; `make torture` takes all twelve, at 200 and at 20,000 milestones.
"""

import os
import time
from itertools import permutations
from pathlib import Path

import pytest

from torture.rig import PLACES, Figures, Rig, where

BACKENDS = ("file", "hybrid", "sqlite", "postgres")
SHORT = [("file", "sqlite"), ("sqlite", "file")]
FEW = int(os.environ.get("TORTURE_FEW", "200"))
MANY = int(os.environ.get("TORTURE_MANY", "20000"))
STANDS = 0.5  # seconds a stopped writer stands still, wherever it is
SINCE = int(os.environ.get("TORTURE_SINCE", "1000"))  # writes before the way back
SINCE_MANY = int(os.environ.get("TORTURE_SINCE_MANY", "200"))  # the same where each looks at 20,000 files


def a_rig(folder: Path, count: int, request: pytest.FixtureRequest, *backends: str) -> Rig:
    dsn = request.getfixturevalue("postgres_dsn") if "postgres" in backends else None
    rig = Rig(folder / "project", count, dsn)
    rig.fill(backends[0])
    return rig


def undisturbed(rig: Rig, source: str, target: str, *, since: int) -> Figures:
    """Move and come back while everybody works; return what was measured."""
    with rig.working():
        rig.wait_for(15)
        rig.move("--to", target)
        rig.wait_for(since // 4)
        assert where(rig) == target
        rig.move("--rollback")
        rig.wait_for(15)
    rig.check()
    assert where(rig) == source
    rig.check_kept(target)
    return rig.figures()


def hostile(rig: Rig, source: str, target: str) -> None:
    """Kill the migrator at every place, kill and stop writers, and come through."""
    with rig.working():
        rig.wait_for(5)
        for number, place in enumerate(PLACES):
            rig.move("--to", target, place=place)
            rig.kill_writer(number % 4)
            with rig.stopped((number + 1) % 4):
                going_on = rig.begin("--to", target, place=PLACES[(number + 1) % len(PLACES)])
                time.sleep(STANDS)
            rig.end_of(going_on)
            rig.wait_for(2)
        rig.move("--to", target)
        assert where(rig) == target
        rig.wait_for(5)
    rig.check()
    rig.check_kept(source)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("source", "target"), SHORT)
def test_a_project_moves_under_load(tmp_path: Path, source: str, target: str, request: pytest.FixtureRequest):
    rig = a_rig(tmp_path, 50, request, source, target)

    figures = undisturbed(rig, source, target, since=40)

    assert figures.writes > 100


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("source", "target"), permutations(BACKENDS, 2))
def test_every_pair_at_few(tmp_path: Path, source: str, target: str, request: pytest.FixtureRequest):
    rig = a_rig(tmp_path, FEW, request, source, target)

    figures = undisturbed(rig, source, target, since=SINCE)

    print(f"\n{source} → {target}, {FEW}: {figures}")
    assert figures.stall <= max(0.25, 10 * figures.slowest)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("source", "target"), permutations(BACKENDS, 2))
def test_every_pair_at_many(tmp_path: Path, source: str, target: str, request: pytest.FixtureRequest):
    rig = a_rig(tmp_path, MANY, request, source, target)

    figures = undisturbed(rig, source, target, since=SINCE_MANY if target in ("file", "hybrid") else SINCE)

    print(f"\n{source} → {target}, {MANY}: {figures}")
    assert figures.stall <= max(1.0, 20 * figures.slowest)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("source", "target"), permutations(BACKENDS, 2))
def test_every_pair_with_everybody_killed(
    tmp_path: Path, source: str, target: str, request: pytest.FixtureRequest
):
    rig = a_rig(tmp_path, FEW, request, source, target)

    hostile(rig, source, target)

    print(
        f"\n{source} → {target}, {FEW}, killed at {len(PLACES)} places: {rig.figures().writes} writes, none lost"
    )


@pytest.mark.timeout(120)
@pytest.mark.parametrize("fault", ["last", "gate"])
def test_the_rig_finds_what_is_left_out(tmp_path: Path, fault: str, request: pytest.FixtureRequest):
    rig = a_rig(tmp_path, 50, request, "file", "sqlite")
    rig.environ["TORTURE_FAULT"] = fault

    with pytest.raises(AssertionError, match=r"lost: |event \d+ and is|after \d+ came|fell from"), rig.working():
        rig.wait_for(5)
        rig.move("--to", "sqlite")
        rig.wait_for(5)
        rig.end()
        rig.check()
