"""One server for all processes of a test session, stopped when the last of them is gone, however it went.

Each process holds a lock on a file of the session; the kernel lets go of it with the process. The keeper, a
process of its own, waits for that lock: when it gets it, nobody is left.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from milestone.testing import postgres
from milestone.testing.postgres import Server
from milestone.testing.postgres_binaries import NoServer


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where the shared server is, as the keeper tells it."""

    folder: str
    port: int
    password: str
    programs: str
    problem: str = ""


@contextmanager
def shared(session: Path) -> Iterator[Server]:
    """Return the running server of a test session, whose folder all its processes know.

    Raises:
        NoServer: there is none on this machine, or it does not start.
    """
    with open(session / "postgres-users", "a") as users, open(session / "postgres-turn", "a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        address = _known(session / "postgres") or _kept(session)
        fcntl.flock(turn, fcntl.LOCK_UN)
        yield Server(
            Path(address.folder), port=address.port, programs=Path(address.programs), password=address.password
        )


def _known(path: Path) -> Address | None:
    try:
        address = msgspec.json.decode(path.read_bytes(), type=Address)
    except (OSError, msgspec.DecodeError):
        return None
    return address if (Path(address.folder) / "data" / "postmaster.pid").exists() else None


def _kept(session: Path) -> Address:
    """Start the keeper and return what it says first."""
    keeper = subprocess.Popen(
        [sys.executable, "-m", __name__, str(session)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert keeper.stdout is not None
    said = keeper.stdout.readline()
    keeper.stdout.close()
    keeper.returncode = 0  # it outlives us; nobody waits for it
    address = msgspec.json.decode(said, type=Address)
    if address.problem:
        raise NoServer(address.problem)
    return address


def keep(session: Path) -> None:
    """Run the server until no process of the session is left, then remove it."""
    server = None
    try:
        server = postgres.make()
        server.start()
        _tell(session, server)
        with open(session / "postgres-users", "a") as users:
            fcntl.flock(users, fcntl.LOCK_EX)
    except NoServer as problem:
        said = Address(folder="", port=0, password="", programs="", problem=f"{problem.message} {problem.why}")
        os.write(1, msgspec.json.encode(said) + b"\n")
    finally:
        if server is not None:
            server.remove()


def _tell(session: Path, server: Server) -> None:
    address = Address(
        folder=str(server.folder), port=server.port, password=server.password, programs=str(server.programs)
    )
    said = msgspec.json.encode(address)
    (session / "postgres").write_bytes(said)
    os.write(1, said + b"\n")


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
