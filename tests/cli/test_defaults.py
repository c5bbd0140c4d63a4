"""A line without arguments means the same with and without argparse."""

import pytest

from milestone.cli import defaults, grammar, main, shell
from milestone.registry import load


@pytest.mark.parametrize("verb", ["bare", *main.COMMANDS])
def test_defaults_are_what_the_parser_says(verb: str):
    module = load(shell.module_of(verb))
    without = defaults.of(module)

    if without is not None:
        assert vars(without) == vars(grammar.parse(grammar.parser_for(verb, module), []))


def test_looks_need_no_parser():
    assert all(defaults.of(load(shell.module_of(verb))) for verb in ("bare", "status", "list", "next"))
