"""Each effective key has the effect that `config explain` tells."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from milestone import clock, config, strict_yaml
from milestone.domain import opinions, schedule
from milestone.domain.document import Actor
from milestone.storage import memory
from milestone.workspace.base import Workspace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".milestones" / "config").mkdir(parents=True)
    return tmp_path / ".milestones"


def settings(root: Path, text: str) -> config.Settings:
    (root / "config" / "milestone-config.yaml").write_text(text)
    return config.load_settings(root, environ={"HOME": "/nonexistent"}, reader=lambda: strict_yaml.compose)


def test_project_timezone(root):
    late = clock.FrozenClock(datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    actor = Actor(name="ana")

    def today(text: str) -> date:
        found = settings(root, text)
        store: Any = memory.MemoryStore(evolve=lambda d, r: d, summarise=lambda d: {})
        workspace = Workspace(root, store, found, late, actor)
        with workspace.reading() as reading:
            return workspace.context(reading).today

    assert today("") == date(2026, 11, 20)
    assert today("project: {timezone: Europe/Berlin}") == date(2026, 11, 21)


def test_project_team_size(root):
    alone = schedule.calendar(settings(root, "").values)
    team = schedule.calendar(settings(root, "project: {team_size: 5}").values)

    assert (alone.people, alone.hours_per_week) == (1, 10)
    assert (team.people, team.hours_per_week) == (5, 40)


def test_project_hours_per_week(root):
    assert schedule.calendar(settings(root, "project: {hours_per_week: 6}").values).hours_per_week == 6


def test_approvals_proof(root):
    assert opinions.least_proof(settings(root, "").values) == "named"
    assert opinions.least_proof(settings(root, "approvals: {proof: present}").values) == "present"
