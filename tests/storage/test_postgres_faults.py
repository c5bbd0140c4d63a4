"""PostgreSQL behind a wire that breaks, on a server that dies: exactly once, nothing acknowledged missing."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from milestone.storage.postgres import PostgresStore
from milestone.storage.postgresql.connection import Line, PgConnection
from milestone.storage.sql.head import Head
from milestone.testing import plain, postgres
from milestone.testing.lost_answers import Told, follow, want, wrong
from milestone.testing.postgres import Server
from milestone.testing.postgres_fixtures import address, set_up
from milestone.testing.proxy import Fate, Message, Proxy, at
from milestone.testing.transactions import stamp

KILLS = int(os.environ.get("POSTGRES_KILLS", "3"))
WRITES = int(os.environ.get("POSTGRES_WRITES", "60"))

WRITER = """
import sys
from pathlib import Path
from milestone.storage.postgres import PostgresStore
from milestone.testing import plain
from milestone.testing.lost_answers import Told, want
store = PostgresStore(Path(sys.argv[1]), dsn=sys.argv[2], evolve=plain.evolve, summarise=plain.row)
number = 0
while number < int(sys.argv[4]):
    told = Told()
    want(store, f"{sys.argv[3]}-{number}", told)
    print(*("stored" if told.stored else "unknown", f"{sys.argv[3]}-{number}"), flush=True)
    number += 1
"""


class Naive(PostgresStore):
    """Takes a commit without an answer for one that failed."""

    def stored(self, connection: PgConnection, head: Head) -> bool:
        return False


class Hopeful(PostgresStore):
    """Takes a commit without an answer for one that worked."""

    def stored(self, connection: PgConnection, head: Head) -> bool:
        return True


def opened(root: Path, dsn: str, kind: type[PostgresStore] = PostgresStore) -> PostgresStore:
    return kind(root / ".milestones", dsn=dsn, evolve=plain.evolve, summarise=plain.row)


@pytest.fixture
def wire(postgres_server: Server) -> Iterator[Proxy]:
    with Proxy(postgres_server.port) as proxy:
        yield proxy


@pytest.fixture
def behind(postgres_server: Server, postgres_schema: str, postgres_dsn: str, wire: Proxy) -> str:
    """The address of an empty store behind the wire."""
    return address(postgres_server, postgres_schema, port=wire.port)


def cut_everywhere(store: PostgresStore, wire: Proxy) -> Told:
    """Write again and again, the wire broken at the first message, the second, and on to the last."""
    told = Told()
    want(store, "warm", told)
    for fate in (Fate.CUT, Fate.RESET, Fate.LAST):
        number = 0
        while True:
            number += 1
            wire.follow(at(number, fate))
            want(store, f"{fate.name}-{number}", told)
            if not wire.broken:
                break
    return told


def test_a_wire_cut_at_any_message_loses_and_doubles_nothing(wire: Proxy, behind: str, tmp_path: Path):
    store = opened(tmp_path, behind)

    told = cut_everywhere(store, wire)

    assert len(told.stored) > 3 * 15
    assert told.unknown == []
    assert wrong(store, told) == []
    store.close()


def answers_to_commit(message: Message) -> Fate:
    return Fate.CUT if message.says_committed else Fate.PASS


def commits(message: Message) -> Fate:
    return Fate.CUT if message.asks_to_commit else Fate.PASS


def test_a_commit_whose_answer_is_lost_is_acknowledged(wire: Proxy, behind: str, tmp_path: Path):
    store, told = opened(tmp_path, behind), Told()
    wire.follow(answers_to_commit)

    want(store, "once", told)

    assert (told.stored, told.refused, wire.broken) == (["once"], 0, 1)
    wire.follow(lambda _: Fate.PASS)
    assert wrong(store, told) == []
    store.close()


@pytest.mark.parametrize(("kind", "rule"), [(Naive, answers_to_commit), (Hopeful, commits)])
def test_the_rig_finds_a_store_that_guesses(
    wire: Proxy, behind: str, tmp_path: Path, kind: type[PostgresStore], rule: Callable[[Message], Fate]
):
    store, told = opened(tmp_path, behind, kind), Told()

    def first(message: Message) -> Fate:
        fate = rule(message)
        if fate is not Fate.PASS:
            wire.rule = lambda _: Fate.PASS
        return fate

    wire.follow(first)
    want(store, "once", told)

    assert wrong(store, told) != []
    store.close()


@pytest.mark.parametrize("where", ["asks_to_commit", "says_committed"])
def test_a_wire_that_swallows_is_not_waited_for(
    wire: Proxy, behind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
):
    monkeypatch.setattr(Line, "patience", 0.5)
    store, told = opened(tmp_path, behind), Told()

    def swallow(message: Message) -> Fate:
        if not getattr(message, where):
            return Fate.PASS
        wire.rule = lambda _: Fate.PASS
        return Fate.STALL

    wire.follow(swallow)
    want(store, "once", told)

    assert told.refused == (1 if where == "asks_to_commit" else 0)
    assert wrong(store, told) == []
    store.close()


def test_two_writers_at_once_and_a_follower_that_misses_nothing(postgres_dsn: str, tmp_path: Path):
    writers = [a_writer(tmp_path, postgres_dsn, f"w{number}", WRITES) for number in range(2)]
    store, seen = opened(tmp_path, postgres_dsn), list[int]()

    follow(store, seen, lambda: all(writer.poll() is not None for writer in writers))

    assert seen == list(range(1, 2 * WRITES + 1))
    assert wrong(store, heard(writers)) == []
    store.close()


def a_writer(root: Path, dsn: str, name: str, writes: int) -> subprocess.Popen[str]:
    """Start a process that writes; it says after each what it was told."""
    command = [sys.executable, "-c", WRITER, str(root / ".milestones"), dsn, name, str(writes)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)


def heard(writers: list[subprocess.Popen[str]]) -> Told:
    told = Told()
    for writer in writers:
        said, _ = writer.communicate(timeout=90)
        assert writer.returncode == 0
        for word, name in (line.split() for line in said.splitlines()):
            (told.stored if word == "stored" else told.unknown).append(name)
    return told


@pytest.fixture
def mortal() -> Iterator[Server]:
    """A server of this test's own that makes every commit durable."""
    server = postgres.make(fsync="on", full_page_writes="on")
    server.start()
    yield server
    server.remove()


