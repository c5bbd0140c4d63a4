"""Clones that go their own ways and meet again: the same everywhere, and nothing anybody was told is lost."""

import os
from pathlib import Path
from typing import Any

import pytest

from milestone.storage import merged_text
from sharing import faulty_driver, histories

LONG = int(os.environ.get("HISTORIES", "500"))
FIRST = int(os.environ.get("FIRST_HISTORY", "1000"))


@pytest.mark.parametrize("seed", range(12))
def test_a_history(seed: int, tmp_path: Path):
    histories.play(tmp_path / "h", seed, driver=seed % 2 == 0, steps=24)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_many_histories(tmp_path: Path):
    """`make histories`; half of them without the driver."""
    failed: list[str] = []
    for seed in range(FIRST, FIRST + LONG):
        try:
            histories.play(tmp_path / "h", seed, driver=seed % 2 == 0, steps=30)
        except AssertionError as problem:
            failed.append(f"seed {seed}: {problem}")
    assert not failed, f"{len(failed)} of {LONG}\n" + "\n".join(failed[:3])


def test_the_rig_sees_a_merge_that_forgets_what_both_came_from(tmp_path: Path):
    assert _fails(tmp_path, range(0, 12, 2), driver=faulty_driver.__file__)


def test_the_rig_sees_a_side_that_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(merged_text, "joined", lambda _base, one, _other: one)

    assert _fails(tmp_path, range(1, 12, 2), driver=None)


def _fails(folder: Path, seeds: Any, *, driver: str | None) -> bool:
    for seed in seeds:
        try:
            histories.play(folder / "h", seed, driver=bool(driver), steps=24, command=driver)
        except AssertionError:
            return True
    return False
