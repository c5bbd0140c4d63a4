"""`execute` is killed with `kill -9` at every step boundary and at random moments, its engine's memory deleted.

Every task completes, none that was recorded runs again, each commit is there once. `MILESTONE_KILLS` sets how many
random kills there are (100 in `make kills`).
"""

import sys

import pytest

from .kills import PLACES, Rig, random_moments, wanted


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("lose_engine", [False, True], ids=["engine kept", "engine deleted"])
@pytest.mark.parametrize("place", PLACES)
def test_killed_at_a_step_boundary(tmp_path, place, lose_engine):
    rig = Rig(tmp_path)

    rig.killed_at(place, lose_engine=lose_engine)
    rig.killed_at(f"{place}:2", lose_engine=lose_engine)

    assert rig.kills == 2 or place in ("failed.recorded", "moves.decided")
    rig.finish()


@pytest.mark.parametrize("place", ["work.recorded", "finish.committed"])
@pytest.mark.parametrize("lose_engine", [False, True], ids=["engine kept", "engine deleted"])
def test_killed_where_it_hurts_most(tmp_path, place, lose_engine):
    rig = Rig(tmp_path, tasks=3)

    rig.killed_at(place, lose_engine=lose_engine)

    assert rig.kills == 1
    rig.finish()


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_around_every_write(tmp_path, when):
    rig = Rig(tmp_path, tasks=3)
    for number in range(1, 200):
        if rig.is_done():
            break
        rig.killed_at(f"ledger.{when}:{1 + number % 5}", lose_engine=number % 3 == 0)

    assert rig.kills > 5
    rig.finish()


@pytest.mark.timeout(1800)
def test_killed_at_random_moments(tmp_path):
    left, seed = wanted("MILESTONE_KILLS", 3), wanted("MILESTONE_SEED", 7)
    while left > 0:
        folder = tmp_path / str(seed)
        folder.mkdir()
        rig = Rig(folder, tasks=6)
        random_moments(rig, left, seed)
        left, seed = left - max(rig.kills, 1), seed + 1


@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", ["no operation id", "checkpoint before fact", "commit not looked for"])
def test_the_rig_bites_on_a_seeded_fault(tmp_path, fault):
    rig = Rig(tmp_path, tasks=3, program=[sys.executable, "-m", "engine.seeded", fault])
    rig.project.environ["PYTHONPATH"] = ":".join(sys.path)
    places = {"commit not looked for": "finish.committed", "checkpoint before fact": "verify.starting"}
    place = places.get(fault, "work.recorded")

    with pytest.raises(AssertionError):
        rig.killed_at(place, lose_engine=fault == "no operation id")
        rig.killed_at(f"{place}:2", lose_engine=fault == "no operation id")
        rig.finish()

    assert rig.kills >= 1
