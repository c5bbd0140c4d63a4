"""Who opens a gate: separation of duties, delegates, pools. One table; each row is a story."""

from datetime import date
from typing import Any, NamedTuple

import msgspec
import pytest

from milestone import errors
from milestone.domain import gates, opinions, phases
from milestone.domain.context import Context, Person
from milestone.domain.decide import approval, delegating
from milestone.domain.decide import phase as rules
from milestone.domain.decide.judging import Judge
from milestone.domain.deliverables import Found, FoundFile
from milestone.domain.document import Actor, Body, Document, Event, Recorded
from milestone.domain.evolve import evolve
from milestone.testing.builders import a_context

FOUND = Found(folder="d/", files=(FoundFile(path="a.md", digest="1"),))
TEAM = (
    Person(handle="ana", roles=("architect", "reviewer")),
    Person(handle="ben", roles=("tech lead", "reviewer")),
    Person(handle="cy", teams=("core",), emails=("cy@example.org",)),
    Person(handle="dee", teams=("core",)),
    Person(handle="eve"),
)
APART = {"approvals.separation_of_duties": True}


class Case(NamedTuple):
    """A gate, what people do in turn (`who`, or `who>delegate`, or `who>delegate<last day`), and how it ends."""

    story: str
    acts: str
    ends: str  # open, closed, or the code of the refusal of the last act
    gate: Body | None = None
    settings: Body | None = None
    doer: str = "eve"
    today: str = "2026-11-20"


ANA: Body = {"approvers": ["ana"]}
BOTH: Body = {"approvers": ["ana", "ben"]}
AUTHOR = "separation_of_duties"
CASES = [
    Case("anybody where nobody is listed", "dee", "open"),
    Case("the one who is listed", "ana", "open", ANA),
    Case("a stranger is refused", "eve", "not_permitted", ANA),
    Case("both who are listed", "ana ben", "open", BOTH),
    Case("one of two is not enough", "ana", "closed", BOTH),
    Case("the same one twice is one", "ana ana", "closed", BOTH),
    Case("a role is whoever holds it", "ben", "open", {"approvers": ["tech lead"]}),
    Case("a team is whoever is in it", "dee", "open", {"approvers": ["core"]}),
    Case("any two of a role", "ana ben", "open", {"approvers": ["reviewer"], "quorum": 2}),
    Case("one of a role is not two", "ana", "closed", {"approvers": ["reviewer"], "quorum": 2}),
    Case("any two of three", "ana cy", "open", {"approvers": ["ana", "ben", "cy"], "quorum": 2}),
    Case("address and handle are one person", "cy cy@example.org", "closed", {"approvers": ["core"], "quorum": 2}),
    # who did the work
    Case("the author, where duties are not kept apart", "ana", "open", ANA, doer="ana"),
    Case("the author is refused", "ana", AUTHOR, ANA, APART, "ana"),
    Case("the author under another name is refused", "cy@example.org", AUTHOR, {}, APART, "cy"),
    Case("somebody else than the author", "ben", "open", {"approvers": ["reviewer"]}, APART, "ana"),
    Case("the author as somebody's delegate is refused", "ana>eve eve", AUTHOR, ANA, APART),
    Case("what an agent did, a person approves", "ana", "open", {}, APART, "agent:claude-code"),
    # agents
    Case("an agent is refused", "agent:claude-code", "needs_a_person"),
    Case("a service is refused", "service:ci", "needs_a_person"),
    Case("an agent delegates nothing", "agent:x>eve", "needs_a_person", ANA),
    Case("nothing is delegated to an agent", "ana>agent:x", "usage", ANA),
    # delegates
    Case("a delegate opens it", "ana>eve eve", "open", ANA, doer="dee"),
    Case("until a day, that day included", "ana>eve<2026-11-20 eve", "open", ANA, doer="dee"),
    Case("not to a day that is past", "ana>eve<2026-11-19", "usage", ANA),
    Case("who delegated may still decide", "ana>eve ana", "open", ANA),
    Case("a delegate fills one seat", "ana>eve eve", "closed", BOTH, doer="dee"),
    Case("delegate and approver are one seat", "ana>eve eve ana", "closed", BOTH, doer="dee"),
    Case("one delegate does not fill two seats", "ana>eve ben>eve eve eve", "closed", BOTH, doer="dee"),
    Case("an approver is nobody's delegate", "ana>ben", "usage", BOTH),
    Case("a delegate delegates nothing", "ana>eve eve>dee", "refused", ANA),
    Case("a stranger delegates nothing", "eve>dee", "not_permitted", ANA),
    Case("nobody outside the team", "ana>zoe", "usage", ANA),
    Case("where anybody may judge nothing is delegated", "ana>eve", "refused"),
    Case("to oneself takes it back", "ana>eve ana>ana eve", "not_permitted", ANA),
    Case("to somebody else takes it from the first", "ana>eve ana>dee eve", "not_permitted", ANA),
]  # fmt: skip


