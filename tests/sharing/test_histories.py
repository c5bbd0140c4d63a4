"""Clones that go their own ways and meet again: the same everywhere, and nothing anybody was told is lost."""

import concurrent.futures
import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sharing import faults, faulty_driver, histories

LONG = int(os.environ.get("HISTORIES", "500"))
FIRST = int(os.environ.get("FIRST_HISTORY", "1000"))
AT_ONCE = int(os.environ.get("HISTORIES_AT_ONCE", "1"))
MEMORY = Path("/dev/shm")  # nothing of a history is about the disk


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="milestone-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    yield made / "h"
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.parametrize("seed", range(12))
def test_a_history(seed: int, folder: Path):
    histories.play(folder, seed, driver=seed % 2 == 0, steps=24)


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))])
def test_a_history_with_a_clone_on_postgresql(seed: int, folder: Path, postgres_dsn: str):
    histories.play(folder, seed, driver=seed % 2 == 0, steps=24, dsn=postgres_dsn)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_many_histories(folder: Path):
    """`make histories`; half of them without the driver."""
    failed: list[str] = []
    began = time.monotonic()
    fork = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(AT_ONCE, mp_context=fork) as pool:
        played = [pool.submit(_said, folder / str(seed), seed) for seed in range(FIRST, FIRST + LONG)]
        for count, done in enumerate(concurrent.futures.as_completed(played), 1):
            failed += [said for said in [done.result()] if said]
            if count % 10 == 0 or count == LONG:
                took = time.monotonic() - began
                print(f"{count} of {LONG} histories, {len(failed)} failed, {took:.0f} s", flush=True)
    assert not failed, f"{len(failed)} of {LONG}\n" + "\n".join(failed[:3])


def _said(folder: Path, seed: int) -> str:
    """Play a history in a process of its own; return what went wrong, with the seed."""
    try:
        histories.play(folder, seed, driver=seed % 2 == 0, steps=30)
    except Exception as problem:
        return f"seed {seed}: {type(problem).__name__}: {problem}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return ""


def test_the_rig_sees_a_driver_that_forgets_what_both_came_from(folder: Path):
    assert _fails(folder, range(8, 24, 2), command=faulty_driver.__file__)


@pytest.mark.parametrize(
    ("fault", "first"),  # a seed of a history that meets it
    [
        (faults.a_side_is_dropped, 1),
        (faults.an_old_value_wins, 1),
        (faults.numbers_stay_given_twice, 61),
        (faults.references_follow_nobody, 61),
        (faults.markers_are_left, 1),
        (faults.merges_by_lines_are_believed, 67),
        (faults.a_follower_skips_an_event, 1),
    ],
)
def test_the_rig_sees(fault: faults.Fault, first: int, folder: Path, monkeypatch: pytest.MonkeyPatch):
    fault(monkeypatch)

    assert _fails(folder, range(first, first + 24, 2))


def _fails(folder: Path, seeds: range, *, command: str | None = None) -> bool:
    for seed in seeds:
        try:
            histories.play(folder, seed, driver=command is not None, steps=24, command=command)
        except Exception as problem:
            print(f"seed {seed}: {problem}")
            return True
    return False
