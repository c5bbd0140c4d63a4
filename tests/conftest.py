"""What every test stands on."""

import tracemalloc

import pytest

from milestone.testing.postgres_fixtures import postgres_dsn as postgres_dsn
from milestone.testing.postgres_fixtures import postgres_schema as postgres_schema
from milestone.testing.postgres_fixtures import postgres_server as postgres_server
from milestone.workspace import trusted

# pytest asks this module where a lost object came from, from inside the garbage collector: were it first imported
# there, a collection during that import would end in an error of its own, and fail a test that has nothing to do
# with it.
assert tracemalloc.get_object_traceback


@pytest.fixture(autouse=True)
def own_key(monkeypatch, tmp_path_factory):
    """Let no test write into the settings of whoever runs it."""
    monkeypatch.setattr(trusted, "KEY", str(tmp_path_factory.getbasetemp() / "trust.key"))
