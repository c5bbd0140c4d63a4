"""Names that records keep for ever. Apart from `ids`: to import hashing costs a look at the project 2 ms."""

import os
from datetime import datetime

from milestone import digests


def new_uid(now: datetime) -> str:
    """Return a random uid of 32 hex digits that sorts by time (48 bits of milliseconds, 80 random)."""
    return f"{int(now.timestamp() * 1000) & (1 << 48) - 1:012x}{os.urandom(10).hex()}"


def uid_from_name(name: str) -> str:
    """Return the uid that every clone derives for a hand-made file of that name."""
    return digests.sha256(b"milestone file\0" + name.encode())[:32]
