"""The postgres store keeps the contract as the role that may do least, and says clearly what it cannot do."""

import shutil
import subprocess
import zlib
from pathlib import Path

import psycopg
import pytest

from milestone import errors
from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.storage.base import Store
from milestone.storage.file import FileStore
from milestone.storage.postgres import PostgresStore
from milestone.storage.postgresql import address as addresses
from milestone.storage.postgresql import pool
from milestone.storage.sql import schema
from milestone.storage.sql.head import checksum
from milestone.testing import plain
from milestone.testing.past_contract import PastContract
from milestone.testing.postgres import OWNER, Server
from milestone.testing.postgres_fixtures import address, set_up
from milestone.testing.store_contract import StoreContract
from milestone.testing.transactions import stamp, write


class TestPostgresStore(StoreContract):
    @pytest.fixture(autouse=True)
    def _address(self, postgres_dsn: str) -> None:
        self.dsn = postgres_dsn

    def open_store(self, root: Path) -> Store:
        return opened(root, self.dsn)


class TestPast(PastContract):
    @pytest.fixture(autouse=True)
    def _server(self, postgres_server: Server, postgres_schema: str) -> None:
        self.server, self.schema = postgres_server, postgres_schema

    def open_store(self, root: Path) -> Store:
        name = f"{self.schema}_{zlib.crc32(str(root).encode()):x}"  # of each project there is in a test
        set_up(self.server, name)
        return PostgresStore(root, dsn=address(self.server, name), evolve=evolve, summarise=summary.row)


def opened(root: Path, dsn: str) -> PostgresStore:
    return PostgresStore(root, dsn=dsn, evolve=plain.evolve, summarise=plain.row)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "p" / ".milestones"


def at_the_server(server: Server, name: str, statement: str, user: str = OWNER) -> list[tuple[object, ...]]:
    with psycopg.connect(server.dsn(user), autocommit=True) as connection:
        connection.execute(f"SET search_path TO {name}")
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


# -- what is kept


def test_lines_are_the_bytes_that_every_store_has(root: Path, tmp_path: Path, postgres_dsn: str):
    files = FileStore(tmp_path / "f", evolve=plain.evolve, summarise=plain.row)
    write(files, plain.created("a1", 1), plain.created("a2", 2))
    write(files, plain.edited("a1", title="Ω\0 " + "x" * 5000), operation="k")
    with files.reading() as reading:
        lines, mark = list(reading.lines()), reading.mark
    store = opened(root, postgres_dsn)

    assert store.receive(lines, epoch=mark.epoch) == mark

    with store.reading() as reading:
        assert list(reading.lines()) == lines
    assert store.verify()["ok"]


def test_ids_are_in_the_order_every_store_has(root: Path, tmp_path: Path, postgres_dsn: str):
    names = ["milestone-002", "milestone-010", "Zebra", "alpha", "Äpfel", "a-b", "ab", "a b"]
    events = [plain.created(f"u{place}", 1) for place in range(len(names))]
    for event, name in zip(events, names, strict=True):
        event.data["body"]["id"] = name
    found = []
    for store in (FileStore(tmp_path / "f", evolve=plain.evolve, summarise=plain.row), opened(root, postgres_dsn)):
        write(store, *events)
        with store.reading() as reading:
            found.append([row["id"] for row in reading.rows()])

    assert found[0] == found[1]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE line SET text = replace(text::text, '4f74686572', '6f74686572')::bytea WHERE first = 2",
        "UPDATE document SET body = replace(body, 'Other', 'other')",
        "DELETE FROM document",
        "DELETE FROM line WHERE first = 1",
        "DELETE FROM event WHERE seq = 2",
        "UPDATE head SET seq = 1",
    ],
)
def test_what_was_changed_behind_the_program_is_found(
    root: Path, postgres_server: Server, postgres_schema: str, postgres_dsn: str, change: str
):
    store = opened(root, postgres_dsn)
    write(store, plain.created("a1", 1))
    write(store, plain.edited("a1", title="Other"))
    at_the_server(postgres_server, postgres_schema, change)

    assert not fresh(root, store).verify()["ok"]


