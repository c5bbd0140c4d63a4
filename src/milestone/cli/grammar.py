"""Parsers of single verbs: only the invoked one is built, and its errors name the right command."""

import argparse
import os
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from milestone import errors
from milestone.cli import options
from milestone.registry import load

WIDTH = 80
# argparse asks gettext for its few words at every flag, which looks for translations on the disk each time. We
# have none, and say most of it in our own words.
vars(argparse).update(_=str)


class HelpAsked(Exception):
    """`--help` stands in the line; the text is what it asks for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help of a known width: argparse would load a module of file utilities to ask for it, in every call."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(WIDTH, columns()))


def columns() -> int:
    """Return the columns of the terminal, as far as a variable says."""
    said = os.environ.get("COLUMNS", "")
    return int(said) if said.isdecimal() and int(said) >= 40 else WIDTH


class Parser(argparse.ArgumentParser):
    """An argparse parser that raises our errors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("formatter_class", Formatter)
        kwargs.setdefault("allow_abbrev", False)
        super().__init__(*args, **kwargs)
        self.exit_on_error = False

    def print_help(self, _file: Any = None) -> None:
        """Hand the help to the door instead of printing it."""
        raise HelpAsked(self.format_help().rstrip())

    def error(self, message: str) -> NoReturn:
        """Refuse the line; the hint is the verb's own help."""
        raise errors.InvalidRequest(sentence(message), next=[f"{self.prog} --help"])


def parser_for(verb: str, module: Any) -> Parser:
    """Return the parser of one verb from its command module."""
    doc = (module.__doc__ or "").strip()
    examples = getattr(module, "EXAMPLES", "")
    epilog = "Flags of every verb: milestone help flags"
    if examples:
        epilog = "Examples:\n" + "\n".join(f"  {each}" for each in examples.strip().splitlines()) + "\n\n" + epilog
    parser = Parser(prog=f"milestone {verb}", description=doc, epilog=epilog)
    module.add_arguments(parser)
    return parser


def arguments(verb: str, module: Any, argv: Sequence[str]) -> argparse.Namespace:
    """Return the arguments of a line; where it names its sub-verb first, only that one's parser is built.

    Raises: as `parse`; HelpAsked.
    """
    sub_verbs = getattr(module, "ARGUMENTS", {})  # its own `add_arguments` builds them all
    if argv and argv[0] in sub_verbs:
        parser = Parser(prog=f"milestone {verb} {argv[0]}", description=module.VERBS[argv[0]])
        sub_verbs[argv[0]](parser)
        parser.set_defaults(verb=argv[0])
        return parse(parser, argv[1:])
    return parse(parser_for(verb, module), argv)


def help_of(verb: str, module: Any, inner: Sequence[str]) -> str:
    """Return the help of a verb, or of a sub-verb of it."""
    return _inner(parser_for(verb, module), inner).format_help().rstrip()


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """Return the arguments of a verb; flags and ids may be mixed.

    Raises:
        InvalidRequest: a flag or value is not understood; the message names the nearest one.
    """
    if "-h" not in argv and "--help" not in argv:
        parser.usage = (
            parser.prog
        )  # argparse formats the whole usage twice for mixed lines, and shows it only in help
    try:
        if parser._subparsers is not None:  # argparse offers no public question for it
            args, extra = parser.parse_known_args(argv)
        else:
            args, extra = parser.parse_known_intermixed_args(argv)
    except argparse.ArgumentError as error:
        raise _refusal(parser, error) from None
    if extra:
        raise _unknown(_inner(parser, argv), extra)
    return args


def known_flags(parser: argparse.ArgumentParser) -> list[str]:
    """Return every long flag of a verb, its sub-verbs and the global ones."""
    found = [option for action in parser._actions for option in action.option_strings if option.startswith("--")]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                found += known_flags(child)
    return [*found, *options.FLAGS]


def _inner(parser: argparse.ArgumentParser, argv: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of the sub-verb that a line names, else the verb's own."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            named = next((word for word in argv if word in action.choices), None)
            return action.choices[named] if named else parser
    return parser


def _unknown(parser: argparse.ArgumentParser, extra: Sequence[str]) -> errors.InvalidRequest:
    flags = [word for word in extra if word.startswith("-")]
    if not flags:
        return errors.InvalidRequest(
            f'{parser.prog} does not know what to do with "{extra[0]}".', next=[f"{parser.prog} --help"]
        )
    flag = flags[0].partition("=")[0]
    near = _nearest(flag, known_flags(parser))
    return errors.InvalidRequest(
        f"{parser.prog} has no flag {flag}.",
        hint=f"Did you mean {near[0]}?" if near else "",
        candidates=near,
        next=[f"{parser.prog} {near[0]}"] if near else [f"{parser.prog} --help"],
    )


def _refusal(parser: Parser, error: argparse.ArgumentError) -> errors.InvalidRequest:
    message = str(error)
    wrong = re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message, re.DOTALL)
    if not wrong:
        return errors.InvalidRequest(sentence(message), next=[f"{parser.prog} --help"])
    name = error.argument_name or "value"
    choices = [str(each).strip(" '\"") for each in wrong[2].split(",")]
    verb = parser.prog.split()[-1]
    near = _foreign(verb, wrong[1], choices) or _nearest(wrong[1], choices)
    long_name = f"{name.rpartition('/')[2]} " if name.startswith("-") else ""
    return errors.InvalidRequest(
        f'{parser.prog} {long_name}does not take "{wrong[1]}".',
        why=f"It takes {', '.join(choices)}.",
        candidates=near,
        next=[f"{parser.prog} {long_name}{near[0]}"] if near else [f"{parser.prog} --help"],
    )


def _foreign(verb: str, word: str, choices: Sequence[str]) -> list[str]:
    """Return the sub-verb that a word of another tool means here."""
    meant = load("milestone.cli.words:FOREIGN_INNER").get(verb, {}).get(word.lower())
    return [meant] if meant in choices else []


def _nearest(word: str, known: Sequence[str]) -> list[str]:
    found: list[str] = load("milestone.cli.words:nearest")(word, known)
    return found


def sentence(message: str) -> str:
    """Return argparse's words as a sentence."""
    message = message.removeprefix("argument ")
    message = re.sub(r"^(-\w/)?(--[\w-]+)(?:/--[\w-]+)*: ", r"\2: ", message)
    return message[:1].upper() + message[1:].rstrip(".") + "."
