"""Help, completion, prime: generated from the commands themselves."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.worlds import a_project
from milestone.cli import commands, describe, main, topics
from milestone.cli.main import run


def test_every_module_of_a_verb_is_in_the_table_and_the_other_way_round():
    folder = Path(commands.__file__).parent
    modules = {path.stem.replace("_", "-") for path in folder.glob("*.py")} - {"--init--", "bare"}

    assert modules == set(main.COMMANDS)
    assert set(main.ALIASES.values()) <= set(main.COMMANDS)


def test_help_as_json_names_every_command_flag_and_exit_code(capsys):
    assert run(["help", "--json"]) == 0

    data = json.loads(capsys.readouterr().out)["data"]

    assert {each["name"] for each in data["commands"]} == set(main.COMMANDS)
    assert {"--json", "--as", "--dry-run"} <= {each["name"] for each in data["flags"]}
    assert data["exit_codes"]["5"].startswith("refused")
    for command in data["commands"]:
        for flag in command["flags"]:
            assert flag["type"] in ("switch", "text", "integer", "number"), (command["name"], flag)


@pytest.mark.parametrize("verb", main.COMMANDS)
def test_every_verb_has_an_example_and_an_imperative_first_line(verb, capsys):
    assert run([verb, "--help"]) == 0

    out = capsys.readouterr().out
    assert f"milestone {verb}" in out
    assert "Examples:" in out
    assert not main.COMMANDS[verb].endswith(".")


@pytest.mark.parametrize("topic", topics.names())
def test_every_topic_fits_eighty_columns(topic, capsys):
    assert run(["help", topic]) == 0

    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_an_unknown_topic_names_the_nearest(capsys):
    assert run(["help", "flagz"]) == 2

    assert "milestone help flags" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["bash", "zsh", "fish"])
def test_completion_asks_the_program_for_words(kind, capsys):
    assert run(["completion", kind]) == 0

    assert "milestone completion words --" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["sta"], "status"),
        (["list", "--un"], "--unassigned"),
        (["log", "--format", ""], "ndjson"),
        (["show", "m"], "milestone-001"),
        (["show", "milestone-001/"], "milestone-001/task-002"),
        (["help", "wh"], "whoami"),
        (["list", "--status", "pl"], "planned"),
        (["task", "d"], "done"),
    ],
)
def test_words_that_may_come_next(typed, expected):
    ids, tasks = ["milestone-001"], ["milestone-001/task-002"]

    assert expected in list(describe.words_after(typed, ids, tasks))


def test_prime_says_nothing_without_a_project(capsys):
    assert run(["prime"]) == 0

    assert capsys.readouterr().out == ""


def test_a_command_line_without_verb_welcomes_in_twelve_lines(capsys):
    assert run([]) == 0

    out = capsys.readouterr().out
    assert out.startswith("No project in ")
    assert len(out.splitlines()) == 12


def test_a_verb_without_a_project_names_the_folders_searched(capsys):
    assert run(["list"]) == 3

    captured = capsys.readouterr()
    assert captured.out == ""
    assert "or above it" in captured.err
    assert "up to /" in captured.err


def test_bash_completes_with_the_script(elsewhere):
    a_project(elsewhere)
    lines = [
        f'milestone() {{ {sys.executable} -m milestone "$@"; }}',
        'eval "$(milestone completion bash)"',
        'COMP_WORDS=(milestone show mile); COMP_CWORD=2; _milestone; echo "${COMPREPLY[@]}"',
        'COMP_WORDS=(milestone update m1 --); COMP_CWORD=3; _milestone; echo "${COMPREPLY[@]}"',
    ]

    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)], cwd=elsewhere, capture_output=True, text=True, timeout=60
    )

    ids, flags = done.stdout.splitlines()
    assert ids == "milestone-001 milestone-002 milestone-003"
    assert "--depends-on" in flags.split()