def fresh(root: Path, store: PostgresStore) -> PostgresStore:
    """Return the store as another clone of the project opens it, which knows of nothing yet."""
    for path in (root / "local").glob("postgres-*"):
        path.unlink()
    return opened(root, store.address.dsn + f" schema={store.address.schema}")


def test_an_older_state_in_its_place_is_refused(
    root: Path, postgres_server: Server, postgres_schema: str, postgres_dsn: str
):
    write(opened(root, postgres_dsn), plain.created("a1", 1))
    at_the_server(postgres_server, postgres_schema, f"DROP SCHEMA {postgres_schema} CASCADE")
    set_up(postgres_server, postgres_schema)

    with pytest.raises(errors.Damaged) as told, opened(root, postgres_dsn).reading():
        pass
    assert "event 1 was stored" in told.value.why


# -- whose it is


def test_clones_of_a_project_share_a_schema_and_another_project_is_refused(tmp_path: Path, postgres_dsn: str):
    first, other = tmp_path / "one", tmp_path / "two"
    for folder in (first, other):
        repository(folder)
    subprocess.run(["git", "clone", "-q", first, tmp_path / "clone"], check=True)

    write(opened(first / ".milestones", postgres_dsn), plain.created("a1", 1))

    assert write(opened(tmp_path / "clone" / ".milestones", postgres_dsn), plain.created("a2", 2)) == [2]
    for attempt in (lambda store: store.reading(), lambda store: store.transaction(stamp())):
        with pytest.raises(errors.Refused) as told, attempt(opened(other / ".milestones", postgres_dsn)):
            pass
        assert told.value.code == "foreign_schema"


def repository(folder: Path) -> None:
    folder.mkdir()
    (folder / "README").write_text(folder.name)
    who = ("-c", "user.name=ana", "-c", "user.email=ana@example.org")
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", folder.name]):
        subprocess.run(["git", "-C", folder, *words], check=True)


def test_a_copied_folder_without_git_is_the_same_project(root: Path, tmp_path: Path, postgres_dsn: str):
    write(opened(root, postgres_dsn), plain.created("a1", 1))
    shutil.copytree(root, tmp_path / "copy" / ".milestones")

    assert write(opened(tmp_path / "copy" / ".milestones", postgres_dsn), plain.created("a2", 2)) == [2]


def test_several_projects_live_in_one_database(tmp_path: Path, postgres_server: Server, postgres_dsn: str):
    store = opened(tmp_path / "one" / ".milestones", postgres_dsn)
    beside = postgres_dsn + "_beside"
    try:
        set_up(postgres_server, beside.rpartition("=")[2])
        write(store, plain.created("a1", 1))

        with opened(tmp_path / "two" / ".milestones", beside).reading() as reading:
            assert reading.seq == 0
    finally:
        at_the_server(postgres_server, "public", f"DROP SCHEMA IF EXISTS {beside.rpartition('=')[2]} CASCADE")


# -- what roles may


def test_the_owner_makes_the_schema_with_the_first_change(
    root: Path, postgres_server: Server, postgres_schema: str
):
    store = opened(root, address(postgres_server, postgres_schema, user=OWNER))
    with store.reading() as reading:
        assert (reading.seq, list(reading.rows())) == (0, [])

    assert write(store, plain.created("a1", 1)) == [1]

    with store.reading() as reading:
        assert reading.seq == 1


def test_who_may_make_no_schema_is_told_what_the_owner_does(
    root: Path, postgres_server: Server, postgres_schema: str, postgres_dsn: str
):
    store = opened(root, postgres_dsn + "_none")

    with pytest.raises(errors.NotPermitted) as told:
        write(store, plain.created("a1", 1))

    assert told.value.code == "role_lacks_right"
    assert "milestone schema postgresql" in told.value.next[0]


