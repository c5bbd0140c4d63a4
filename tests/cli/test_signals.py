"""Ctrl-C, SIGTERM and closed pipes, as a shell sees them."""

import os
import signal
import subprocess
import sys

import pytest

from cli.worlds import a_project


@pytest.fixture
def following(elsewhere):
    """A `log --follow` that has printed its first line."""
    a_project(elsewhere)
    process = subprocess.Popen(
        [sys.executable, "-m", "milestone", "log", "--follow", "--json"],
        cwd=elsewhere, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first.startswith('{"seq":1'), first
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_with_its_code_and_no_traceback(number, code, following):
    following.send_signal(number)

    _, err = following.communicate(timeout=30)

    assert following.returncode == code
    assert "Traceback" not in err


def test_following_prints_what_happens(following, elsewhere):
    done = subprocess.run(
        [sys.executable, "-m", "milestone", "task", "note", "m1/4", "bucket"], cwd=elsewhere, capture_output=True
    )
    lines = [following.stdout.readline() for _ in range(3)]

    assert done.returncode == 0
    assert '"kind":"task.noted"' in lines[-1]


def test_a_closed_pipe_is_no_error(elsewhere):
    a_project(elsewhere)
    line = f"{sys.executable} -m milestone list --tasks --limit 0 | true; exit ${{PIPESTATUS[0]}}"

    done = subprocess.run(["bash", "-c", line], cwd=elsewhere, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_is_not_utf8_gets_plain_characters(encoding, elsewhere):
    a_project(elsewhere)
    environ = os.environ | {"PYTHONIOENCODING": encoding, "COLUMNS": "80"}

    done = subprocess.run(
        [sys.executable, "-m", "milestone", "show", "m2"],
        cwd=elsewhere,
        env=environ,
        capture_output=True,
        timeout=60,
    )

    assert done.returncode == 0
    assert b"\\u65e5" in done.stdout


def test_a_folder_that_was_removed_is_named(elsewhere):
    gone = elsewhere / "gone"
    gone.mkdir()
    line = f"rmdir {gone}; {sys.executable} -m milestone list"

    done = subprocess.run(["bash", "-c", line], cwd=gone, capture_output=True, text=True, timeout=60)

    assert done.returncode == 3
    assert done.stdout == ""