def test_a_killed_server_loses_nothing_it_acknowledged(mortal: Server, tmp_path: Path):
    set_up(mortal, "mortal")
    dsn = address(mortal, "mortal")
    writers = [a_writer(tmp_path, dsn, f"w{number}", WRITES * KILLS) for number in range(3)]
    store = opened(tmp_path, dsn)
    for number in range(KILLS):
        wait_for(store, (number + 1) * WRITES // 2)
        mortal.kill() if number % 2 == 0 else mortal.stop("immediate")
        mortal.start()

    told = heard(writers)

    assert len(told.stored) + len(told.unknown) == 3 * WRITES * KILLS
    assert wrong(store, told) == []
    store.close()


def wait_for(store: PostgresStore, seq: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with store.reading() as reading:
            if reading.seq >= seq:
                return
        time.sleep(0.02)
    raise AssertionError(f"event {seq} never came")


def test_a_writer_that_stands_still_keeps_nobody_for_ever(
    postgres_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("milestone.storage.postgresql.connection.IDLE", 0.3)
    stopped, store, told = opened(tmp_path, postgres_dsn), opened(tmp_path, postgres_dsn), Told()
    inside, go_on = threading.Event(), threading.Event()

    def stand_still() -> None:
        with pytest.raises(Exception, match="does not answer"), stopped.transaction(stamp()) as txn:
            inside.set()
            go_on.wait(30)
            txn.append([plain.created("late", 1)])

    thread = threading.Thread(target=stand_still)
    thread.start()
    inside.wait(10)
    want(store, "after", told)
    go_on.set()
    thread.join(30)

    assert wrong(store, told) == []
    with store.reading() as reading:
        assert reading.seq == 1
