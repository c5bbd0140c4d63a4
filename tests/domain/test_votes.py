"""Gates on which people vote: a table of cases, and what cannot be voted away."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import pytest

from milestone import clock, errors
from milestone.domain import gates, phases, votes
from milestone.domain.context import Context, Person
from milestone.domain.decide import approval, reminding
from milestone.domain.decide import phase as rules
from milestone.domain.decide.judging import Judge
from milestone.domain.deliverables import Found, FoundFile
from milestone.domain.document import Actor, Body, Document, Event, Recorded
from milestone.domain.evolve import evolve
from milestone.testing.builders import a_context
from milestone.testing.signing import a_key, verifier

FOUND = Found(folder="d/", files=(FoundFile(path="a.md", digest="1"),))
BEGIN = datetime(2026, 11, 20, 12, tzinfo=UTC)
DEE = Person(handle="dee", emails=("dee@example.org",))
TEAM = (*(Person(handle=name, teams=("core",)) for name in ("ana", "ben", "cy")), DEE)
APART: Body = {"approvals.separation_of_duties": True}
FOUR: Body = {"approvers": ["ana", "ben", "cy", "dee"]}
CORE: Body = {"approvers": ["core"]}


class Case(NamedTuple):
    """A vote: who says what (`ana+`, `ben-`), how many hours later one looks, and how it ends."""

    story: str
    said: str
    hours: float
    ends: str  # open, rejected, waits, or the code of the refusal of the last vote
    gate: Body | None = None
    settings: Body | None = None


CASES = [
    Case("all of a team said yes: it is over at once", "ana+ ben+ cy+", 0, "open", CORE),
    Case("one of a team is missing: it waits", "ana+ ben+", 1, "waits", CORE),
    Case("a window later more yes than no carries", "ana+ ben+", 168, "open", CORE),
    Case("a window later nobody said anything", "", 168, "rejected", CORE),
    Case("as many no as yes does not carry", "ana+ ben-", 168, "rejected", CORE),
    Case("more no than yes", "ana- ben- cy+", 0, "rejected", CORE),
    Case("below the quorum", "ana+", 168, "rejected", {**CORE, "quorum": 2}),
    Case("with the quorum", "ana+ ben+", 168, "open", {**CORE, "quorum": 2}),
    Case("a no counts for the quorum", "ana+ ben- cy+", 0, "open", {**CORE, "quorum": 3}),
    Case("a share of three quarters is reached", "ana+ ben+ cy+ dee-", 0, "open", {**FOUR, "share": "3/4"}),
    Case("a share of 80 percent is not", "ana+ ben+ cy+ dee-", 0, "rejected", {**FOUR, "share": "80%"}),
    Case("a window of its own", "ana+", 24, "open", {**CORE, "window": "1 day"}),
    Case("not before it is over", "ana+", 23.9, "waits", {**CORE, "window": "1 day"}),
    Case("a vote can be changed while it lasts", "ana+ ben+ ben- cy-", 0, "rejected", CORE),
    Case("the same twice is one vote", "ana+ ana+ ben+", 168, "open", {**CORE, "quorum": 2}),
    Case("two names of one person are one vote", "dee+ dee@example.org+", 168, "rejected", {"quorum": 2}),
    Case("anybody where nobody is listed", "dee+", 168, "open"),
    Case("who is not asked cannot vote", "dee+", 0, "not_permitted", CORE),
    Case("agents do not vote", "agent:x+", 0, "needs_a_person", CORE),
    Case("the author does not vote", "eve+", 0, "separation_of_duties", {}, APART),
    Case("nobody votes after the end", "ana+ ben+ cy+ ana-", 0, "vote_closed", CORE),
]  # fmt: skip


def a_moment(case: Case, name: str = "ana", hours: float = 0.0, **fields: Any) -> Context:
    kind = name.partition(":")[0] if ":" in name else "person"
    settings = {"workflow.approval_process": "community_consensus", **(case.settings or {})}
    ctx = a_context(
        actor=Actor(name=name, kind=kind, source="flag"),
        people=TEAM,
        settings=settings,
        now=clock.format_moment(BEGIN + timedelta(hours=hours)),
    )
    return msgspec.structs.replace(ctx, **fields)


def fold(document: Document, events: list[Event], ctx: Context) -> Document:
    for event in events:
        recorded = Recorded(seq=document.revision + 1, at=ctx.now, actor=ctx.actor, event=event)
        document = evolve(document, recorded)
    return document


def handed_in(case: Case) -> Document:
    gate = {"required": True, **(case.gate or {})}
    workflow = {"enabled": True, "phases": {"design": {"approval": gate}, "spec": {}}}
    tasks = [{"id": "task-001", "status": "pending", "assigned_to": "eve", "kiro_workflow": workflow}]
    body = {"id": "milestone-001", "status": "in_progress", "tasks": tasks}
    document = Document(kind="milestone", uid="u1", revision=1, body=body)
    ctx = a_moment(case, "eve")
    request = rules.FinishPhase(task="task-001", found={"design": FOUND})
    return fold(document, rules.finish(document, request, ctx), ctx)


def vote(document: Document, word: str, case: Case, **fields: Any) -> Document:
    verb = approval.approve if word[-1] == "+" else approval.reject
    ctx = a_moment(case, word[:-1], 0.5, **{k: v for k, v in fields.items() if k != "sign"})
    request = Judge(
        task="task-001", phase="design", found={"design": FOUND}, comment="so", sign=fields.get("sign")
    )
    return fold(document, verb(document, request, ctx), ctx)


def looked(document: Document, case: Case, hours: float) -> Document:
    ctx = a_moment(case, hours=hours)
    return fold(document, reminding.look(document, {("task-001", "design"): FOUND}, ctx), ctx)


def the_phase(document: Document) -> phases.Phase:
    found = phases.named(phases.of(document.body, "task-001"), "design")
    assert found is not None
    return found


def is_open(document: Document, case: Case, hours: float) -> bool:
    ctx = a_moment(case, hours=hours)
    return gates.gate(document, "task-001", the_phase(document), FOUND.digest, ctx).open


@pytest.mark.parametrize("case", CASES, ids=[case.story for case in CASES])
def test_how_a_vote_ends(case: Case) -> None:
    document = handed_in(case)
    *before, last = case.said.split() or [""]
    for word in before:
        document = vote(document, word, case)
    if case.ends not in ("open", "rejected", "waits"):
        with pytest.raises(errors.MilestoneError) as refused:
            vote(document, last, case)
        assert refused.value.code == case.ends
        return
    document = vote(document, last, case) if last else document
    document = looked(document, case, case.hours)

    assert is_open(document, case, case.hours) is (case.ends == "open")
    assert (
        the_phase(document).status == {"open": "approved", "rejected": "rejected", "waits": "in_review"}[case.ends]
    )


def test_the_result_and_who_voted_what_are_kept() -> None:
    case = CASES[9]
    document = handed_in(case)
    for word in case.said.split():
        document = vote(document, word, case)

    result = the_phase(document).result

    assert (result["passed"], result["yes"], result["no"]) == (True, 3, 1)
    assert {each["by"]: each["vote"] for each in result["voters"]} == {
        "ana": "yes",
        "ben": "yes",
        "cy": "yes",
        "dee": "no",
    }
    assert phases.named(phases.of(document.body, "task-001"), "spec").status == "in_progress"  # type: ignore[union-attr]


def test_a_vote_is_closed_once_however_many_look() -> None:
    document = looked(vote(handed_in(CASES[2]), "ana+", CASES[2]), CASES[2], 168)

    assert reminding.look(document, {("task-001", "design"): FOUND}, a_moment(CASES[2], hours=169)) == []


def edited(document: Document, **fields: Any) -> Document:
    body = msgspec.json.decode(msgspec.json.encode(document.body))
    body["tasks"][0]["kiro_workflow"]["phases"]["design"]["approval"].update(fields)
    return msgspec.structs.replace(document, body=body)


def test_votes_that_are_only_typed_count_for_nothing() -> None:
    case = CASES[0]
    typed = [
        {"by": n, "vote": "yes", "digest": FOUND.digest, "at": "2026-11-20T12:30:00.000Z"}
        for n in ("ana", "ben", "cy")
    ]
    document = edited(handed_in(case), votes=typed)

    assert looked(document, case, 200).body["tasks"][0]["status"] == "blocked"
    assert not is_open(document, case, 200)


def test_an_earlier_hand_in_written_into_the_file_does_not_end_a_vote() -> None:
    case = CASES[2]
    document = edited(vote(handed_in(case), "ana+", case), submitted_at="2026-11-01T00:00:00.000Z")

    assert the_phase(looked(document, case, 1)).status == "in_review"


def test_signed_votes_carry_in_a_clone_that_only_has_the_text() -> None:
    keys = {name: a_key() for name in ("ana", "ben", "cy")}
    team = tuple(Person(handle=name, teams=("core",), keys=(key.public.line,)) for name, key in keys.items())
    case = Case("", "", 0, "", CORE, {"approvals.proof": "signed"})
    known = {"people": team, "verify": verifier(*team)}
    document = handed_in(case)
    for name, key in keys.items():
        document = vote(document, f"{name}+", case, sign=key.one, **known)
    as_text = msgspec.structs.replace(document, proven=())
    ctx = a_moment(case, hours=1, **known)

    assert gates.gate(as_text, "task-001", the_phase(as_text), FOUND.digest, ctx).open
    turned = [{**each, "vote": "no"} for each in the_phase(as_text).votes]
    other = edited(as_text, votes=turned)
    assert votes.tally(other, "task-001", the_phase(other), FOUND.digest, ctx).no == ()


@pytest.mark.parametrize(
    ("said", "share"), [("2/3", 2 / 3), ("60%", 0.6), (60, 0.6), (0.6, 0.6), ("x", None), (0, None)]
)
def test_shares_as_people_write_them(said: Any, share: float | None) -> None:
    case = Case("", "", 0, "", {**CORE, "share": said})

    found = votes.tally(handed_in(case), "task-001", the_phase(handed_in(case)), FOUND.digest, a_moment(case))

    assert found.share == (pytest.approx(share) if share else None)


def test_a_failed_vote_is_not_counted_again_after_a_retry() -> None:
    case = CASES[3]
    document = looked(vote(handed_in(case), "ana-", case), case, 168)
    assert phases.history(document.body, "task-001", the_phase(document))[-1]["result"]["no"] == 1

    ctx = a_moment(case, "eve", 170)
    document = fold(document, rules.restart(document, "task-001"), ctx)
    again = rules.FinishPhase(task="task-001", found={"design": FOUND})
    document = fold(document, rules.finish(document, again, ctx), ctx)

    assert votes.tally(document, "task-001", the_phase(document), FOUND.digest, ctx).result["voters"] == []
