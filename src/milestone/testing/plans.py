"""Random plans for properties: milestones in every state that name, block and wait for each other."""

from typing import Any

from hypothesis import strategies as st

from milestone.domain.document import Body, Event
from milestone.testing.builders import a_body, a_task

STATUSES = ("planned", "in_progress", "paused", "blocked", "completed", "cancelled")
TASK_STATUSES = ("pending", "in_progress", "in_review", "blocked", "failed", "completed", "cancelled")
PRIORITIES = (None, "low", "medium", "High", "critical", "whenever")
DAYS = (None, "2026-10-01", "2026-11-20", "2027-02-03T10:00:00Z")
PEOPLE = (None, "ana", "@Bo", "agent:builder")
WORDS = ("Login", "log out", "Straße", "100 %", "a_b", "ÜBER", "")


def names(count: int) -> list[str]:
    """Return the ids of a plan of so many milestones."""
    return [f"milestone-{number:03d}" for number in range(1, count + 1)]


@st.composite
def bodies(draw: st.DrawFn, most: int = 8) -> list[Body]:
    """Draw the bodies of a plan; dependencies may point anywhere, in circles and at nothing too."""
    known = names(draw(st.integers(0, most)))
    return [draw(_body(name, [*known, "milestone-099"])) for name in known]


@st.composite
def _body(draw: st.DrawFn, name: str, known: list[str]) -> Body:
    some = st.lists(st.sampled_from(known), max_size=2, unique=True)
    body = a_body(name, status=draw(st.sampled_from(STATUSES)), title=draw(st.sampled_from(WORDS)) or name)
    given = {
        "priority": draw(st.sampled_from(PRIORITIES)),
        "category": draw(st.sampled_from((None, "Ops", "ops", "web"))),
        "owner": draw(st.sampled_from(PEOPLE)),
        "labels": draw(st.lists(st.sampled_from(["red", "Blue", "50%"]), max_size=2, unique=True)),
        "timeline": draw(_timelines()),
        "dependencies": {"requires": draw(some), "enables": draw(some)},
        "tasks": draw(_tasks()),
        **draw(_troubles()),
    }
    return body | {key: value for key, value in given.items() if value not in (None, [], {})}


def _timelines() -> st.SearchStrategy[dict[str, Any]]:
    day = st.sampled_from(DAYS)
    found = st.fixed_dictionaries({"estimated_end": day, "actual_start": day})
    return found.map(lambda said: {key: value for key, value in said.items() if value})


@st.composite
def _tasks(draw: st.DrawFn) -> list[Body]:
    count = draw(st.integers(0, 3))
    found = []
    for number in range(1, count + 1):
        before = [f"task-{earlier:03d}" for earlier in range(1, count + 1) if earlier != number]
        hours = draw(st.sampled_from((None, 0, 1, 2.5, 1 / 3, 400)))
        fields: dict[str, Any] = {
            "status": draw(st.sampled_from(TASK_STATUSES)),
            "assigned_to": draw(st.sampled_from(PEOPLE)),
            "priority": draw(st.sampled_from(PRIORITIES)),
            "dependencies": draw(st.lists(st.sampled_from([*before, "milestone-001"]), max_size=2, unique=True)),
            "estimated_hours": hours,
        }
        found.append(a_task(f"task-{number:03d}", **{k: v for k, v in fields.items() if v is not None}))
    return found


@st.composite
def _troubles(draw: st.DrawFn) -> dict[str, Any]:
    chosen = draw(st.sets(st.sampled_from(["risks", "questions", "blocked", "conflicts"]), max_size=2))
    every: dict[str, Any] = {
        "risks": [{"description": "it rains", "probability": "high", "impact": "high"}],
        "questions": [{"id": "q1", "text": "Which?"}],
        "blocked": {"reason": "no key", "since": "2026-11-01"},
        "conflicts": [{"field": "title", "theirs": "x"}],
    }
    return {key: every[key] for key in sorted(chosen)}


def created(body: Body) -> Event:
    """Return the event that makes a milestone of this body."""
    uid, name = str(body["uid"]), str(body["id"])
    return Event(kind="milestone.created", document="milestone", uid=uid, milestone=name, data={"body": body})
