"""`milestone selftest --executor`: a program is tried before a run counts on it."""

import json

from milestone.testing import scripted
from milestone.testing.agent_contract import ACTS


def test_a_program_that_is_not_there_is_refused(project):
    done = project.run("selftest", "--executor", "claude", PATH="/nowhere")

    assert done.returncode == 5
    assert "claude is not installed" in done.stderr
    assert "npm install -g @anthropic-ai/claude-code" in done.stderr


def test_what_is_no_agent_is_refused(project):
    done = project.run("selftest", "--executor", "shell")

    assert done.returncode == 2
    assert "claude, codex, gemini, opencode, acp" in done.stderr


def test_a_lie_is_found(project):
    lies = {**ACTS, "selftest/hello": [[{"say": "All done."}]], "selftest/long": [[{"say": "No."}]]}
    script = scripted.write(project.folder.parent / "script.json", lies)
    project.configure(executors={"claude": {"command": scripted.command("claude", script)}})

    done = project.run("selftest", "--executor", "claude", "--json")

    assert done.returncode == 1
    checks = {each["name"]: each["wrong"] for each in json.loads(done.stdout)["data"]["checks"]}
    assert checks["does a small task, and tells"] == "it says it is done, and hello.txt is not there"
    assert checks["is ended with all it started"].startswith("it did not work until its time limit")
    assert checks["goes on in its conversation"] == checks["asks first, and keeps to a no"] == ""
