"""It must show 1: the demo runs whole, and every claim it makes holds."""

from pathlib import Path

import pytest

from milestone.testing.typed import Typed


@pytest.mark.timeout(300)
def test_the_demo_goes_from_a_goal_to_finished_work(tmp_path: Path) -> None:
    typed = Typed(tmp_path)

    answered = typed.run([*typed.program, "demo", str(tmp_path / "demo")], timeout=300)

    assert answered.code == 0, answered.out + answered.err
    assert "$ milestone review m1 --phase design --approve" in answered.out
    assert (tmp_path / "demo/notes/.milestones/completed/milestone-001.yaml").is_file()
