"""A run goes on when the database it is recorded in was away for a while."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from milestone import errors
from milestone.engine.ledger import look
from milestone.testing import postgres
from milestone.testing.postgres_fixtures import address, set_up

TASKS = 6
PLAN = "title: Ship it\ntasks:\n" + "".join(
    f"  - {{id: t{n}, title: T{n}, run: 'sleep 1; echo {n} > {n}.txt', verify: 'test -f {n}.txt'}}\n"
    for n in range(TASKS)
)


class Away:
    """A store that goes away so often while it is read."""

    def __init__(self, times: int) -> None:
        self.left = times

    @contextmanager
    def reading(self):
        yield self

    def asked(self) -> str:
        self.left -= 1
        if self.left >= 0:
            raise errors.NotReachable("It does not answer.")
        return "answer"


def test_a_store_that_went_away_while_it_was_read_is_asked_anew():
    assert look(Away(3), lambda reading: reading.asked()) == "answer"
    with pytest.raises(errors.NotReachable):
        look(Away(1000), lambda reading: reading.asked())


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-c", "user.name=ana", "-c", "user.email=a@b.c", *words], cwd=folder, check=True)


@pytest.mark.slow
def test_a_run_goes_on_when_the_server_was_killed_under_it(tmp_path: Path):
    server = postgres.make(fsync="on")
    server.start()
    set_up(server, "milestone")
    environ = {**os.environ, "MILESTONE_DSN": address(server, "milestone"), "CI": "1"}

    def milestone(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "milestone", *words]
        return subprocess.run(command, cwd=tmp_path, env=environ, text=True, capture_output=True, timeout=200)

    try:
        git(tmp_path, "init", "-q")
        git(tmp_path, "commit", "-q", "--allow-empty", "-m", "first")
        (tmp_path / "plan.yaml").write_text(PLAN)
        for words in (["init"], ["migrate", "--to", "postgres"], ["plan", "--from", "plan.yaml"]):
            done = milestone(*words)
            assert done.returncode == 0, done.stderr
        command = [sys.executable, "-m", "milestone", "execute", "m1", "--agents", "2", "--trust-commands"]
        with open(tmp_path / "said", "w") as said:
            run = subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=said, stderr=subprocess.STDOUT)
        for _ in range(2):
            time.sleep(3)  # somewhere in the middle of its work
            server.kill()
            server.start()

        assert run.wait(200) == 0, (tmp_path / "said").read_text()
        status = milestone("status", "m1").stdout
        assert f"{TASKS} of {TASKS} tasks" in status, status
        assert milestone("log", "--verify").returncode == 0
    finally:
        server.remove()
