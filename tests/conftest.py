"""What every test stands on."""

import tracemalloc

from milestone.testing.postgres_fixtures import postgres_dsn as postgres_dsn
from milestone.testing.postgres_fixtures import postgres_schema as postgres_schema
from milestone.testing.postgres_fixtures import postgres_server as postgres_server

# pytest asks this module where a lost object came from, from inside the garbage collector: were it first imported
# there, a collection during that import would end in an error of its own, and fail a test that has nothing to do
# with it.
assert tracemalloc.get_object_traceback
