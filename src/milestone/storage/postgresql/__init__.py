"""What the PostgreSQL store is made of: address, connections, what becomes of a lost answer, replicas, roles."""

import sys

if sys.modules.get("typing_extensions", sys) is None:  # hidden for a fast start (`__main__`); psycopg needs it
    del sys.modules["typing_extensions"]
