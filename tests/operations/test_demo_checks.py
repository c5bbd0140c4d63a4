"""What the demo claims at its end is really looked at: each check fails on a story that went otherwise."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from milestone.operations import demo, demo_checks
from milestone.testing.typed import Typed

Story = dict[str, Any]
TEST = "import unittest\n\n\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertTrue({})\n"


@pytest.fixture
def project(tmp_path: Path) -> Typed:
    """A finished demo, as small as it can be."""
    folder = tmp_path / "notes"
    folder.mkdir()
    typed = Typed(folder)
    typed.write(".gitignore", ".milestones/\n")
    typed.repository("Dana")
    typed.git("switch", "-q", "-c", "milestone/milestone-001")
    for task in ("task-001", "task-002"):
        typed.write(f"tests/test_{task[-1]}.py", TEST.format("True"))
        typed.write("tests/__init__.py", "")
        typed.git("add", "-A")
        typed.git("commit", "-q", "-m", f"feat: {task}\n\nTask: milestone-001/{task}")
    typed.git("switch", "-q", "main")
    typed.write(".milestones/completed/milestone-001.yaml", "id: milestone-001\n")
    typed.write(".milestones/completed/lessons-learned.md", "## milestone-001\n")
    return typed


def a_story() -> Story:
    person = {"name": "Dana", "kind": "person"}
    return {
        "tasks": [{"id": "task-001", "status": "completed"}, {"id": "task-002", "status": "completed"}],
        "events": [
            {"kind": "phase.approved", "actor": person},
            {"kind": "task.failed", "task": "task-001"},
            {"kind": "branch.conflicted", "task": "task-002"},
            {"kind": "session.resumed"},
            {"kind": "task.completed", "task": "task-001"},
            {"kind": "override.used", "unmet": ["success_criteria/it is fast"]},
            {"kind": "task.completed", "task": "task-002"},
        ],
        "verified": True,
        "criteria": [{"text": "tests pass", "met": True, "evidence": {"exit_code": 0}}, "it is fast"],
        "codes": [("milestone plan", 0, (0,))],
    }


def failing(project: Typed, story: Story) -> list[str]:
    def ask(*words: str) -> str:
        if words[0] == "show":
            return json.dumps({"data": {"tasks": story["tasks"], "success_criteria": story["criteria"]}})
        return json.dumps({"data": {"ok": story["verified"]} if "--verify" in words else story["events"]})

    return [c.claim for c in demo_checks.check(project.folder, ask, story["codes"]) if not c.holds]


def without(kind: str) -> Callable[[Story], None]:
    def change(story: Story) -> None:
        story["events"] = [event for event in story["events"] if event["kind"] != kind]

    return change


def test_a_demo_that_went_well_passes(project: Typed) -> None:
    assert failing(project, a_story()) == []


@pytest.mark.parametrize(
    ("change", "claim"),
    [
        (lambda s: s["codes"].append(("milestone execute", 1, (0,))), "every command ended as it should"),
        (lambda s: s["tasks"][0].update(status="blocked"), "2 tasks are done"),
        (
            lambda s: s["tasks"].append({"id": "task-003", "status": "completed"}),
            "each task has exactly one commit",
        ),
        (without("task.failed"), "one task failed its check first and passed on retry"),
        (without("branch.conflicted"), "two changes of one line became a blocker, and were resolved"),
        (without("session.resumed"), "the killed run was resumed"),
        (without("phase.approved"), "a person approved the gate"),
        (lambda s: s["events"][0].update(actor={"kind": "agent"}), "a person approved the gate"),
        (
            lambda s: s["events"].append({"kind": "task.completed", "task": "task-001"}),
            "no finished task ran again",
        ),
        (lambda s: s.update(verified=False), "the log verifies"),
        (without("override.used"), "each criterion was shown, or overridden on the record"),
    ],
)
def test_a_story_that_went_otherwise_is_found_out(
    project: Typed, change: Callable[[Story], None], claim: str
) -> None:
    story = copy.deepcopy(a_story())
    change(story)

    assert claim in failing(project, story)


def test_a_repository_that_is_otherwise_is_found_out(project: Typed) -> None:
    project.write("README.md", "touched")
    assert failing(project, a_story()) == ["the checkout was never touched"]

    project.git("worktree", "remove", "--force", "../result")
    (project.folder / "README.md").unlink()
    project.git("switch", "-q", "milestone/milestone-001")
    project.write("tests/test_2.py", TEST.format("False"))
    project.git("commit", "-q", "-a", "-m", "break it")
    project.git("switch", "-q", "main")
    (project.folder / ".milestones/completed/lessons-learned.md").unlink()
    assert failing(project, a_story()) == [
        "the record is archived with its lesson",
        "the package on the branch passes its tests",
    ]


def test_the_demo_writes_only_into_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")

    with pytest.raises(demo.errors.Refused):
        demo.choose_folder(str(tmp_path))
    assert demo.choose_folder(str(tmp_path / "new")).is_dir()
