"""The doctor's repair of a server's tables: from its own log, else from backups, as far as the role may go."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from milestone import errors
from milestone.domain import summary
from milestone.domain.evolve import evolve
from milestone.storage import repairing_postgres as repairing
from milestone.storage.encryption import Box
from milestone.storage.postgres import PostgresStore
from milestone.storage.vault import Vault
from milestone.testing import plain
from milestone.testing.postgres import OWNER, Server
from milestone.testing.postgres_fixtures import address, set_up
from milestone.testing.store_contract import write
from milestone.testing.typed import Typed

LINKS = {"requires": ["milestone-001"]}
SEALING = Vault(lambda: Box([bytes(range(32))]), seals=True)


class Place:
    """One store of a few records on a server, what it says when it is well, and a backup of its log."""

    def __init__(self, folder: Path, server: Server, schema: str, vault: Vault | None) -> None:
        set_up(server, schema)
        self.root, self.server, self.schema, self.vault = folder / ".milestones", server, schema, vault
        store = self.opened()
        for number in range(1, 6):
            write(store, plain.created(f"a{number}", number, title=f"Title {number}", dependencies=LINKS))
        write(store, plain.edited("a3", title="Other"), plain.edited("a2", title="Another"))
        with store.reading() as reading:
            self.lines = list(reading.lines())
        self.state = self.said()

    def opened(self, user: str = "") -> PostgresStore:
        named = {"user": user} if user else {}
        dsn = address(self.server, self.schema, **named)
        return PostgresStore(self.root, dsn=dsn, evolve=evolve, summarise=summary.row, vault=self.vault)

    def said(self) -> object:
        with self.opened().reading() as reading:
            rows = [dict(row) for row in reading.rows()]
            return rows, list(reading.lines()), reading.epoch, [d.body for d in reading.find("milestone")]

    def harm(self, *statements: str) -> None:
        with psycopg.connect(self.server.dsn(OWNER), autocommit=True) as connection:
            connection.execute(f"SET search_path TO {self.schema}")
            for statement in statements:
                connection.execute(statement)

    def repair(self, user: str = "", backup: bool = True) -> str:
        others = [("the backup b1", self.lines)] if backup else []
        return " ".join(repairing.repair(self.opened(user), timeout=2.0, others=others))


@pytest.fixture(params=["in the clear", "sealed"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_server: Server, postgres_schema: str
) -> Iterator[Place]:
    yield Place(tmp_path, postgres_server, postgres_schema, SEALING if request.param == "sealed" else None)


FOLLOWS = {
    "a record changed": "UPDATE document SET revision = 7 WHERE uid = 'a3'",
    "a body changed": "UPDATE document SET body = left(body, 9) WHERE uid = 'a3'",
    "records gone": "DELETE FROM document",
    "a record too many": "INSERT INTO document SELECT kind, 'zz', revision, archived, away, deleted, place, id,"
    " state, about, tasks, listed, body, proven, whole FROM document WHERE uid = 'a1'",
    "what is asked gone": "DELETE FROM milestone",
    "a title asked for changed": "UPDATE milestone SET said = 'x'",
    "links changed": "UPDATE linked SET about = '{}'",
    "sums changed": "UPDATE totals SET recorded = '{}'",
    "the head changed": "UPDATE head SET seq = 3",
    "the head's epoch changed": "UPDATE head SET epoch = 'x'",
    "a line gone": "DELETE FROM line WHERE first = 2",
    "lines gone at the end": "DELETE FROM line WHERE first > 3",
    "an event gone": "DELETE FROM event WHERE seq = 2",
}


@pytest.mark.parametrize("harm", FOLLOWS)
def test_the_role_of_programs_makes_whole_what_follows_from_the_log(place: Place, harm: str):
    place.harm(FOLLOWS[harm])
    assert not place.opened().verify()["ok"]

    told = place.repair()
    assert place.opened().verify()["ok"]
    rows, lines, _, bodies = place.said()
    assert (rows, lines, bodies) == (place.state[0], place.state[1], place.state[3])
    assert "It is whole again, up to event 7: nothing is lost." in told
    assert ("the backup b1" in told) == ("line" in harm)
    assert (place.root / "database/damaged/1/document.jsonl").exists()
    assert place.repair() == ""
    write(place.opened(), plain.created("a9", 9))
    assert place.opened().verify()["ok"]


TAKEN_BACK = {
    "a line changed": "UPDATE line SET text = 'nothing' WHERE first = 2",
    "a line's columns changed": "UPDATE line SET at = 'x' WHERE first = 2",
    "two lines exchanged": "UPDATE line SET text = (SELECT text FROM line WHERE first = 3) WHERE first = 2",
    "an event changed": "UPDATE event SET kind = 'x' WHERE seq = 2",
    "the head gone": "DELETE FROM head",
    "the sums gone": "DELETE FROM totals",
    "everything gone": "DROP TABLE head, line, event, document, milestone, linked, totals",
}


@pytest.mark.parametrize("harm", TAKEN_BACK)
def test_what_is_wrong_in_the_log_only_the_owner_takes_back(place: Place, harm: str):
    place.harm(TAKEN_BACK[harm])
    with pytest.raises(errors.NotPermitted) as refused:
        place.repair()
    assert refused.value.code == "role_lacks_right"

    told = place.repair(OWNER)
    assert place.opened(OWNER).verify()["ok"]
    assert "nothing is lost" in told
    assert len(list((place.root / "database/damaged").iterdir())) == 1
    set_up(
        place.server, place.schema
    )  # what the owner runs after an upgrade, too: tables that are new have no rights
    assert place.said()[0] == place.state[0]


def test_without_a_backup_the_log_goes_as_far_as_it_can_be_read(place: Place):
    place.harm("DELETE FROM line WHERE first = 4")

    with pytest.raises(errors.NotPermitted):
        place.repair(backup=False)  # what comes after the gap has to go
    told = place.repair(OWNER, backup=False)
    assert "It goes up to event 3; whether more came after nobody knows. A new epoch begins." in told
    with place.opened().reading() as reading:
        assert reading.seq == 3
        assert reading.epoch != place.state[2]


def test_an_older_state_that_took_its_place_is_brought_up_from_a_backup(place: Place):
    place.harm("DELETE FROM line WHERE first > 3", "DELETE FROM event WHERE seq > 3", "DELETE FROM head")

    place.repair(OWNER)
    assert place.said()[0] == place.state[0]


def test_one_repairs_at_a_time(place: Place):
    place.harm("DELETE FROM milestone")
    with psycopg.connect(place.server.dsn(OWNER)) as connection:
        connection.execute(repairing.ALONE.replace("?", "%s"), (place.schema,))
        with pytest.raises(errors.Busy):
            place.repair()
    assert place.repair()


def test_another_projects_store_is_left_alone(place: Place, tmp_path: Path):
    place.harm("DELETE FROM milestone")
    place.root = tmp_path / "other" / ".milestones"
    shutil.rmtree(place.root, ignore_errors=True)

    with pytest.raises(errors.Refused) as refused:
        place.repair(OWNER)
    assert refused.value.code == "foreign_schema"


def test_the_doctor_repairs_a_server_from_the_command_line(
    tmp_path: Path, postgres_server: Server, postgres_schema: str
):
    set_up(postgres_server, postgres_schema)
    typed = Typed(tmp_path, environ={"MILESTONE_DSN": address(postgres_server, postgres_schema)})
    typed.does("init", "--backend", "postgres")
    typed.does("plan", "Write the user guide")
    typed.does("backup", "create")
    with psycopg.connect(postgres_server.dsn(OWNER), autocommit=True) as connection:
        connection.execute(f"UPDATE {postgres_schema}.line SET text = 'x' WHERE first = 1")
        connection.execute(f"DELETE FROM {postgres_schema}.milestone")

    assert "milestone doctor --repair" in typed.does("doctor", code=9).out
    refused = typed.does("doctor", "--repair", "--json", code=7).error
    assert "1 rows of the table line have to go" in refused["why"]
    typed.environ["MILESTONE_DSN"] = address(postgres_server, postgres_schema, user=OWNER)
    told = " ".join(typed.does("doctor", "--repair").out.split())
    assert "came from the backup" in told
    assert "nothing is lost" in told
    typed.environ["MILESTONE_DSN"] = address(postgres_server, postgres_schema)
    assert typed.does("log", "--verify", "--json").data["ok"]
    assert "store.repaired" in typed.does("log", "--json").out
    assert "Write the user guide" in typed.does("list").out
