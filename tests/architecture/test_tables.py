"""Tables name what is there, and say of it what it says of itself."""

import ast

import pytest

from architecture.source import PACKAGE, modules
from milestone.cli import main, shell
from milestone.registry import load
from milestone.storage import BACKENDS

THERE = list(main.COMMANDS)


@pytest.mark.parametrize("name", THERE)
def test_the_help_line_of_a_command_is_its_docstring(name: str):
    first = (load(shell.module_of(name)).__doc__ or "").strip().partition("\n")[0]

    assert first == main.COMMANDS[name]
    assert not first.endswith(".")


def test_every_command_module_is_in_the_table():
    modules = {path.stem.replace("_", "-") for path in (PACKAGE / "cli" / "commands").glob("*.py")}

    assert modules - {"--init--", "bare"} - set(main.COMMANDS) == set()


@pytest.mark.parametrize("name", BACKENDS)
def test_every_backend_loads(name: str):
    assert callable(load(BACKENDS[name]))


def test_every_name_loaded_by_text_is_there():
    targets = {
        node.args[0].value
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] == "load"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and str(node.args[0].value).startswith("milestone.")
    }

    for target in sorted(targets):
        assert load(target) is not None