def test_a_schema_one_may_not_look_into_is_not_taken_for_an_empty_store(
    root: Path, postgres_server: Server, postgres_schema: str, postgres_dsn: str
):
    write(opened(root, postgres_dsn), plain.created("a1", 1))
    at_the_server(postgres_server, postgres_schema, f"REVOKE USAGE ON SCHEMA {postgres_schema} FROM milestone_app")

    store = fresh(root, opened(root, postgres_dsn))
    for attempt in (store.reading, lambda: store.transaction(stamp())):
        with pytest.raises(errors.NotPermitted), attempt():
            pass


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE line SET at = ''",
        "DELETE FROM line",
        "UPDATE event SET kind = ''",
        "DELETE FROM event",
        "DELETE FROM head",
        "INSERT INTO head SELECT * FROM head",
        "TRUNCATE document",
        "ALTER TABLE document ADD COLUMN x text",
        "DROP TABLE line",
        "CREATE TABLE more (x text)",
        "CREATE SCHEMA more",
    ],
)
def test_the_role_of_programs_can_change_neither_the_past_nor_the_shape(
    root: Path, postgres_server: Server, postgres_schema: str, postgres_dsn: str, statement: str
):
    write(opened(root, postgres_dsn), plain.created("a1", 1))

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        at_the_server(postgres_server, postgres_schema, statement, "milestone_tester")


def test_setting_up_twice_changes_nothing(
    root: Path, postgres_server: Server, postgres_schema: str, postgres_dsn: str
):
    write(opened(root, postgres_dsn), plain.created("a1", 1))

    set_up(postgres_server, postgres_schema)

    with opened(root, postgres_dsn).reading() as reading:
        assert reading.seq == 1


# -- formats


def test_a_schema_of_a_newer_program_is_read_and_not_written(
    root: Path, postgres_dsn: str, monkeypatch: pytest.MonkeyPatch
):
    write(opened(root, postgres_dsn), plain.created("a1", 1))
    monkeypatch.setattr(schema, "FORMAT", schema.FORMAT - 1)
    store = opened(root, postgres_dsn)

    with store.reading() as reading:
        assert reading.seq == 1
    with pytest.raises(errors.StoreTooNew):
        write(store, plain.created("a2", 2))


def test_a_schema_of_an_older_program_is_refused_to_readers(
    root: Path, postgres_dsn: str, monkeypatch: pytest.MonkeyPatch
):
    write(opened(root, postgres_dsn), plain.created("a1", 1))
    monkeypatch.setattr(schema, "FORMAT", schema.FORMAT + 1)

    with pytest.raises(errors.Refused) as told, opened(root, postgres_dsn).reading():
        pass
    assert told.value.code == "schema_too_old"


def test_the_owner_upgrades_a_schema_and_the_old_one_is_kept_beside_it(
    root: Path, postgres_server: Server, postgres_schema: str, postgres_dsn: str
):
    store = PostgresStore(root, dsn=postgres_dsn, evolve=evolve, summarise=summary.row)
    write(store, plain.created("a1", 1), plain.created("a2", 2))
    with store.reading() as reading:
        before = list(reading.rows())
    as_format_1(postgres_server, postgres_schema)

    with pytest.raises(errors.NotPermitted):
        write(store, plain.edited("a1", title="Other"))
    owner = address(postgres_server, postgres_schema, user=OWNER)
    owners = PostgresStore(root, dsn=owner, evolve=evolve, summarise=summary.row)
    assert write(owners, plain.edited("a1", title="Other")) == [3]
    set_up(postgres_server, postgres_schema)

    assert write(store, plain.edited("a1", title=before[0]["title"])) == [4]
    with store.reading() as reading:
        assert [row["id"] for row in reading.rows()] == [row["id"] for row in before]
    assert store.verify()["ok"], store.verify()
    kept = f"{postgres_schema}_format_1"
    assert at_the_server(postgres_server, kept, "SELECT seq FROM head") == [(2,)]
    at_the_server(postgres_server, "public", f"DROP SCHEMA {kept} CASCADE")


