"""Who still lives: the question a take-over begins with."""

import os
import socket
import subprocess
import sys

from milestone.agents.executors import supervise
from milestone.engine import processes


def named(child: subprocess.Popen) -> dict:
    return {"pid": child.pid, "process": supervise.start_time(child.pid), "host": socket.gethostname()}


def test_a_killed_process_is_dead_before_its_parent_has_looked():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = named(child)
    assert processes.lives(owner)

    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it is dead, and nobody has taken its exit code

    assert not processes.lives(owner)
    child.communicate()
    assert not processes.lives(owner)


def test_a_pid_that_was_given_again_is_another_process():
    assert not processes.lives({**processes.mine(), "process": "1"})


def test_nobody_knows_of_a_process_on_another_host():
    assert not processes.lives({**processes.mine(), "host": "elsewhere.example"})
