"""It must show 8: the command blocks of the documents, typed as they stand, end as the documents say."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from milestone.testing.typed import Typed

AGENT = Path(__file__).with_name("scripted_agent.py.txt")

PORTFOLIO = """
/milestone/plan "Set up development environment"
/milestone/plan "Design user interface mockups"  
/milestone/plan "Implement frontend components"
/milestone/plan "Build backend API"
/milestone/plan "Integrate blog functionality"
/milestone/plan "Add contact form"
/milestone/plan "Implement responsive design"
/milestone/plan "Deploy to production"
"""  # noqa: W291  (typed as it stands)

EVENINGS = """
# Evening work session
/milestone/execute milestone-003

# System automatically:
# - Deploys task execution and progress monitoring agents
# - Creates milestone branch: milestone/milestone-003
# - Tracks progress in .milestones/active/milestone-003.yaml
# - Saves session state every 5 minutes

# Interruption handling (Sarah gets called away)
# System automatically saves session state
# Resume next evening:
/milestone/execute milestone-003  # Automatically resumes from last checkpoint
"""

SMALL = """
# Simple workflow for small features
/milestone/plan "Add user preferences"
/milestone/execute milestone-001
/milestone/update  # Monitor progress
/milestone/archive milestone-001  # Complete and learn
"""

MEDIUM = """
# Coordinated workflow with dependencies
/milestone/plan "Authentication System" 
/milestone/plan "User Dashboard" --dependencies "milestone-001"
/milestone/plan "API Integration" --dependencies "milestone-001"

# Parallel execution where possible
/milestone/execute milestone-001
# After milestone-001 completes:
/milestone/execute milestone-002 &
/milestone/execute milestone-003 &
"""  # noqa: W291  (typed as it stands)

LARGE = """
# Strategic planning with Kiro workflows
/milestone/plan "Platform Architecture" --kiro-workflow --duration "4 weeks"
/milestone/plan "Security Framework" --kiro-workflow --dependencies "milestone-001"
/milestone/plan "Integration Layer" --kiro-workflow --dependencies "milestone-001,milestone-002"

