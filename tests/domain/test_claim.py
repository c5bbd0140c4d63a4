"""Claims: the token fences, not the name; what runs out is given away, and a late write of it is refused."""

import pytest

from milestone import errors
from milestone.domain import event_fields, hands, leases
from milestone.domain.decide import claim
from milestone.domain.decide.task import Act
from milestone.testing.builders import ANA, ROBOT, a_context, a_milestone, a_task, after

EARLY, LATER, LATE = "2026-11-20T12:00:00.000Z", "2026-11-20T12:20:00.000Z", "2026-11-20T13:00:00.000Z"
PLAN = a_milestone(tasks=[a_task("task-001"), a_task("task-002")])
UID = leases.uid_of(PLAN.uid, "task-001")


def claimed(lease=None, *, actor=ROBOT, now=EARLY, token=None, task="task-001", plan=PLAN, others=(), **settings):
    """Return the lease after a claim, and the kinds of its events."""
    ctx = a_context(plan, actor=actor, now=now, lease=token, settings=settings)
    request = claim.ClaimTask(task=task, random=f"r{len(now)}{now[11:16]}".replace(":", ""))
    found = claim.claim(plan, lease, hands.of([d.body for d in others], now, settings), request, ctx)
    assert [event_fields.problems(e.kind, e.data) for e in found] == [[]] * len(found)
    return after(lease, found, at=now, actor=actor), [e.kind for e in found]


def check(lease, *, actor=ROBOT, now=EARLY, token=None):
    return leases.check(lease, a_context(PLAN, actor=actor, now=now, lease=token), "milestone-001/task-001")


def test_a_claim_holds_as_long_as_the_project_says():
    usual, _ = claimed()
    short, _ = claimed(**{"claims.lease": "90s"})

    assert usual.body["expires"] == "2026-11-20T12:30:00.000Z"
    assert short.body["expires"] == "2026-11-20T12:01:30.000Z"
    assert (usual.kind, usual.uid, usual.body["holder"]) == ("lease", UID, "agent:builder")


@pytest.mark.parametrize("actor", [ANA, ROBOT])
def test_one_name_is_not_one_worker(actor):
    lease, _ = claimed(actor=actor)

    with pytest.raises(errors.Stale) as refused:
        claimed(lease, actor=actor)
    assert (refused.value.code, refused.value.exit_code) == ("claimed", 4)


def test_the_token_renews_and_stays_the_same_claim():
    lease, _ = claimed()

    renewed, said = claimed(lease, now=LATER, token=lease.body["token"])

    assert said == ["task.claimed"]
    assert renewed.body["expires"] == "2026-11-20T12:50:00.000Z"
    assert (renewed.body["token"], renewed.body["since"]) == (lease.body["token"], EARLY)


def test_what_ran_out_is_given_away_and_the_late_writer_is_fenced():
    lost, _ = claimed()

    taken, said = claimed(lost, now=LATE)

    assert said == ["lease.expired", "task.claimed"]
    assert taken.body["number"] == 2
    with pytest.raises(leases.Fenced) as late:
        check(taken, now=LATE, token=lost.body["token"])
    assert (late.value.code, late.value.exit_code, late.value.event.kind) == ("fenced", 4, "lease.fenced")
    assert event_fields.problems("lease.fenced", late.value.event.data) == []
    assert check(taken, now=LATE, token=taken.body["token"])


def test_a_claim_that_ran_out_counts_no_more_even_while_nobody_took_it():
    lost, _ = claimed()

    with pytest.raises(leases.Fenced):
        check(lost, now=LATE, token=lost.body["token"])
    assert check(lost, now=LATE) is False  # it is anybody's now


def test_without_a_token_the_name_decides_who_may_write_but_not_who_may_decide():
    lease, _ = claimed()

    assert check(lease) is False
    with pytest.raises(errors.Stale):
        check(lease, actor=ANA)
    with pytest.raises(errors.Stale):
        leases.check_decides(lease, a_context(PLAN, actor=ROBOT), "milestone-001/task-001")
    mine, _ = claimed(actor=ANA)
    leases.check_decides(mine, a_context(PLAN, actor=ANA), "milestone-001/task-001")


def test_the_token_of_another_task_says_that_one_is_somebody_else():
    first, _ = claimed()
    second, _ = claimed(task="task-002")

    with pytest.raises(errors.Stale) as refused:
        check(first, token=second.body["token"])
    assert refused.value.code == "claimed"
    assert check(first, token=f"{second.body['token']},{first.body['token']}")


def test_a_program_gives_back_what_it_holds_and_a_person_anything():
    lease, _ = claimed()
    by_name = a_context(PLAN, actor=ROBOT)
    by_token = a_context(PLAN, actor=ROBOT, lease=lease.body["token"])

    with pytest.raises(errors.Stale):
        claim.release(PLAN, lease, Act(task="task-001"), by_name)
    for ctx in (by_token, a_context(PLAN, actor=ANA)):
        (event,) = claim.release(PLAN, lease, Act(task="task-001", reason="ill"), ctx)
        assert event_fields.problems(event.kind, event.data) == []
    free = after(lease, [event])
    assert free.body["state"] == leases.LEFT
    assert check(free, token=lease.body["token"]) is False  # it may go on talking about it
    assert claim.release(PLAN, free, Act(task="task-001"), by_token) == []


def test_overlapping_tasks_are_not_in_hand_at_once():
    plan = a_milestone(
        tasks=[a_task("task-001", files=["src/api/**"]), a_task("task-002", files="src"), a_task("task-003")]
    )
    first, _ = claimed(plan=plan)

    with pytest.raises(errors.Stale) as refused:
        claimed(plan=plan, task="task-002", others=[first])
    assert (refused.value.code, refused.value.exit_code) == ("overlap", 4)
    claimed(plan=plan, task="task-003", others=[first])
    claimed(plan=plan, task="task-002", others=[first], now=LATE)


@pytest.mark.parametrize(
    ("task", "refusal"),
    [
        (a_task(status="completed"), errors.Refused),
        (a_task(status="blocked"), errors.Refused),
        (a_task(status="in_review"), errors.Waiting),
        (a_task(dependencies=["task-002"]), errors.Refused),
    ],
)
def test_what_stops_a_start_stops_a_claim(task, refusal):
    plan = a_milestone(tasks=[task, a_task("task-002")])

    with pytest.raises(refusal):
        claimed(plan=plan)


def test_hands_know_what_is_held_and_what_was_let_go():
    lease, _ = claimed()
    lost = hands.of([lease.body], LATE, {})
    held = hands.of([lease.body], EARLY, {})

    assert held.of(PLAN.uid, "task-001") is not None and held.left == set()
    assert lost.held == {} and lost.left == {(PLAN.uid, "task-001")}
    run = hands.of([], EARLY, {})
    working = {"id": "session-1", "tasks": {"milestone-001/task-001": {"status": "running"}}}
    hands.add_run(run, a_milestone(tasks=[a_task(status="in_progress")]), working)
    assert run.of(PLAN.uid, "task-001") == hands.Hand("milestone-001/task-001", "session-1", None, ((), ()))
