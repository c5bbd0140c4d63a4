"""Telling people: at least once, in order for each channel, what they asked for, when they may be disturbed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from milestone import errors
from milestone.clock import FrozenClock
from milestone.config import Setting, Settings
from milestone.domain import summary
from milestone.domain.document import Actor, Event
from milestone.domain.evolve import evolve
from milestone.integrations.channels.base import Message, NotSent
from milestone.operations import outbox
from milestone.storage import locks
from milestone.storage.file import FileStore
from milestone.testing.builders import a_body, a_task
from milestone.workspace.base import Workspace

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def settings(**values) -> Settings:
    return Settings({key: Setting(key=key, value=value, source="user") for key, value in values.items()})


class Post:
    """A service that keeps what it was given, and refuses as often as it is told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Message]] = []
        self.refuse = 0

    def check(self, address: str) -> None: ...

    def send(self, address: str, message: Message) -> None:
        if self.refuse:
            self.refuse -= 1
            raise NotSent("503 try later")
        self.taken.append((address, message))

    @property
    def titles(self) -> list[str]:
        return [message.title for _, message in self.taken]


def project(tmp_path: Path, **values) -> Workspace:
    root = tmp_path / ".milestones"
    root.mkdir(exist_ok=True)
    store = FileStore(root, evolve=evolve, summarise=summary.row)
    found = Workspace(root, store, settings(**values), FrozenClock(NOON), Actor(name="ana", source="flag"))
    body = a_body(tasks=[a_task("task-001", title="Write it"), a_task("task-002", title="Check it")])
    say(found, body, "milestone.created", body=body)
    return found


def say(workspace: Workspace, body: dict, kind: str, task: str | None = None, /, **data) -> None:
    event = Event(kind=kind, document="milestone", uid=body["uid"], milestone=body["id"], task=task, data=data)
    workspace.write(lambda _txn, _ctx: [event])


def body_of(workspace: Workspace) -> dict:
    with workspace.reading() as reading:
        return next(iter(reading.find("milestone"))).body


def block(workspace: Workspace, task: str, reason: str) -> None:
    say(workspace, body_of(workspace), "task.blocked", task, reason=reason)


@pytest.fixture
def team(tmp_path: Path) -> Workspace:
    found = project(tmp_path, channels={"team": {"url": "slack://a"}})
    outbox.deliver(found, sender=Post())  # the channel begins here
    return found


def test_a_message_is_sent_once_and_kept_until_it_arrives(team):
    post = Post()
    post.refuse = 1
    block(team, "task-001", "no key")

    refused = outbox.deliver(team, sender=post)
    team.clock = FrozenClock(NOON + timedelta(minutes=1))
    sent = outbox.deliver(team, sender=post)
    again = outbox.deliver(team, sender=post)

    assert (refused[0].waiting, refused[0].reason) == (1, "503 try later")
    assert (sent[0].sent, again[0].sent) == (1, 0)
    assert post.titles == ["⛔ Blocked: Write it (milestone-001/task-001)"]
    assert post.taken[0][1].text == "no key"


def test_after_a_failure_there_is_a_pause_that_grows(team):
    post = Post()
    post.refuse = 2
    block(team, "task-001", "no key")

    outbox.deliver(team, sender=post)
    outbox.deliver(team, sender=post)
    assert post.refuse == 1  # not tried again at once
    team.clock = FrozenClock(NOON + timedelta(seconds=31))
    outbox.deliver(team, sender=post)
    team.clock = FrozenClock(NOON + timedelta(seconds=90))
    outbox.deliver(team, sender=post)
    assert (post.refuse, post.taken) == (0, [])
    team.clock = FrozenClock(NOON + timedelta(seconds=160))
    outbox.deliver(team, sender=post)
    assert len(post.taken) == 1


