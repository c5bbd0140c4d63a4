"""A PostgreSQL server of the tests' own: made, started, killed and thrown away in a temporary folder."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from milestone.testing import postgres_binaries as binaries

OWNER = "milestone_owner"
DATABASE = "postgres"
LONGEST = 60.0  # seconds until it answers, or is gone
TRIES = 50  # the memory of a killed server is held until its last process noticed
STOPS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}
# Small and without a wait for the disk: most tests are not about what survives a power cut.
PLAIN = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "80",
    "shared_buffers": "16MB",
    "autovacuum": "off",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "fsync": "off",
    "full_page_writes": "off",
    "log_min_messages": "warning",
}


class Server:
    """One server: its folder, port and programs."""

    def __init__(self, folder: Path, *, port: int, programs: Path, password: str) -> None:
        self.folder = folder
        self.port = port
        self.programs = programs
        self.password = password  # of the owner, and of every role the tests make
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def dsn(self, user: str = OWNER, *, port: int | None = None) -> str:
        """Return how to reach it over TCP, through a proxy when its port is given."""
        return f"postgresql://{user}:{self.password}@127.0.0.1:{port or self.port}/{DATABASE}"

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            NoServer: it does not start; `why` is what it said.
        """
        for left in reversed(range(TRIES)):
            arguments = ("-D", self.data, "-p", str(self.port), "-k", self.folder)
            process = binaries.start(self.programs / "postgres", *arguments, folder=self.folder, said=self.log)
            self._process = process
            if self._answers(process):
                return
            if left:
                time.sleep(0.1)
        raise binaries.NoServer("The PostgreSQL server does not start.", why=binaries.tail(self.log))

    def stop(self, mode: str = "immediate") -> None:
        """Stop it (`fast`, or `immediate`, which is a crash it recovers from); nothing when it does not run."""
        self._signal(STOPS[mode])

    def kill(self) -> None:
        """Kill its first process as nobody can catch; the others notice and go."""
        self._signal(signal.SIGKILL)

    def set(self, **settings: str) -> None:
        """Write settings that count from the next start."""
        with open(self.data / "postgresql.auto.conf", "a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def remove(self) -> None:
        """Stop it and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def replica(self, **settings: str) -> "Server":
        """Return a standby that follows this server, not started yet."""
        standby = Server(_folder(), port=free_port(), programs=self.programs, password=self.password)
        source = f"host={self.folder} port={self.port} user={OWNER}"
        options = ("--write-recovery-conf", "--checkpoint=fast", "--no-sync")
        program = self.programs / "pg_basebackup"
        binaries.run(program, "-d", source, "-D", str(standby.data), *options, folder=standby.folder)
        standby.set(**settings)
        return standby

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait until the server is ready; False when it ended instead."""
        until = time.monotonic() + LONGEST
        while process.poll() is None and time.monotonic() < until:
            if self._state() == (str(process.pid), "ready"):
                return True
            time.sleep(0.01)
        return False

    def _state(self) -> tuple[str, str]:
        """Return whose process the server is and what it does, as it says itself."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return "", ""
        return (lines[0], lines[7].strip()) if len(lines) > 7 else ("", "")

    def _signal(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(number)
            process.wait(LONGEST)  # nobody else takes it off the list of processes


def make(**settings: str) -> Server:
    """Return a new server, not started yet; `settings` go over the plain ones (`fsync="on"`)."""
    folder = _folder()
    programs = binaries.within_reach(binaries.find(), folder)
    server = Server(folder, port=free_port(), programs=programs, password=secrets.token_hex(12))
    password = folder / "password"
    password.write_text(server.password)
    password.chmod(0o644)  # in a folder that only its user may enter
    _initdb(server, password)
    server.set(**{**PLAIN, **settings})
    return server


def _initdb(server: Server, password: Path) -> None:
    arguments = ("-D", server.data, "-U", OWNER, "--pwfile", password, "-E", "UTF8", "--no-sync")
    guarded = ("--auth-local=trust", "--auth-host=scram-sha-256")  # the socket's folder is its user's alone
    program = server.programs / "initdb"
    try:  # words in the order of a dictionary, as on most servers: what needs another order must ask for it
        words = ("--locale=C", "--locale-provider=icu", "--icu-locale=en-US")
        binaries.run(program, *arguments, *guarded, *words, folder=server.folder)
    except binaries.NoServer:
        binaries.run(program, *arguments, *guarded, "--locale=C", folder=server.folder)


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _folder() -> Path:
    """Return a folder of the server's user; short, because the name of a socket may have 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="milestone-pg-", dir="/tmp"))
    owner = binaries.user()
    if owner:
        entry = pwd.getpwnam(owner)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    return folder