def as_format_1(server: Server, name: str) -> None:
    """Take away what the second migration brought."""
    at_the_server(server, name, "DROP TABLE milestone, linked, totals")
    [row] = at_the_server(server, name, "SELECT seq, hash, epoch, last_number, moved_to, place FROM head")
    at_the_server(server, name, f"UPDATE head SET format = 1, checked = {checksum((*row, 1))}")


# -- what is said


def test_a_server_that_is_not_there_is_named_without_its_password(root: Path):
    store = opened(root, "postgresql://ana:s3cret@127.0.0.1:1/shop?schema=web")

    with pytest.raises(errors.NotReachable) as told, store.transaction(stamp(), timeout=0.2):
        pass

    assert told.value.exit_code == 8
    assert "ana@127.0.0.1:1/shop, schema web" in told.value.message
    assert "s3cret" not in said(told.value)


def test_a_wrong_password_is_not_repeated(root: Path, postgres_server: Server):
    store = opened(root, postgres_server.dsn().replace(postgres_server.password, "s3cret-wrong"))

    with pytest.raises(errors.NotReachable) as told, store.transaction(stamp(), timeout=0.2):
        pass

    assert "password authentication failed" in told.value.why
    assert "s3cret-wrong" not in said(told.value)


@pytest.mark.parametrize(
    "text", ["", "mysql://ana:s3cret@h/x", "postgresql://ana:s3cret@h/x?no=1", "host=h pass=s3cret", "?schema="]
)
def test_an_address_that_cannot_be_read_is_not_repeated(text: str):
    with pytest.raises(errors.InvalidRequest) as told:
        addresses.of(text)

    assert "s3cret" not in said(told.value)


def said(problem: errors.MilestoneError) -> str:
    parts = [problem.message, problem.why, *problem.next, str(problem.facts), repr(problem)]
    return "\n".join([*parts, *(str(cause) for cause in (problem.__cause__, problem.__context__) if cause)])


def test_an_address_is_kept_without_its_password():
    found = addresses.of("postgresql://ana:s3cret@h:5433/shop?schema=web&sslmode=require")

    assert "s3cret" not in repr(found) + found.without_password() + found.shown
    again = addresses.of(found.without_password())
    assert (again.schema, again.shown) == ("web", found.shown)
    assert "sslmode=require" in again.dsn


def test_connections_say_who_they_are_and_do_not_wait_for_ever(root: Path, postgres_dsn: str):
    store = opened(root, postgres_dsn)
    with store.transaction(stamp(), timeout=3.0) as txn:
        asked = "SELECT name, setting FROM pg_settings WHERE name LIKE '%timeout' OR name = 'application_name'"
        found = dict(txn.connection.rows(asked))

    assert found["application_name"] == "milestone"
    assert 2000 < int(found["lock_timeout"]) <= 3000
    assert int(found["statement_timeout"]) == 60_000
    assert int(found["idle_in_transaction_session_timeout"]) == 60_000


def test_what_a_moment_handed_out_is_not_read_from_the_next_ones_connection(root: Path, postgres_dsn: str):
    store = opened(root, postgres_dsn)
    write(store, plain.created("a1", 1))
    with store.reading() as reading:
        rows, events = reading.rows(), reading.events()

    for late in (lambda: list(rows), lambda: list(events)):
        with pytest.raises(RuntimeError, match="moment is over"):
            late()


def test_a_forked_child_takes_none_of_its_parents_connections(root: Path, postgres_dsn: str):
    shared = pool.Pool(addresses.of(postgres_dsn), 1)
    with shared.lease(1.0) as line:
        parents = line.pgconn.backend_pid
    shared._process = -1

    with shared.lease(1.0) as line:
        assert line.pgconn.backend_pid != parents
    shared.close()
