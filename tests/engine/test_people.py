"""At a terminal people's tasks are offered one by one, and the merge at the end."""

import pexpect

from .project import a_task


def test_a_person_does_a_task_at_the_terminal_and_the_run_goes_on(project):
    project.plan(
        a_task(1, title="Write the words"),
        a_task(2, "echo 2 > 2", dependencies=["task-001"]),
        a_task(3, title="Read the words", dependencies=["task-002"]),
    )
    command, *arguments = project.command("execute", "m1")
    terminal = pexpect.spawn(
        command,
        arguments,
        cwd=str(project.folder),
        env={**project.environ, "TERM": "dumb"},
        timeout=40,
        encoding="utf-8",
    )

    terminal.expect("Write the words: done, skip or quit")
    terminal.sendline("done")
    terminal.expect("Read the words: done, skip or quit")
    terminal.sendline("done")
    terminal.expect("Merge milestone/milestone-001 into main")
    terminal.sendline("yes")
    terminal.expect("3 of 3 tasks done")
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert terminal.exitstatus == 0
    assert set(project.statuses().values()) == {"completed"}
    assert (project.folder / "2").exists()


def test_skipping_leaves_the_task_to_later(project):
    project.plan(a_task(1, title="Write the words"))
    command, *arguments = project.command("execute", "m1")
    terminal = pexpect.spawn(
        command,
        arguments,
        cwd=str(project.folder),
        env={**project.environ, "TERM": "dumb"},
        timeout=40,
        encoding="utf-8",
    )

    terminal.expect("done, skip or quit")
    terminal.sendline("")
    terminal.expect("Waiting for people")
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert terminal.exitstatus == 6
    assert project.statuses() == {"task-001": "pending"}
