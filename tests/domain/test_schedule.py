from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from milestone.domain import schedule
from milestone.domain.schedule import Calendar
from milestone.domain.summary import row
from milestone.testing.builders import a_milestone, a_task

FRIDAY = date(2026, 11, 20)


def test_evenings_use_the_whole_week_and_full_time_its_working_days():
    assert Calendar(hours_per_week=8).days == (0, 1, 2, 3, 4, 5, 6)
    assert schedule.day_at(FRIDAY, 16.8, Calendar(hours_per_week=8)) == date(2026, 12, 4)
    assert schedule.day_at(FRIDAY, 16, Calendar(hours_per_week=40)) == date(2026, 11, 23)


def test_holidays_are_not_worked():
    when = Calendar(hours_per_week=40, holidays=frozenset({date(2026, 11, 23)}))

    assert schedule.day_at(FRIDAY, 16, when) == date(2026, 11, 24)


def test_as_many_tasks_at_once_as_there_are_people():
    plan = a_milestone(
        tasks=[
            a_task("task-001", estimated_hours=8),
            a_task("task-002", estimated_hours=8),
            a_task("task-003", estimated_hours=8, dependencies=["task-001"]),
        ]
    ).body

    alone = schedule.plan(plan, FRIDAY, Calendar(hours_per_week=40), 0)
    together = schedule.plan(plan, FRIDAY, Calendar(hours_per_week=40, people=2), 0)

    assert (alone.end, together.end) == (date(2026, 11, 24), date(2026, 11, 23))
    assert together.tasks["task-003"] == (date(2026, 11, 23), date(2026, 11, 23))


def test_the_buffer_moves_the_end_and_not_the_tasks():
    plan = a_milestone(tasks=[a_task(estimated_hours=40)]).body

    found = schedule.plan(plan, date(2026, 11, 23), Calendar(hours_per_week=40), 20)

    assert (found.tasks["task-001"][1], found.end) == (date(2026, 11, 27), date(2026, 11, 30))
    assert (found.hours, found.with_buffer) == (40, 48)


def test_an_impossible_date_is_short_of_hours():
    when = Calendar(hours_per_week=10)

    assert schedule.hours_between(FRIDAY, date(2026, 11, 26), when) == 10
    assert schedule.shortfall(16, FRIDAY, date(2026, 11, 26), when) == 6
    assert schedule.shortfall(9, FRIDAY, date(2026, 11, 26), when) == 0


def test_an_end_may_be_a_duration_in_words():
    timeline = {"estimated_start": "2026-11-20", "estimated_end": "6 weeks"}

    assert row(a_milestone(timeline=timeline))["due"] == "2027-01-01"
    assert row(a_milestone(timeline={"estimated_end": "when it is done"}))["due"] is None


def test_the_hours_are_the_settings_or_fit_the_team():
    assert schedule.calendar({}).hours_per_week == 10
    assert schedule.calendar({"project.team_size": 4}).hours_per_week == 40
    assert schedule.calendar({"project.hours_per_week": 8}).hours_per_week == 8


@given(st.lists(st.integers(1, 20), min_size=1, max_size=8), st.integers(1, 4), st.data())
def test_no_task_begins_before_what_it_waits_for_and_people_are_never_double_booked(hours, people, data):
    tasks = []
    for n, amount in enumerate(hours):
        before = data.draw(st.lists(st.sampled_from(range(n)), unique=True, max_size=2)) if n else []
        waits = [f"task-{b:03d}" for b in before]
        tasks.append(a_task(f"task-{n:03d}", estimated_hours=amount, dependencies=waits))
    body = a_milestone(tasks=tasks).body

    found = schedule._in_parallel(
        schedule._among(body, [t["id"] for t in tasks]),
        {t["id"]: float(t["estimated_hours"]) for t in tasks},
        people,
    )

    assert set(found) == {t["id"] for t in tasks}
    for task in tasks:
        assert all(found[d][1] <= found[task["id"]][0] for d in task["dependencies"])
        begin = found[task["id"]][0]
        assert sum(b <= begin < e for b, e in found.values()) <= people