# Coordinated execution with approval gates
/milestone/execute milestone-001  # Platform Architecture
# Wait for design phase approval before proceeding
"""


@pytest.fixture
def sarah(tmp_path: Path) -> Iterator[Typed]:
    """Somebody in a repository with a README, whose configuration names a scripted executor."""
    folder = tmp_path / "portfolio-website"
    folder.mkdir()
    typed = Typed(folder, "sarah")
    typed.write("README.md", "# Portfolio\n")
    typed.write(
        ".milestones/config/milestone-config.yaml",
        f"executor: agent\nexecutors:\n  agent: {{command: '{sys.executable} {AGENT}'}}\n",
    )
    typed.write(".gitignore", ".milestones/\n")
    typed.repository("Sarah")
    yield typed


def as_typed(block: str) -> str:
    """Return a block of the documents as it is typed today: `milestone x` for `/milestone/x`."""
    return re.sub(r"^/milestone/(\w+)", r"milestone \1", block, flags=re.MULTILINE)


def milestones(typed: Typed) -> list[dict[str, Any]]:
    return list(typed.does("list", "--archived", "--json").data) or []


def record(typed: Typed, name: str) -> dict[str, Any]:
    return dict(typed.does("show", name, "--all", "--json").data)


def requires(typed: Typed, name: str) -> list[str]:
    return list((record(typed, name).get("dependencies") or {}).get("requires") or [])


def test_the_eight_goals_in_turn_are_eight_milestones(sarah: Typed) -> None:
    answered = sarah.shell("set -e\n" + as_typed(PORTFOLIO))

    assert answered.code == 0, answered.err
    assert [(m["id"], m["title"]) for m in sorted(milestones(sarah), key=lambda m: m["id"])] == [
        ("milestone-001", "Set up development environment"),
        ("milestone-002", "Design user interface mockups"),
        ("milestone-003", "Implement frontend components"),
        ("milestone-004", "Build backend API"),
        ("milestone-005", "Integrate blog functionality"),
        ("milestone-006", "Add contact form"),
        ("milestone-007", "Implement responsive design"),
        ("milestone-008", "Deploy to production"),
    ]
    assert {m["status"] for m in milestones(sarah)} == {"planned"}
    assert all(requires(sarah, m["id"]) == [] for m in milestones(sarah))


def test_the_daily_workflow_goes_on_the_next_evening(sarah: Typed) -> None:
    sarah.shell(as_typed(PORTFOLIO))

    answered = sarah.shell("set -e\n" + as_typed(EVENINGS))

    assert answered.code == 0, answered.out + answered.err
    found = record(sarah, "milestone-003")
    assert {task["status"] for task in found["tasks"]} == {"completed"}
    assert (sarah.folder / ".milestones/active/milestone-003.yaml").is_file()
    subjects = sarah.git("log", "--format=%(trailers:key=Task,valueonly)", "main..milestone/milestone-003").split()
    assert len(subjects) == len(set(subjects)) == len(found["tasks"])


def test_the_small_workflow_plans_does_and_archives(sarah: Typed) -> None:
    *before, archive = [line for line in as_typed(SMALL).strip().splitlines() if line.startswith("milestone")]

    for line in before:
        answered = sarah.shell(line)
        assert answered.code == 0, answered.out + answered.err
    at_a_terminal(sarah, archive)

    assert [(m["id"], m["status"]) for m in milestones(sarah)] == [("milestone-001", "archived")]
    assert (sarah.folder / ".milestones/completed/milestone-001.yaml").is_file()
    assert "Add user preferences" in (sarah.folder / ".milestones/completed/lessons-learned.md").read_text()


def test_the_medium_workflow_runs_two_side_by_side(sarah: Typed) -> None:
    answered = sarah.shell(as_typed(MEDIUM) + "\nwait\n")

    assert answered.code == 0, answered.out + answered.err
    assert requires(sarah, "milestone-002") == requires(sarah, "milestone-003") == ["milestone-001"]
    assert {m["id"]: m["status"] for m in milestones(sarah)} == {
        "milestone-001": "completed",
        "milestone-002": "completed",
        "milestone-003": "completed",
    }


def test_the_large_workflow_waits_for_the_design_approval(sarah: Typed) -> None:
    answered = sarah.shell(as_typed(LARGE))

    assert answered.code == 6, answered.out + answered.err
    assert "milestone review m1" in answered.out + answered.err
    assert requires(sarah, "milestone-002") == ["milestone-001"]
    assert requires(sarah, "milestone-003") == ["milestone-001", "milestone-002"]
    assert record(sarah, "milestone-001")["status"] == "in_progress"
    assert {line["phase"] for line in sarah.does("review", "--json").data} == {"design"}
    sarah.does("execute", "milestone-002", code=5)


def at_a_terminal(typed: Typed, line: str, reply: str = "seen by Sarah") -> str:
    """Type a line at a terminal, answer every question, and return what was shown."""
    words = line.partition("  #")[0].split()[1:]
    environ = {**typed.environ, "TERM": "dumb", "CI": ""}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "milestone", *words],
        cwd=str(typed.folder),
        env=environ,
        timeout=30,
        encoding="utf-8",
    )
    shown = ""
    while child.expect([r"\?[^\n]*: ", r"\? ", pexpect.EOF]) < 2:
        shown += f"{child.before}{child.after}"
        child.sendline(reply)
    child.close()
    assert child.exitstatus == 0, f"{shown}{child.before}"
    return f"{shown}{child.before}"


CHAPTERS = 6
LEAVINGS = ("closes the laptop", "runs execute", "is killed", "presses Ctrl-C")


def test_twelve_interruptions_of_peoples_tasks(sarah: Typed) -> None:
    sarah.write(".milestones/active/milestone-001.yaml", a_book())
    sarah.does("config", "set", "executor", "human")

    for evening in range(2 * CHAPTERS):
        number = evening // 2 + 1
        if evening % 2 == 0:
            sarah.does("task", "start", f"m1/t{number}")
            sarah.write(f"chapter-{number}.md", "half of it\n")
            sarah.does("task", "note", f"m1/t{number}", "--next", f"page {number} is missing")
        else:
            sarah.write(f"chapter-{number}.md", "half of it\nand the rest\n")
            done = at_a_terminal(sarah, f"milestone task done m1/t{number}", reply="y")
            assert f"feat(milestone-001): Write chapter {number}" in done
        leave(sarah, LEAVINGS[evening % len(LEAVINGS)], is_last=evening == 2 * CHAPTERS - 1)
        came_back(sarah, number, half=evening % 2 == 0)

    trailers = sarah.git("log", "--format=%(trailers:key=Task,valueonly)").split()
    assert sorted(trailers) == sorted(f"milestone-001/task-{n:03d}" for n in range(1, CHAPTERS + 1))
    assert record(sarah, "milestone-001")["status"] == "completed"
    sarah.does("log", "--verify")


def came_back(typed: Typed, number: int, *, half: bool) -> None:
    """The first line says where and what next; nothing is lost."""
    first = typed.does().out.splitlines()[0]
    tasks = {task["id"]: task for task in record(typed, "milestone-001")["tasks"]}
    finished = [task for task in tasks.values() if task["status"] == "completed"]
    assert len(finished) == (number - 1 if half else number)
    if half:
        assert first.startswith(f'You stopped in m1/t{number} "Write chapter {number}"'), first
        assert tasks[f"task-{number:03d}"]["next_note"] == f"page {number} is missing"
        assert (typed.folder / f"chapter-{number}.md").read_text() == "half of it\n"
    elif number < CHAPTERS:
        assert first == f'You stopped after m1/t{number}; next is m1/t{number + 1} "Write chapter {number + 1}".'
    else:
        assert "finished" in typed.does().out


def leave(typed: Typed, how: str, *, is_last: bool) -> None:
    """Stop as life does it."""
    if how == "closes the laptop" or is_last:
        return
    if how == "runs execute":
        typed.does("execute", "m1", code=6)
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "milestone", "execute", "m1", "--wait"],
        cwd=typed.folder,
        env=typed.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    assert any("session-" in said for said in process.stdout)  # it says which session it works in
    process.send_signal(signal.SIGKILL if how == "is killed" else signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == (-signal.SIGKILL if how == "is killed" else 130)


def a_book() -> str:
    """Return a milestone of people's tasks, as somebody types it."""
    chapters = [
        f"  - {{id: task-{n:03d}, title: Write chapter {n}, status: pending, estimated_hours: 2}}"
        for n in range(1, CHAPTERS + 1)
    ]
    return (
        "\n".join(["id: milestone-001", "title: Write the book", "category: feature", "tasks:", *chapters]) + "\n"
    )