def test_a_sender_that_dies_after_sending_sends_again_and_loses_nothing(team, monkeypatch):
    post = Post()
    block(team, "task-001", "no key")
    with monkeypatch.context() as broken:
        broken.setattr(outbox, "_record", lambda *_args, **_more: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            outbox.deliver(team, sender=post)

    outbox.deliver(team, sender=post)

    assert len(post.taken) == 2
    assert post.titles[0] == post.titles[1]


def test_what_happens_together_is_told_together_in_order_and_once_for_each_thing(team):
    post = Post()
    block(team, "task-001", "first reason")
    block(team, "task-002", "other reason")
    block(team, "task-001", "second reason")

    outbox.deliver(team, sender=post)

    (title,) = post.titles
    text = post.taken[0][1].text
    assert title == "2 updates"
    assert text.index("Check it") < text.index("Write it")
    assert "second reason" in text and "first reason" not in text


def test_many_things_are_told_in_several_messages_in_order(team):
    post = Post()
    for number in range(25):
        say(team, body_of(team), "risk.identified", risk={"description": f"Risk {number}", "impact": "high"})
        block(team, "task-001", f"reason {number}")
    team.settings = settings(channels={"team": {"url": "slack://a", "events": ["task.added"]}})
    for number in range(25):
        name = f"task-1{number:02}"
        say(team, body_of(team), "task.added", name, body=a_task(name, title=f"Task {number}."))

    outbox.deliver(team, sender=post)

    assert len(post.taken) == 3
    told = "\n".join(message.text for _, message in post.taken)
    places = [told.index(f"Task {number}.") for number in range(25)]
    assert places == sorted(places)


def test_a_channel_hears_what_it_asked_for(tmp_path):
    workspace = project(
        tmp_path,
        channels={
            "risks": {"url": "slack://r", "events": ["risk"]},
            "core": {"url": "slack://c", "teams": ["core"]},
            "web": {"url": "slack://w", "teams": ["web"]},
        },
        **{"coordination.cross_team_notifications": False},
    )
    outbox.deliver(workspace, sender=Post())
    post = Post()
    say(workspace, body_of(workspace), "milestone.edited", set={"team": "core"})
    block(workspace, "task-001", "no key")

    outbox.deliver(workspace, sender=post)
    assert [address for address, _ in post.taken] == ["slack://c"]

    workspace.settings = settings(**{**workspace.settings.values, "coordination.cross_team_notifications": True})
    block(workspace, "task-002", "no key")
    outbox.deliver(workspace, sender=post)
    assert sorted(address for address, _ in post.taken) == ["slack://c", "slack://c", "slack://w"]


def test_nobody_is_disturbed_at_night_and_a_digest_waits_for_its_hour(tmp_path):
    workspace = project(
        tmp_path,
        channels={
            "night": {"url": "slack://n", "quiet": "11:00-13:00"},
            "daily": {"url": "slack://d", "every": "24h"},
        },
    )
    outbox.deliver(workspace, sender=Post())
    post = Post()
    block(workspace, "task-001", "no key")
    held = {each.channel: each for each in outbox.deliver(workspace, sender=post)}
    block(workspace, "task-002", "no key")
    workspace.clock = FrozenClock(NOON + timedelta(hours=1))
    outbox.deliver(workspace, sender=post)

    assert held["night"].reason == "quiet hours (11:00-13:00)"
    assert [(address, message.title[:9]) for address, message in post.taken] == [
        ("slack://d", "⛔ Blocked"),
        ("slack://n", "2 updates"),
    ]
    workspace.clock = FrozenClock(NOON + timedelta(hours=25))
    outbox.deliver(workspace, sender=post)
    assert [address for address, _ in post.taken[2:]] == ["slack://d"]


def test_a_new_channel_is_not_told_the_past(tmp_path):
    workspace = project(tmp_path)
    block(workspace, "task-001", "long ago")
    workspace.settings = settings(**{"integrations.slack_webhook": "https://chat.example/hook"})
    post = Post()

    outbox.deliver(workspace, sender=post)
    block(workspace, "task-002", "now")
    outbox.deliver(workspace, sender=post)

    assert [message.text for _, message in post.taken] == ["now"]


def test_no_secret_is_told_and_no_address_is_recorded(team):
    post = Post()
    post.refuse = 1
    block(team, "task-001", "the key is sealed:v1:abc:def:ghi and \x1b[31mred")

    outbox.deliver(team, sender=post)
    team.clock = FrozenClock(NOON + timedelta(minutes=1))
    outbox.deliver(team, sender=post)

    assert post.taken[0][1].text == "the key is (encrypted) and [31mred"
    log = b"".join(path.read_bytes() for path in (team.root / "logs" / "events").iterdir())
    assert b"slack://" not in log


def test_a_channel_can_be_tested(team):
    post = Post()
    outbox.test(team, "team", sender=post)
    assert post.taken[0][1].text == "A test of the channel team."
    with pytest.raises(errors.NotFound):
        outbox.test(team, "nobody", sender=post)
    post.refuse = 1
    with pytest.raises(errors.Refused):
        outbox.test(team, "team", sender=post)


def test_two_risks_of_one_milestone_are_two_things(team):
    post = Post()
    for text in ("The server is old", "The vendor may close"):
        say(team, body_of(team), "risk.identified", risk={"description": text, "impact": "high"})

    outbox.deliver(team, sender=post)

    assert "The server is old" in post.taken[0][1].text
    assert "The vendor may close" in post.taken[0][1].text


def test_while_one_process_sends_another_leaves_it_alone(team):
    post = Post()
    block(team, "task-001", "no key")

    with locks.sole(str(team.root / "local"), "outbox.lock", "is sending"):
        held = outbox.deliver(team, sender=post)
    sent = outbox.deliver(team, sender=post)

    assert (held[0].reason, held[0].sent) == ("another process is sending", 0)
    assert (sent[0].sent, len(post.taken)) == (1, 1)