def a_moment(case: Case, name: str) -> Context:
    kind = name.partition(":")[0] if ":" in name else "person"
    return a_context(
        actor=Actor(name=name, kind=kind, source="flag"),
        people=TEAM,
        settings=case.settings,
        today=date.fromisoformat(case.today),
        now=f"{case.today}T12:00:00.000Z",
    )


def fold(document: Document, events: list[Event], actor: str = "ana") -> Document:
    for event in events:
        at = "2026-11-20T12:00:00.000Z"
        document = evolve(
            document, Recorded(seq=document.revision + 1, at=at, actor=Actor(name=actor), event=event)
        )
    return document


def handed_in(case: Case) -> Document:
    gate = {"required": True, **(case.gate or {})}
    workflow = {"enabled": True, "phases": {"design": {"approval": gate}, "spec": {}}}
    tasks = [{"id": "task-001", "status": "pending", "assigned_to": case.doer, "kiro_workflow": workflow}]
    document = Document(kind="milestone", uid="u1", revision=1, body={"id": "milestone-001", "tasks": tasks})
    request = rules.FinishPhase(task="task-001", found={"design": FOUND})
    return fold(document, rules.finish(document, request, a_moment(case, case.doer)), case.doer)


def act(document: Document, word: str, case: Case) -> Document:
    who, _, rest = word.partition(">")
    to, _, until = rest.partition("<")
    asked = Judge(task="task-001", phase="design", found={"design": FOUND}, to=to or None, until=until or None)
    verb = delegating.delegate if to else approval.approve
    return fold(document, verb(document, asked, a_moment(case, who)))


def standing(document: Document, case: Case) -> gates.Gate:
    phase = phases.named(phases.of(document.body, "task-001"), "design")
    assert phase is not None
    return gates.gate(document, "task-001", phase, FOUND.digest, a_moment(case, "ana"))


@pytest.mark.parametrize("case", CASES, ids=[case.story for case in CASES])
def test_who_opens_a_gate(case: Case) -> None:
    document = handed_in(case)
    *before, last = case.acts.split()
    for word in before:
        document = act(document, word, case)

    if case.ends in ("open", "closed"):
        document = act(document, last, case)
        assert standing(document, case).open is (case.ends == "open")
        return
    with pytest.raises(errors.MilestoneError) as refused:
        act(document, last, case)

    assert refused.value.code == case.ends
    assert not standing(document, case).open


def typed(document: Document, **fields: Any) -> Document:
    body = msgspec.json.decode(msgspec.json.encode(document.body))
    phase = body["tasks"][0]["kiro_workflow"]["phases"]["design"]
    phase["status"] = "approved"
    phase["approval"].update(fields)
    return msgspec.structs.replace(document, body=body)


def test_a_delegation_that_is_only_typed_lets_nobody_in() -> None:
    case = Case("", "", "", {"approvers": ["ana"]}, doer="dee")
    document = typed(handed_in(case), delegated=[{"by": "ana", "to": "eve", "at": "2026-11-20T11:00:00.000Z"}])

    with pytest.raises(errors.NotPermitted):
        act(document, "eve", case)


def test_a_delegate_s_approval_counts_for_as_long_as_the_delegation_lasted_when_it_was_given() -> None:
    case = Case("", "", "", {"approvers": ["ana"]}, doer="dee")
    document = act(act(handed_in(case), "ana>eve<2026-11-20", case), "eve", case)
    later = case._replace(today="2026-12-24")

    assert standing(document, later).open
    with pytest.raises(errors.NotPermitted):
        act(act(handed_in(case), "ana>eve<2026-11-20", case), "eve", later)


def test_a_delegate_s_approval_says_in_whose_place(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case("", "", "", {"approvers": ["ana"]}, doer="dee")
    document = act(act(handed_in(case), "ana>eve", case), "eve", case)
    item = document.body["tasks"][0]["kiro_workflow"]["phases"]["design"]["approval"]["given"][0]

    assert (item["by"], item["instead_of"]) == ("eve", "ana")
    assert standing(document, case).seats == ("ana",)
    assert opinions.NOT_ASKED not in dict(standing(document, case).uncounted).values()
