"""Gates open by approvals bound to what was judged, given by people who are listed, and by nothing else."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import msgspec
import pytest

from milestone import errors
from milestone.domain import gates, opinions, phases
from milestone.domain.context import Context, Person
from milestone.domain.decide import approval, judging
from milestone.domain.decide import phase as rules
from milestone.domain.decide import task as of_task
from milestone.domain.decide.judging import Judge
from milestone.domain.deliverables import Found, FoundFile
from milestone.domain.document import Actor, Body, Document, Event, Recorded
from milestone.domain.evolve import evolve

ANA = Actor(name="ana")
NOW = "2026-11-20T12:00:00.000Z"
TEAM = (
    Person(handle="ana", name="Ana Diaz", roles=("architect",), emails=("ana@example.org",)),
    Person(handle="ben", name="Ben Ode", roles=("tech_lead",)),
    Person(handle="cy", name="Cy Low"),
)


def a_context(**changes: Any) -> Context:
    found = Context(actor=ANA, now=NOW, today=date(2026, 11, 20), settings={}, present=True)
    return msgspec.structs.replace(found, **changes)


def a_milestone(task_phases: Body | None = None, **body: Any) -> Document:
    workflow = {"enabled": True, "phases": task_phases or phases.fresh()["phases"]}
    tasks = [{"id": "task-001", "title": "Login", "status": "pending", "kiro_workflow": workflow}]
    whole = {"id": "milestone-001", "uid": "u1", "title": "Sign in", "tasks": tasks, **body}
    return Document(kind="milestone", uid="u1", revision=1, body=whole)


def a_plain_milestone(**body: Any) -> Document:
    return Document(kind="milestone", uid="u1", revision=1, body={"id": "milestone-001", **body})


def files(**names: str) -> Found:
    found = [FoundFile(path=f"{name}.md", digest=text) for name, text in names.items()]
    return Found(folder=".milestones/deliverables/", files=tuple(found))


def fold(document: Document, events: Sequence[Event], actor: Actor = ANA) -> Document:
    for event in events:
        document = evolve(document, Recorded(seq=document.revision + 1, at=NOW, actor=actor, event=event))
    return document


def phase(document: Document, name: str = "design", task: str | None = "task-001") -> phases.Phase:
    found = phases.named(phases.of(document.body, task), name)
    assert found is not None
    return found


def hand_in(document: Document, name: str = "design", **names: str) -> Document:
    request = rules.FinishPhase(task="task-001", phase=name, found={name: files(**names), "design": files(a="1")})
    return fold(document, rules.finish(document, request, a_context()))


def judge(word: Callable[..., Any], document: Document, ctx: Context | None = None, **request: Any) -> list[Event]:
    asked = {"task": "task-001", "phase": "design", "found": {"design": files(a="1")}, **request}
    events: list[Event] = word(document, Judge(**asked), ctx or a_context())
    return events


def kinds(events: Sequence[Event]) -> list[str]:
    return [event.kind for event in events]


def test_a_phase_that_needs_approval_is_handed_in_and_waits() -> None:
    document = hand_in(a_milestone(), a="1")

    assert phase(document).status == "in_review"
    assert document.body["tasks"][0]["status"] == "in_review"
    assert phases.waiting(document.body)[0]["digest"] == files(a="1").digest


def test_one_without_approval_passes_through_and_the_next_begins() -> None:
    document = a_milestone({"design": {"status": "in_progress", "approval_required": False}, "spec": {}})

    events = rules.finish(
        document, rules.FinishPhase(task="task-001", found={"design": files(a="1")}), a_context()
    )

    assert kinds(events) == ["deliverable.stored", "phase.completed", "phase.started"]
    assert events[-1].data["after"] == "design"


def test_the_last_approval_opens_the_gate_and_begins_the_next_phase() -> None:
    document = hand_in(a_milestone(), a="1")

    events = judge(approval.approve, document)
    document = fold(document, events)

    assert kinds(events) == ["phase.approved", "phase.started"]
    assert events[0].data["given"] == {"by": "ana", "proof": "present", "digest": files(a="1").digest, "at": NOW}
    assert gates.gate(document, "task-001", phase(document), files(a="1").digest, a_context()).open
    assert phase(document, "spec").status == "in_progress"
    assert document.body["tasks"][0]["status"] == "in_progress"


def test_approving_the_same_contents_twice_changes_nothing() -> None:
    document = hand_in(a_milestone(), a="1")
    document = fold(document, judge(approval.approve, document))

    assert judge(approval.approve, document) == []


def test_all_listed_approvers_are_asked_and_roles_are_people() -> None:
    workflow = {"design": {"approval": {"required": True, "approvers": ["Architect", "tech lead"]}}, "spec": {}}
    document = hand_in(a_milestone(workflow), a="1")
    team = a_context(people=TEAM)

    events = judge(approval.approve, document, team)
    assert kinds(events) == ["phase.approved"]
    assert events[0].data["waiting_for"] == ["tech lead"]
    document = fold(document, events)
    assert phase(document).status == "in_review"

    events = judge(approval.approve, document, team, reviewer="@Ben Ode")
    assert kinds(events) == ["phase.approved", "phase.started"]


def test_a_quorum_counts_people() -> None:
    approvers = {"required": True, "approvers": ["ana", "ben", "cy"], "quorum": 2}
    document = hand_in(a_milestone({"design": {"approval": approvers}, "spec": {}}), a="1")
    document = fold(document, judge(approval.approve, document, a_context(people=TEAM)))

    assert judge(approval.approve, document, a_context(people=TEAM), reviewer="ana@example.org") == []
    events = judge(approval.approve, document, a_context(people=TEAM), reviewer="cy")

    assert events[0].data["complete"]


def test_without_a_team_file_names_match_plainly() -> None:
    workflow = {"design": {"approval": {"required": True, "approvers": ["Alex"]}}, "spec": {}}
    document = hand_in(a_milestone(workflow), a="1")

    assert kinds(judge(approval.approve, document, reviewer="alex")) == ["phase.approved", "phase.started"]


@pytest.mark.parametrize("word", [approval.approve, approval.reject, approval.request_changes])
def test_a_stranger_may_not_judge(word: Callable[..., Any]) -> None:
    workflow = {"design": {"approval": {"required": True, "approvers": ["ben"]}}}
    document = hand_in(a_milestone(workflow), a="1")

    with pytest.raises(errors.NotPermitted) as refusal:
        judge(word, document, a_context(people=TEAM), comment="no")

    assert (refusal.value.code, refusal.value.exit_code) == ("not_permitted", 7)


@pytest.mark.parametrize(
    "ctx",
    [
        a_context(actor=Actor(name="claude-code", kind="agent", on_behalf_of="ana")),
        a_context(actor=Actor(name="ci", kind="service")),
        a_context(in_run=True),
    ],
)
@pytest.mark.parametrize("word", [approval.approve, approval.reject, approval.request_changes, approval.withdraw])
def test_agents_and_runs_never_judge_whoever_they_name(ctx: Context, word: Callable[..., Any]) -> None:
    document = hand_in(a_milestone(), a="1")

    with pytest.raises(errors.NeedsAPerson) as refusal:
        judge(word, document, ctx, reviewer="ana", comment="fine")

    assert refusal.value.exit_code == 7


@pytest.mark.parametrize(
    ("reviewer", "actor", "present", "known"),
    [
        (None, ANA, True, "present"),
        (None, ANA, False, "named"),
        ("ben", ANA, True, "named"),
        (None, Actor(name="ana", source="flag"), True, "named"),
    ],
)
def test_an_approval_says_how_its_giver_is_known(
    reviewer: str | None, actor: Actor, present: bool, known: str
) -> None:
    assert judging.how_known(a_context(actor=actor, present=present), reviewer)[1] == known


def test_a_project_can_ask_for_more_than_a_name() -> None:
    document = hand_in(a_milestone(), a="1")
    strict = a_context(settings={"approvals.proof": "present"})

    with pytest.raises(errors.NotPermitted, match="only be named"):
        judge(approval.approve, document, strict, reviewer="ben")
    named = fold(document, judge(approval.approve, document, a_context(), reviewer="ben"))

    assert not gates.gate(named, "task-001", phase(named), files(a="1").digest, strict).open


def test_who_did_the_work_may_be_kept_from_approving_it() -> None:
    document = hand_in(a_milestone(), a="1")

    with pytest.raises(errors.NotPermitted) as refusal:
        judge(approval.approve, document, a_context(settings={"approvals.separation_of_duties": True}))

    assert refusal.value.code == "separation_of_duties"


def test_another_version_than_the_judged_one_is_refused() -> None:
    document = hand_in(a_milestone(), a="1")
    digest = files(a="1").digest

    assert judge(approval.approve, document, version=digest[:12])
    with pytest.raises(errors.Stale):
        judge(approval.approve, document, version=digest[:12], found={"design": files(a="2")})


def test_a_later_change_closes_the_gate_until_it_is_approved_again() -> None:
    document = hand_in(a_milestone(), a="1")
    document = fold(document, judge(approval.approve, document))
    changed = {"design": files(a="2")}

    closed = gates.gate(document, "task-001", phase(document), files(a="2").digest, a_context())
    assert (closed.open, closed.changed) == (False, True)
    assert gates.next_step(document, "task-001", changed, a_context()).kind == "review"
    with pytest.raises(errors.Waiting):
        rules.finish(document, rules.FinishPhase(task="task-001", phase="spec", found=changed), a_context())

    document = fold(document, judge(approval.approve, document, found=changed))
    assert gates.next_step(document, "task-001", changed, a_context()).phase == "spec"


def test_a_hand_typed_approval_opens_nothing() -> None:
    typed = {
        "status": "approved",
        "approved_by": "ana",
        "approved_at": NOW,
        "approval": {
            "required": True,
            "status": "approved",
            "given": [{"by": "ana", "proof": "present", "digest": files(a="1").digest, "at": NOW}],
        },
    }
    document = a_milestone({"design": typed, "spec": {"status": "pending"}})
    found = {"design": files(a="1")}

    standing = gates.gate(document, "task-001", phase(document), files(a="1").digest, a_context())

    assert not standing.open
    assert {why for _, why in standing.uncounted} == {opinions.TYPED}
    with pytest.raises(errors.Waiting):
        rules.start(document, rules.StartPhase(task="task-001", phase="spec", found=found), a_context())


def test_a_changed_copy_of_a_real_approval_opens_nothing() -> None:
    document = fold(hand_in(a_milestone(), a="1"), [])
    document = fold(document, judge(approval.approve, document))
    document.body["tasks"][0]["kiro_workflow"]["phases"]["design"]["approval"]["given"][0]["digest"] = files(
        a="2"
    ).digest

    assert not gates.gate(document, "task-001", phase(document), files(a="2").digest, a_context()).open


def test_changes_are_requested_with_a_reason_and_the_work_goes_on() -> None:
    document = hand_in(a_milestone(), a="1")
    with pytest.raises(errors.InvalidRequest):
        judge(approval.request_changes, document)

    document = fold(document, judge(approval.request_changes, document, comment="name the errors"))
    assert phase(document).status == "changes_requested"
    assert document.body["tasks"][0]["status"] == "in_progress"

    document = hand_in(document, a="2")
    assert phase(document).status == "in_review"


def test_a_rejected_phase_blocks_its_task_until_it_is_retried() -> None:
    document = hand_in(a_milestone(), a="1")
    document = fold(document, judge(approval.reject, document, comment="not needed"))

    assert document.body["tasks"][0]["status"] == "blocked"
    assert gates.next_step(document, "task-001", {}, a_context()).kind == "blocked"

    document = fold(document, rules.restart(document, "task-001"))
    design = document.body["tasks"][0]["kiro_workflow"]["phases"]["design"]
    assert design["status"] == "in_progress"
    assert [(h["status"], h["comment"]) for h in design["history"]] == [("rejected", "not needed")]
    assert "blocked" not in document.body["tasks"][0]


def test_an_approval_is_withdrawn_until_the_next_phase_is_over() -> None:
    document = hand_in(a_milestone(), a="1")
    with pytest.raises(errors.Refused, match="has not approved"):
        judge(approval.withdraw, document)
    document = fold(document, judge(approval.approve, document))

    document = fold(document, judge(approval.withdraw, document))
    assert phase(document).status == "in_review"
    assert not gates.gate(document, "task-001", phase(document), files(a="1").digest, a_context()).open

    document = fold(document, judge(approval.approve, document))
    document = hand_in(document, "spec", a="1")
    spec = {"spec": files(a="1"), "design": files(a="1")}
    document = fold(document, judge(approval.approve, document, phase="spec", found=spec))
    with pytest.raises(errors.Refused, match="cannot be withdrawn"):
        judge(approval.withdraw, document)


def test_a_gate_asks_for_its_criteria() -> None:
    gate = {"design_to_spec": {"approvers": ["ana"], "criteria": ["architecture_approved", "costs below 10"]}}
    document = hand_in(a_milestone({"design": {}, "spec": {}}, kiro_configuration={"approval_gates": gate}), a="1")

    with pytest.raises(errors.Refused) as refusal:
        judge(approval.approve, document)

    assert [f["message"] for f in refusal.value.findings] == ["costs below 10"]


def test_facts_that_name_an_approved_deliverable_are_met() -> None:
    conditions = {"conditions": ["api_design_approved", "budget agreed"]}
    document = a_milestone({"design": {"deliverables": ["api_design"]}, "spec": {}}, dependencies=conditions)
    found = {"design": Found(folder="", files=(FoundFile(path="api-design.md", digest="1", declared=True),))}
    document = fold(document, rules.finish(document, rules.FinishPhase(task="task-001", found=found), a_context()))

    events = judge(approval.approve, document, found=found)

    assert [e.data["fact"] for e in events if e.kind == "fact.met"] == ["api_design_approved"]


def test_a_declared_deliverable_that_is_missing_refuses_the_hand_in() -> None:
    missing = Found(folder="deliverables/", files=(FoundFile(path="plan.md", state="missing", declared=True),))

    with pytest.raises(errors.Refused) as refusal:
        rules.finish(a_milestone(), rules.FinishPhase(task="task-001", found={"design": missing}), a_context())

    assert (refusal.value.exit_code, refusal.value.code) == (5, "deliverable_missing")


def test_the_milestones_own_phase_is_handed_in_by_its_approval() -> None:
    own = {"Design": {"Owner": "Jordan", "Reviewers": ["Casey", "Alex"]}, "Spec": {"Reviewers": ["Casey"]}}
    document = Document(kind="milestone", uid="u8", revision=1, body={"id": "milestone-008", "phases": own})

    first = judge(approval.approve, document, task=None, reviewer="alex")
    document = fold(document, first)
    second = judge(approval.approve, document, task=None, reviewer="casey")
    document = fold(document, second)

    assert kinds(first) == ["phase.started", "deliverable.stored", "phase.submitted", "phase.approved"]
    assert kinds(second) == ["phase.approved", "phase.started"]
    assert document.body["phases"]["Design"]["status"] == "approved"
    assert document.body["phases"]["Spec"]["status"] == "in_progress"


def test_the_approval_of_the_last_phase_finishes_the_task_and_with_it_the_milestone() -> None:
    last = {"execute": {"approval": {"required": True}}}
    document = a_milestone(last, status="in_progress")
    found = {"execute": files(a="1")}
    document = fold(document, rules.finish(document, rules.FinishPhase(task="task-001", found=found), a_context()))

    events = judge(approval.approve, document, phase="execute", found=found)

    assert kinds(events) == ["phase.approved", "task.completed", "milestone.completed"]


def own_phases(**fields: Any) -> Document:
    own = {
        "design": {"reviewers": ["casey"]},
        "spec": {"reviewers": ["casey"]},
        "task": {},
        "execute": {},
        **fields,
    }
    work = [{"id": "task-001", "title": "Build", "status": "pending"}]
    return a_plain_milestone(phases=own, tasks=work)


def judge_own(document: Document, name: str, found: dict[str, Found] | None = None) -> Document:
    surveyed = found or {"design": files(a="1"), "spec": files(a="1")}
    return fold(
        document,
        judge(approval.approve, document, task=None, phase=name, found=surveyed, reviewer="casey"),
    )


def test_tasks_wait_for_the_gates_of_their_milestone() -> None:
    document = own_phases()
    with pytest.raises(errors.Waiting, match="approval of its design phase by casey"):
        of_task.start(document, of_task.StartTask(task="task-001"), a_context())

    document = judge_own(judge_own(document, "design"), "spec")
    events = of_task.start(document, of_task.StartTask(task="task-001"), a_context())

    assert kinds(events) == ["milestone.started", "task.started"]


def test_an_own_phase_without_approval_passes_through_and_the_last_ends_with_the_work() -> None:
    document = judge_own(judge_own(own_phases(), "design"), "spec")
    assert [(p.name, p.status) for p in phases.of_milestone(document.body)][2:] == [
        ("task", "completed"),
        ("execute", "in_progress"),
    ]

    done = of_task.complete(document, of_task.CompleteTask(task="task-001"), a_context())

    assert kinds(done)[-3:] == ["task.completed", "phase.completed", "milestone.completed"]


def test_a_person_passes_an_own_phase_that_declares_something_once_it_is_there() -> None:
    document = own_phases(task={"deliverables": ["plan.md"]})
    missing = Found(folder="f/", files=(FoundFile(path="plan.md", state="missing", declared=True),))
    surveyed = {"design": files(a="1"), "spec": files(a="1"), "task": missing}
    document = judge_own(judge_own(document, "design", surveyed), "spec", surveyed)
    assert phase(document, "task", None).status == "in_progress"
    with pytest.raises(errors.Refused, match=r"plan\.md is missing"):
        judge_own(document, "task", surveyed)

    document = judge_own(document, "task", {**surveyed, "task": files(plan="2")})

    assert phase(document, "execute", None).status == "in_progress"
