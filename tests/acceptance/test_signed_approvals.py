"""Approvals signed by a person's own key: made at a terminal only, counted in every clone by the record alone."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from milestone.testing.typed import Typed

PASS = "correct horse battery"
RECORD = """\
id: milestone-001
uid: 01900000000070008000000000000001
title: Sign in
status: in_progress
kiro_configuration:
  approval_gates:
    design_to_spec: {approvers: [ben]}
tasks:
  - id: task-001
    title: Build the sign-in
    status: pending
    kiro_workflow:
      enabled: true
      phases:
        design: {status: pending, approval_required: true}
        execute: {status: pending, approval_required: false}
"""
DESIGN = ".milestones/deliverables/milestone-001/task-001/design/architecture.md"
APPROVE = ("review", "m1", "t1", "--phase", "design", "--approve")


@pytest.fixture
def ben(tmp_path: Path) -> Iterator[Typed]:
    """Ben, in a project that asks for signatures, with a design of Ana's handed in."""
    (tmp_path / "project").mkdir()
    (tmp_path / "home").mkdir()
    typed = Typed(tmp_path / "project", "ben", {"HOME": str(tmp_path / "home")})
    typed.does("init")
    typed.write(".milestones/active/milestone-001.yaml", RECORD)
    typed.write(".milestones/config/milestone-config.yaml", "approvals: {proof: signed}\n")
    ana = typed.as_("ana")
    ana.does("task", "start", "m1/t1")
    ana.write(DESIGN, "One table of people.")
    ana.does("task", "done", "m1/t1")
    yield typed


def at_a_terminal(typed: Typed, *words: str, answers: tuple[str, ...] = ()) -> str:
    """Type a command at a terminal and answer each question; return what the screen shows."""
    child = pexpect.spawn(
        typed.program[0],
        [*typed.program[1:], *words],
        cwd=str(typed.folder),
        env={**typed.environ, "TERM": "dumb", "CI": "", "COLUMNS": "100"},
        timeout=60,
        encoding="utf-8",
        dimensions=(40, 200),
    )
    for answer in answers:
        child.expect(r"(?i)(passphrase|once more)[^:]*: ")
        child.waitnoecho()
        child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    return str(child.before)


def list_key(typed: Typed, line: str) -> None:
    typed.write(
        ".milestones/config/team.yaml", f"people:\n  - handle: ana\n  - handle: ben\n    keys: ['{line}']\n"
    )


def a_key(typed: Typed) -> None:
    said = at_a_terminal(typed, "config", "new-key", "--mine", answers=(PASS, PASS))
    line = next(part for part in said.split('"') if part.startswith("ssh-ed25519 "))
    list_key(typed, line)


def gate(typed: Typed) -> dict[str, object]:
    (item,) = typed.does("review", "m1", "t1", "--phase", "design", "--json").data
    return dict(item)


def clone_of(typed: Typed) -> Typed:
    """Return somebody with the committed files only: no log, no seals, no keys of ours."""
    typed.repository("Ben")
    folder = typed.folder.parent / "clone"
    subprocess.run(["git", "clone", "-q", str(typed.folder), str(folder)], check=True)
    return Typed(folder, "cy", {"HOME": typed.environ["HOME"]})


def test_a_signed_approval_opens_the_gate_here_and_in_a_fresh_clone(ben: Typed) -> None:
    a_key(ben)

    said = at_a_terminal(ben, *APPROVE, answers=(PASS,))

    assert "approved by ben (signed)" in said
    assert gate(ben)["open"] is True
    other = clone_of(ben)
    assert gate(other)["open"] is True
    assert gate(other)["proof"] == {"ben": "signed"}
    other.does("task", "done", "m1/t1")


def test_with_a_protected_ssh_key_ssh_keygen_asks(ben: Typed) -> None:
    place = Path(ben.environ["HOME"]) / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", PASS, "-f", str(place)], check=True)
    list_key(ben, place.with_suffix(".pub").read_text().strip())
    ben.does("config", "set", "approvals.key", str(place), "--user")

    assert "approved by ben (signed)" in at_a_terminal(ben, *APPROVE, answers=(PASS,))
    assert gate(clone_of(ben))["open"] is True


def test_an_ssh_key_without_a_passphrase_is_refused(ben: Typed) -> None:
    place = Path(ben.environ["HOME"]) / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(place)], check=True)
    list_key(ben, place.with_suffix(".pub").read_text().strip())
    ben.does("config", "set", "approvals.key", str(place), "--user")

    assert "no passphrase" in at_a_terminal(ben, *APPROVE)
    assert gate(ben)["open"] is False


def test_a_wrong_passphrase_and_a_pipe_open_nothing(ben: Typed) -> None:
    a_key(ben)

    assert "does not open it" in at_a_terminal(ben, *APPROVE, answers=("wrong horse",))
    piped = subprocess.run(
        [*ben.program, *APPROVE, "--json"],
        cwd=ben.folder, env=ben.environ, input=f"{PASS}\n", capture_output=True, text=True, timeout=60,
        check=False, start_new_session=True,
    )  # fmt: skip

    assert piped.returncode == 6, piped.stdout + piped.stderr
    assert "needs_a_terminal" in piped.stdout
    assert gate(ben)["open"] is False


def test_a_key_taken_out_of_the_team_closes_the_gate_again(ben: Typed) -> None:
    a_key(ben)
    at_a_terminal(ben, *APPROVE, answers=(PASS,))

    ben.write(".milestones/config/team.yaml", "people:\n  - handle: ana\n  - handle: ben\n")

    assert gate(ben)["open"] is False
    assert "key" in str(gate(ben)["uncounted"])
