"""Registry and messages: at least once, in order per pair, dead agents' messages return."""

from milestone.domain.decide import agents
from milestone.domain.document import Document
from milestone.domain.evolve import evolve
from milestone.testing.builders import recorded


def folded(*events) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for seq, event in enumerate(events, 1):
        at = f"2026-11-20T12:00:{seq:02d}.000Z"
        found[event.uid] = evolve(found.get(event.uid), recorded(event, seq, at=at))
    return found


def messages(found) -> list[Document]:
    return [d for d in found.values() if d.kind == "message"]


def test_messages_arrive_in_order_until_they_are_received():
    one = agents.send("a", "b", "first", number="1")
    two = agents.send("a", "b", "second", number="2")
    found = folded(one, two)

    assert [m.body["text"] for m in agents.waiting(messages(found), "b")] == ["first", "second"]
    found = folded(one, two, agents.receive(found[one.uid]))
    assert [m.body["text"] for m in agents.waiting(messages(found), "b")] == ["second"]


def test_a_message_sent_twice_is_there_once():
    found = folded(agents.send("a", "b", "x", number="1"), agents.send("a", "b", "x", number="1"))

    assert len(messages(found)) == 1


def test_a_broadcast_skips_its_sender_and_the_gone():
    found = folded(agents.register("a"), agents.register("b"), agents.register("c"), agents.leave("c"))

    sent = agents.broadcast([d for d in found.values() if d.kind == "agent"], "a", "hello", number="1")

    assert [event.data["message"]["to"] for event in sent] == ["b"]


def test_what_a_dead_agent_never_read_goes_back():
    letter = agents.send("a", "b", "are you there", number="1")
    found = folded(agents.register("b"), letter, agents.fail("b", "killed"))
    everybody = [d for d in found.values() if d.kind == "agent"]

    events = agents.clean_up(everybody, messages(found))

    assert [(e.kind, e.data.get("message", {}).get("to")) for e in events] == [
        ("agent.message", "a"),
        ("agent.removed", None),
    ]
    assert "never read: are you there" in events[0].data["message"]["text"]
