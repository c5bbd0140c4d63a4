"""A signed approval is checked in the record: it counts in every clone, for nothing but what was signed."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from milestone import errors
from milestone.domain import gates, opinions, phases, signing
from milestone.domain.context import Context, Person
from milestone.domain.decide import approval
from milestone.domain.decide import phase as rules
from milestone.domain.decide.judging import Judge
from milestone.domain.deliverables import Found, FoundFile
from milestone.domain.document import Body, Document, Recorded
from milestone.domain.evolve import evolve
from milestone.testing.builders import ANA, NOW, a_context
from milestone.testing.signing import Key, a_key, verifier

FOUND = Found(folder="d/", files=(FoundFile(path="a.md", digest="1"),))


@pytest.fixture
def key() -> Key:
    return a_key()


def a_team(key: Key, *more: Person) -> Context:
    people = (Person(handle="ana", name="Ana Diaz", keys=(key.public.line,)), *more)
    settings = {"approvals.proof": "signed"}
    return a_context(people=people, settings=settings, verify=verifier(*people))


def in_review(*approvers: str, quorum: int | None = None) -> Document:
    wanted: Body = {"required": True, "approvers": list(approvers)} | ({"quorum": quorum} if quorum else {})
    workflow = {"enabled": True, "phases": {"design": {"approval": wanted}, "spec": {}}}
    tasks = [
        {"id": name, "title": name, "status": "pending", "kiro_workflow": workflow}
        for name in ("task-001", "task-002")
    ]
    document = Document(
        kind="milestone", uid="u1", revision=1, body={"id": "milestone-001", "uid": "u1", "tasks": tasks}
    )
    for task in ("task-001", "task-002"):
        request = rules.FinishPhase(task=task, found={"design": FOUND})
        document = fold(document, rules.finish(document, request, a_context()))
    return document


def fold(document: Document, events: Any) -> Document:
    for event in events:
        document = evolve(document, Recorded(seq=document.revision + 1, at=NOW, actor=ANA, event=event))
    return document


def approved(document: Document, ctx: Context, sign: Callable[[bytes], str] | None) -> Document:
    request = Judge(task="task-001", phase="design", found={"design": FOUND}, sign=sign)
    return fold(document, approval.approve(document, request, ctx))


def as_text(document: Document, task: str = "task-001") -> Document:
    """Return the record as another clone gets it by git: the same text, and nothing a command recorded."""
    return msgspec.structs.replace(document, proven=())


def standing(document: Document, ctx: Context, task: str = "task-001", digest: str = FOUND.digest) -> gates.Gate:
    phase = phases.named(phases.of(document.body, task), "design")
    assert phase is not None
    return gates.gate(document, task, phase, digest, ctx)


def edited(document: Document, **approval_fields: Any) -> Document:
    body = msgspec.json.decode(msgspec.json.encode(document.body))
    body["tasks"][0]["kiro_workflow"]["phases"]["design"]["approval"].update(approval_fields)
    return msgspec.structs.replace(document, body=body)


def given(document: Document) -> Body:
    item: Body = document.body["tasks"][0]["kiro_workflow"]["phases"]["design"]["approval"]["given"][0]
    return item


def test_it_opens_the_gate_here_and_in_a_clone_that_only_has_the_text(key: Key):
    ctx = a_team(key)

    document = approved(in_review("ana"), ctx, key.one)

    assert given(document)["proof"] == "signed"
    assert standing(document, ctx).open
    assert standing(as_text(document), ctx).open


def test_an_approval_without_a_signature_is_refused_where_one_is_asked_for(key: Key):
    with pytest.raises(errors.NotPermitted) as refused:
        approved(in_review("ana"), a_team(key), None)

    assert refused.value.code == "proof_too_weak"


def test_a_key_that_is_not_listed_approves_nothing(key: Key):
    with pytest.raises(errors.NotPermitted) as refused:
        approved(in_review("ana"), a_team(key), a_key().one)

    assert refused.value.code == "key_not_listed"


def test_the_signature_is_void_once_its_key_is_removed_from_the_team(key: Key):
    document = approved(in_review("ana"), a_team(key), key.one)
    without = a_team(a_key())

    for each in (document, as_text(document)):
        assert not standing(each, without).open
        assert standing(each, without).uncounted[0] == ("ana", opinions.FORGED)


def test_an_approval_recorded_with_a_key_that_is_gone_still_counts_as_named_where_that_is_enough(key: Key):
    document = approved(in_review("ana"), a_team(key), key.one)
    without = msgspec.structs.replace(a_team(a_key()), settings={"approvals.proof": "named"})

    assert standing(document, without).open
    assert not standing(as_text(document), without).open


@pytest.mark.parametrize("field", ["by", "at", "digest", "comment"])
def test_every_word_of_it_is_bound(key: Key, field: str):
    ben = Person(handle="ben", keys=(key.public.line,))
    ctx = a_team(key, ben)
    document = approved(in_review(), ctx, key.one)
    forged = edited(document, given=[{**given(document), field: "ben" if field == "by" else "other"}])

    assert not standing(forged, ctx, digest="other" if field == "digest" else FOUND.digest).open


def test_it_cannot_be_replayed_for_another_task_milestone_or_phase(key: Key):
    ctx = a_team(key)
    document = approved(in_review("ana"), ctx, key.one)
    body = msgspec.json.decode(msgspec.json.encode(document.body))
    body["tasks"][1]["kiro_workflow"]["phases"]["design"] = body["tasks"][0]["kiro_workflow"]["phases"]["design"]
    other_task = msgspec.structs.replace(document, body=body)
    other_milestone = msgspec.structs.replace(as_text(document), uid="u2")

    assert not standing(other_task, ctx, task="task-002").open
    assert not standing(other_milestone, ctx).open


def test_it_does_not_count_for_other_contents(key: Key):
    ctx = a_team(key)
    document = as_text(approved(in_review("ana"), ctx, key.one))

    assert not standing(document, ctx, digest="of something else").open
    assert standing(document, ctx, digest="of something else").changed


def test_whoever_lowers_what_the_gate_asks_makes_the_signatures_void(key: Key):
    ben = Person(handle="ben")
    ctx = a_team(key, ben)
    document = approved(in_review("ana", "ben"), ctx, key.one)
    assert standing(document, ctx).waiting_for == ("ben",)

    lowered = edited(document, approvers=["ana"], status="approved")
    lowered.body["tasks"][0]["kiro_workflow"]["phases"]["design"]["status"] = "approved"

    assert not standing(lowered, ctx).open


def test_an_approval_taken_back_does_not_count_again_when_its_text_comes_back(key: Key):
    ctx = a_team(key)
    before = approved(in_review("ana"), ctx, key.one)
    request = Judge(task="task-001", phase="design", found={"design": FOUND})
    after = fold(before, approval.withdraw(before, request, msgspec.structs.replace(ctx, settings={})))
    returned = edited(after, given=[given(before)])
    returned.body["tasks"][0]["kiro_workflow"]["phases"]["design"]["status"] = "approved"
    assert not standing(returned, ctx).open

    erased = edited(returned)
    del erased.body["tasks"][0]["kiro_workflow"]["phases"]["design"]["history"]

    assert not standing(erased, ctx).open, "this clone has seen the withdrawal"


@pytest.mark.parametrize("name", ["service:ci", "agent:claude-code"])
def test_the_key_of_an_agent_or_a_service_approves_nothing(name: str, key: Key):
    robot = Person(handle=name, keys=(key.public.line,))
    ctx = a_team(a_key(), robot)
    document = in_review()
    phase = phases.named(phases.of(document.body, "task-001"), "design")
    item = {"by": name, "proof": "signed", "digest": FOUND.digest, "at": NOW}
    from_it = edited(
        document, given=[{**item, "signature": key.one(signing.approval(document, "task-001", phase, item))}]
    )

    assert not standing(from_it, ctx).approved_by


def test_a_gate_may_ask_for_more_than_the_project_and_never_for_less(key: Key):
    ctx = msgspec.structs.replace(a_team(key), settings={})
    asks = edited(in_review("ana"), proof="signed")
    with pytest.raises(errors.NotPermitted):
        approved(asks, ctx, None)
    assert standing(approved(asks, ctx, key.one), ctx).open

    less = edited(in_review("ana"), proof="named")
    with pytest.raises(errors.NotPermitted):
        approved(less, a_team(key), None)


def test_who_did_the_work_opens_nothing_with_a_signature_either(key: Key):
    ctx = a_team(key)
    document = as_text(approved(in_review("ana"), ctx, key.one))
    apart = {"approvals.proof": "signed", "approvals.separation_of_duties": True}

    judged = standing(document, msgspec.structs.replace(ctx, settings=apart))

    assert judged.uncounted[0] == ("ana", opinions.DID_IT)
