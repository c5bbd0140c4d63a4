"""A database, or an index, answers questions itself, and says exactly what a look at every row says."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milestone.domain import summary
from milestone.domain.document import Body
from milestone.domain.evolve import evolve
from milestone.domain.questions import HAS, ORDERS, Question
from milestone.domain.rows import Listed, Rows
from milestone.reports import listing, status
from milestone.reports import next as upcoming
from milestone.reports.proven import ProvenRows
from milestone.storage.hybrid import HybridStore
from milestone.storage.memory import MemoryStore
from milestone.storage.postgres import PostgresStore
from milestone.storage.sql.store import SqlStore
from milestone.storage.sqlite import SqliteStore
from milestone.testing import plain, plans
from milestone.testing.postgres import Server
from milestone.testing.postgres_fixtures import address, empty, set_up
from milestone.testing.store_contract import write

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KINDS = ["milestone.archived", "milestone.deleted", "document.removed"]
SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
Plan = tuple[list[Body], list[str | None]]
LATE = {"able"}  # a database looks closer than rows do
WANTED = [
    listing.Wanted(),
    listing.Wanted(words=("lo",), archived=True),
    listing.Wanted(words=("straße",)),
    listing.Wanted(words=("100 %",)),
    listing.Wanted(words=("a_b",)),
    listing.Wanted(statuses=("planned", "archived")),
    listing.Wanted(priorities=("high",), categories=("OPS",)),
    listing.Wanted(labels=("blue",), assignees=("bo",)),
    listing.Wanted(labels=("5",)),
    listing.Wanted(unassigned=True, archived=True),
    listing.Wanted(mine=lambda who: who == "ana"),
    listing.Wanted(ready=True),
    listing.Wanted(blocked=True),
    listing.Wanted(due_before="2026-11-20"),
]


class Both:
    """The same events in memory and in a database."""

    opened: Callable[[Path], SqlStore]

    def __init__(self, plan: Plan) -> None:
        self.folder = TemporaryDirectory()
        self.model = MemoryStore(evolve=evolve, summarise=summary.row)
        self.store = self.opened(Path(self.folder.name) / ".milestones")
        events = [plans.created(body) for body in plan[0]]
        events += [plain.marked(kind, str(body["uid"])) for body, kind in zip(*plan, strict=False) if kind]
        for store in (self.model, self.store):
            write(store, *events)  # type: ignore[arg-type]  # the model's numbers are computed

    def __enter__(self) -> tuple[Rows, Rows]:
        self.reading = self.store.reading()
        rows = self.reading.__enter__().rows()
        with self.model.reading() as model:
            return Listed(list(model.rows())), rows

    def __exit__(self, *_: object) -> None:
        self.reading.__exit__(None, None, None)
        self.store.close()
        self.folder.cleanup()


def in_sqlite(root: Path) -> SqlStore:
    return SqliteStore(root, evolve=evolve, summarise=summary.row)


def in_an_index(root: Path) -> HybridStore:
    return HybridStore(root, evolve=evolve, summarise=summary.row)


@pytest.fixture(autouse=True, params=["hybrid", "sqlite", "postgres"])
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the index and both databases the same."""
    opened: Any = {"hybrid": in_an_index, "sqlite": in_sqlite}.get(request.param)
    opened = opened or in_postgres(request.getfixturevalue("postgres_server"))
    monkeypatch.setattr(Both, "opened", staticmethod(opened), raising=False)


def in_postgres(server: Server) -> Callable[[Path], SqlStore]:
    name = f"questions_{secrets.token_hex(4)}"
    set_up(server, name)

    def opened(root: Path) -> SqlStore:
        empty(server, name)
        return PostgresStore(root, dsn=address(server, name), evolve=evolve, summarise=summary.row)

    return opened


# A plan, of whose milestones some are archived, deleted or away.
PLANS = st.tuples(plans.bodies(), st.lists(st.sampled_from([None, None, None, *KINDS]), min_size=8, max_size=8))


def seen(rows: Rows, current: str | None, start: int, limit: int | None) -> dict[str, Any]:
    moment = status.Moment(rows=rows, now=NOW, project=status.Project(name="p"), current=current)
    return status.view(moment, limit, start)


@pytest.mark.parametrize("strict", [False, True])
@QUICK
@given(plan=PLANS, current=st.sampled_from([None, "milestone-001", "milestone-003"]), start=st.integers(0, 3))
def test_a_status_says_the_same(strict: bool, plan: Plan, current: str | None, start: int):
    with Both(plan) as (wanted, found):
        if strict:
            wanted, found = ProvenRows(wanted), ProvenRows(found)
        for limit in (0, 2, None):
            assert seen(found, current, start, limit) == seen(wanted, current, start, limit)


@QUICK
@given(plan=PLANS, current=st.sampled_from([None, "milestone-002"]))
def test_what_is_next_is_the_same(plan: Plan, current: str | None):
    with Both(plan) as (wanted, found):
        for only in (None, "milestone-001"):
            given = {"current": current, "milestone": only}
            assert upcoming.view(found, **given) == upcoming.view(wanted, **given)


@QUICK
@given(plan=PLANS, order=st.sampled_from(["", "due", "-priority", "title"]))
def test_lists_are_the_same(plan: Plan, order: str):
    with Both(plan) as (wanted, found):
        for asked in WANTED:
            for make in (listing.milestones, listing.tasks):
                assert make(found, asked, order, 1, 3) == make(wanted, asked, order, 1, 3), asked


@QUICK
@given(plan=PLANS)
def test_every_question_has_one_answer(plan: Plan):
    with Both(plan) as (wanted, found):
        assert found.totals().sums() == wanted.totals().sums()
        assert found.totals_proven().sums() == wanted.totals_proven().sums()
        for each in HAS.keys() - LATE:
            for question in (Question(has=(each,)), Question(lacks=(each,)), Question(has=("due", each))):
                assert list(found.select(question)) == list(wanted.select(question)), question
                assert found.count(question) == wanted.count(question)
        for order in ORDERS:
            asked = Question(order=order, has=("started",) if order == "started" else ("due",))
            assert list(found.select(asked)) == list(wanted.select(asked)), order
        assert len(found) == len(wanted)


@QUICK
@given(plan=PLANS)
def test_what_is_kept_for_questions_verifies(plan: Plan):
    both = Both(plan)
    with both:
        assert both.store.verify()["ok"], both.store.verify()
