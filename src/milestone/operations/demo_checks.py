"""What the demo claims, checked against store, log and repository."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

Ask = Callable[..., str]


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """One claim, and whether it holds."""

    claim: str
    holds: bool
    seen: str = ""  # what was found instead


def check(project: Path, ask: Ask, codes: Sequence[tuple[str, int, tuple[int, ...]]]) -> list[Checked]:
    """Return every claim of the demo, checked."""
    record, events = _json(ask("show", "m1", "--all", "--json")), _json(ask("log", "--limit", "0", "--json"))
    milestone = record[0] if isinstance(record, list) else record
    tasks = milestone.get("tasks") or []
    return [
        _codes(codes),
        _all_done(tasks),
        _one_commit_each(project, tasks),
        *_history(events),
        _criteria_are_honest(milestone, events),
        _nothing_repeated(events),
        _archived(project),
        _checkout_untouched(project),
        _branch_works(project),
        Checked(claim="the log verifies", holds=_ok(ask("log", "--verify", "--json"))),
    ]


def blocked(ask: Ask) -> list[str]:
    """Return the ids of the blocked tasks of the demo's milestone."""
    found = _json(ask("show", "m1", "--all", "--json"))
    return [str(task["id"]) for task in found.get("tasks") or [] if task.get("status") == "blocked"]


def criteria(ask: Ask) -> list[str]:
    """Return the names of the success criteria that nobody has met."""
    found = _json(ask("show", "m1", "--all", "--json"))
    items = found.get("success_criteria") or []
    return [str(item.get("name") or item.get("text")) if isinstance(item, dict) else str(item) for item in items]


def _codes(codes: Sequence[tuple[str, int, tuple[int, ...]]]) -> Checked:
    wrong = [f"{words} ended with {code}" for words, code, expected in codes if code not in expected]
    return Checked(claim="every command ended as it should", holds=not wrong, seen="; ".join(wrong))


def _all_done(tasks: Sequence[dict[str, Any]]) -> Checked:
    open_ones = [f"{t.get('id')} {t.get('status')}" for t in tasks if t.get("status") != "completed"]
    return Checked(
        claim=f"{len(tasks)} tasks are done", holds=bool(tasks) and not open_ones, seen=", ".join(open_ones)
    )


def _one_commit_each(project: Path, tasks: Sequence[dict[str, Any]]) -> Checked:
    found = _git(
        project, "log", "--format=%(trailers:key=Task,valueonly)", "main..milestone/milestone-001"
    ).split()
    counts = {str(t.get("id")): sum(line.endswith(str(t.get("id"))) for line in found) for t in tasks}
    wrong = [f"{task} has {n}" for task, n in counts.items() if n != 1]
    return Checked(
        claim="each task has exactly one commit", holds=bool(counts) and not wrong, seen=", ".join(wrong)
    )


def _history(events: Sequence[dict[str, Any]]) -> list[Checked]:
    kinds = [str(event.get("kind")) for event in events]
    failed = {event.get("task") for event in events if event.get("kind") == "task.failed"}
    completed = {event.get("task") for event in events if event.get("kind") == "task.completed"}
    people = [
        e for e in events if e.get("kind") == "phase.approved" and (e.get("actor") or {}).get("kind") == "person"
    ]
    return [
        Checked(claim="one task failed its check first and passed on retry", holds=bool(failed & completed)),
        Checked(claim="two changes of one line became a blocker, and were resolved", holds=_conflicted(events)),
        Checked(
            claim="the killed run was resumed", holds="session.resumed" in kinds, seen=" ".join(sorted(set(kinds)))
        ),
        Checked(claim="a person approved the gate", holds=len(people) == 1, seen=f"{len(people)} approvals"),
    ]


def _conflicted(events: Sequence[dict[str, Any]]) -> bool:
    blocked_by_git = {
        event.get("task")
        for event in events
        if event.get("kind") in ("branch.conflicted", "task.blocked") and "conflict" in json.dumps(event)
    }
    return bool(blocked_by_git & {event.get("task") for event in events if event.get("kind") == "task.completed"})


def _criteria_are_honest(milestone: dict[str, Any], events: Sequence[dict[str, Any]]) -> Checked:
    """Every criterion was shown by a check or a person, or stands in the override that went past it."""
    facts = [fact for fact in milestone.get("success_criteria") or [] if isinstance(fact, dict)]
    proven = [fact for fact in facts if (fact.get("evidence") or {}) and fact.get("met")]
    by_command = [f for f in proven if isinstance(f["evidence"], dict) and f["evidence"].get("exit_code") == 0]
    passed = [path for e in events if e.get("kind") == "override.used" for path in e.get("unmet") or []]
    total = len(milestone.get("success_criteria") or [])
    holds = bool(by_command) and len(proven) + len(passed) == total
    seen = f"{len(proven)} shown, {len(passed)} overridden, of {total}"
    return Checked(claim="each criterion was shown, or overridden on the record", holds=holds, seen=seen)


def _nothing_repeated(events: Sequence[dict[str, Any]]) -> Checked:
    done = [str(event.get("task")) for event in events if event.get("kind") == "task.completed"]
    twice = sorted({task for task in done if done.count(task) > 1})
    return Checked(claim="no finished task ran again", holds=bool(done) and not twice, seen=", ".join(twice))


def _archived(project: Path) -> Checked:
    folder = project / ".milestones"
    moved = (folder / "completed/milestone-001.yaml").is_file() and not list((folder / "active").glob("*.yaml"))
    lessons = folder / "completed/lessons-learned.md"
    said = lessons.is_file() and "milestone-001" in lessons.read_text(encoding="utf-8")
    return Checked(claim="the record is archived with its lesson", holds=moved and said)


def _checkout_untouched(project: Path) -> Checked:
    branch = _git(project, "branch", "--show-current").strip()
    changed = [line for line in _git(project, "status", "--porcelain").splitlines() if ".milestones/" not in line]
    commits = _git(project, "rev-list", "--count", "main").strip()
    holds = branch == "main" and not changed and commits == "1"
    return Checked(claim="the checkout was never touched", holds=holds, seen=f"{branch} {commits} {changed}")


def _branch_works(project: Path) -> Checked:
    place = project.parent / "result"
    if not place.exists():
        _git(project, "worktree", "add", "-q", "--detach", str(place), "milestone/milestone-001")
    done = subprocess.run(
        ["python3", "-m", "unittest", "discover", "-s", "tests", "-t", "."],
        cwd=place, capture_output=True, text=True, check=False,
    )  # fmt: skip
    last = (done.stderr.strip().splitlines() or [""])[-1]
    return Checked(claim="the package on the branch passes its tests", holds=done.returncode == 0, seen=last)


def _ok(text: str) -> bool:
    found = _json(text)
    return bool(isinstance(found, dict) and found.get("ok"))


def _json(text: str) -> Any:
    """Return the `data` of an answer; an empty map for anything else."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found.get("data", {}) if isinstance(found, dict) else {}


def _git(project: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=project, capture_output=True, text=True, check=False).stdout
