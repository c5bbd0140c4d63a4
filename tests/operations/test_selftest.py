"""The load simulator: it finds nothing in our stores, and everything that is put there to be found."""

import os

import psycopg
import pytest

from milestone import errors
from milestone.operations import selftest
from milestone.operations.selftest_work import Act
from milestone.testing.builders import a_body, a_task
from milestone.testing.workspaces import a_workspace

ENVIRON = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}


@pytest.mark.parametrize("backend", ["file", "hybrid", "sqlite"])
def test_several_processes_lose_and_double_nothing(backend):
    load = selftest.Load(milestones=30, operations=24, processes=2, backend=backend)

    tested = selftest.run(load, environ=ENVIRON)

    assert tested.broken == ()
    assert len([act for act in tested.acts if act.kind != "again"]) == 24
    assert tested.events >= 30
    assert tested.backend == backend


def test_a_server_is_loaded_in_a_schema_that_goes_afterwards(postgres_server):
    load = selftest.Load(milestones=20, operations=16, processes=2, backend="postgres")

    tested = selftest.run(load, environ={**ENVIRON, "MILESTONE_DSN": postgres_server.dsn()})
    assert (tested.broken, tested.backend) == ((), "postgres")
    with psycopg.connect(postgres_server.dsn()) as connection:
        left = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'milestone_selftest%'")
        assert left.fetchall() == []


@pytest.mark.parametrize(
    "load", [{"milestones": 0}, {"operations": -1}, {"processes": 999}, {"backend": "postgres"}]
)
def test_what_makes_no_sense_is_refused(load):
    with pytest.raises(errors.InvalidRequest):
        selftest.run(selftest.Load(**load), environ=ENVIRON)


class Seeded:
    """A reading in which something went wrong."""

    def __init__(self, reading, *, events=None, change=lambda document: document):
        self._reading = reading
        self._events = events if events is not None else list(reading.events())
        self._change = change

    def events(self):
        return iter(self._events)

    def load(self, kind, uid):
        return self._change(self._reading.load(kind, uid))

    def rows(self):
        return self._reading.rows()


@pytest.fixture
def reading(tmp_path):
    body = a_body("milestone-001", tasks=[a_task()])
    with a_workspace(tmp_path, body, a_body("milestone-002")).reading() as reading:
        yield reading


def found(reading, acts=(), milestones=2):
    return list(selftest.broken_promises(reading, milestones, acts))


def test_a_sound_store_keeps_every_promise(reading):
    assert found(reading) == []


def test_a_lost_write_is_found(reading):
    assert found(reading, [Act("update", 0.1, "load-1-1", events=1)]) == [
        "load-1-1: lost, 1 events were acknowledged and 0 are there"
    ]


def test_a_doubled_write_and_one_of_a_refusal_are_found(reading):
    first, last = list(reading.events())
    keyed = [type(each)(**{**_fields(each), "operation": "load-1-1"}) for each in (first, last)]

    assert "doubled" in found(Seeded(reading, events=keyed), [Act("update", 0.1, "load-1-1", events=1)])[0]
    assert "doubled" in found(Seeded(reading, events=keyed), [Act("done", 0.1, "load-1-1", refused="unmet")])[0]


def test_a_skipped_event_a_changed_record_and_a_missing_one_are_found(reading):
    first, last = list(reading.events())
    changed = Seeded(reading, change=lambda document: type(document)(**{**_fields(document), "revision": 9}))

    assert found(Seeded(reading, events=[last]))[0] == "event 2 follows event 0"
    assert "milestone-001 is not what its events say" in found(changed)
    assert found(reading, milestones=3) == ["3 milestones were made, 2 are there"]
    assert found(reading, [Act("read", 0.1, wrong="seq fell from 4 to 3")]) == ["seq fell from 4 to 3"]
    assert first.seq == 1


def _fields(struct):
    return {name: getattr(struct, name) for name in struct.__struct_fields__}