AUTHENTICATION = """
Milestone: milestone-008
Title: "User Authentication System"
Dependencies: ["milestone-005", "milestone-006"]  # Database + API Framework
Approval Required: true
Kiro Workflow: enabled

Phases:
  Design:
    Owner: Jordan (Lead Developer)
    Reviewers: [Casey, Alex]
    Deliverables:
      - Authentication architecture diagram
      - Security requirements specification
      - API endpoint definitions
    
  Spec:
    Owner: Jordan
    Reviewers: [Casey, Morgan, Alex]
    Deliverables:
      - Technical implementation specification
      - Test plan and acceptance criteria
      - Integration requirements
    
  Task:
    Owner: Jordan
    Deliverables:
      - Detailed implementation tasks
      - Time estimates and resource allocation
      - Dependencies and risk assessment
    
  Execute:
    Assignees: [Jordan, Casey]  # Parallel front-end and back-end work
    Coordination: Multi-agent with cross-team synchronization
"""  # noqa: W293  (as it stands)

REVIEW = """
# Review and approval process:
/milestone/review milestone-008 --phase design --approve --reviewer alex
/milestone/review milestone-008 --phase design --approve --reviewer casey
"""


def test_the_approval_workflow_of_the_team(sarah: Typed) -> None:
    record_file = sarah.write(".milestones/active/milestone-008.yaml", AUTHENTICATION)
    refused = sarah.shell(as_typed(REVIEW))
    assert refused.code == 5, "what the record declares is not there yet"
    for name in ("architecture.md", "security-spec.md", "api-endpoints.yaml"):
        sarah.write(f".milestones/deliverables/milestone-008/design/{name}", f"What {name} says.")

    answered = sarah.shell("set -e\n" + as_typed(REVIEW))

    assert answered.code == 0, answered.out + answered.err
    assert "Still asked: Casey." in answered.out
    assert "The spec phase has started." in answered.out
    assert "Milestone: milestone-008" in record_file.read_text()
    assert "# Parallel front-end and back-end work" in record_file.read_text()
    sarah.as_("morgan").does("review", "milestone-008", "--phase", "design", "--approve", code=7)
