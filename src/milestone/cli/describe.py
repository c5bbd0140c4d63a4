"""Every command as data, read from the parsers themselves: for `help --json`, completion and the reference."""

import argparse
from collections.abc import Iterator
from typing import Any

from milestone import errors
from milestone.cli import grammar, main, options, shell
from milestone.registry import load
from milestone.reports import listing

# Words for flags that take more than these, so that the parser does not know them.
VALUES: dict[str, tuple[str, ...]] = {
    "--status": tuple(dict.fromkeys((*listing.MILESTONE_STATES, *listing.TASK_STATES))),
    "--priority": ("critical", "high", "medium", "low"),
    "--sort": listing.SORTS,
    "--phase": ("design", "spec", "task", "execute"),
}
EXIT_CODES = {
    0: "done; also nothing to do, an empty list, no ready task, warnings",
    1: "work ran and failed; a store newer than the program",
    2: "usage: unknown verb, flag, value",
    3: "not found: id, file, project",
    4: "stale version, or a claim another holds",
    5: "refused by a rule; findings listed",
    6: "waits for an approval, an answer, a person, a confirmation",
    7: "not permitted",
    8: "busy, try again",
    9: "store damaged, or a log that does not verify",
    70: "a bug; a report file is named",
    130: "interrupted; state saved",
    143: "terminated; state saved",
}


def everything() -> dict[str, Any]:
    """Return all commands that exist with flags and types, the flags of every verb, and exit codes."""
    return {
        "commands": [command(verb) for verb in main.COMMANDS],
        "aliases": main.ALIASES,
        "flags": [
            {"name": name, "type": _type(flag.kind), "metavar": flag.metavar or None, "help": flag.text}
            for name, flag in options.FLAGS.items()
        ],
        "exit_codes": {str(code): text for code, text in EXIT_CODES.items()},
    }


def command(verb: str) -> dict[str, Any]:
    """Return one command."""
    module = load(shell.module_of(verb))
    group = next(name for name, verbs in main.GROUPS.items() if verb in verbs)
    described = _parser(grammar.parser_for(verb, module))
    examples = [line.strip() for line in getattr(module, "EXAMPLES", "").strip().splitlines()]
    return {"name": verb, "group": group, "help": main.COMMANDS[verb], **described, "examples": examples}


def _parser(parser: argparse.ArgumentParser) -> dict[str, Any]:
    actions = [action for action in parser._actions if not isinstance(action, argparse._HelpAction)]
    return {
        "arguments": [_action(a) for a in actions if not a.option_strings and not _is_sub(a)],
        "flags": [_action(a) for a in actions if a.option_strings],
        "commands": [
            {"name": name, "help": _help_of(action, name), **_parser(child)}
            for action in actions
            if isinstance(action, argparse._SubParsersAction)
            for name, child in action.choices.items()
        ],
    }


def _is_sub(action: argparse.Action) -> bool:
    return isinstance(action, argparse._SubParsersAction)


def _help_of(action: argparse.Action, name: str) -> str:
    for each in getattr(action, "_choices_actions", []):
        if each.dest == name:
            return each.help or ""
    return ""


def _action(action: argparse.Action) -> dict[str, Any]:
    switch = action.nargs == 0
    return {
        "name": max(action.option_strings, key=len) if action.option_strings else action.metavar or action.dest,
        "type": "switch" if switch else _type(action.type),
        "choices": [str(choice) for choice in action.choices] if action.choices else None,
        "many": action.nargs in ("*", "+") or isinstance(action, argparse._AppendAction),
        "required": bool(action.required) and action.nargs not in ("*", "?"),
        "metavar": action.metavar if isinstance(action.metavar, str) and action.metavar else None,
        "help": action.help or "",
    }


def _type(kind: Any) -> str:
    if kind is None or kind is str:
        return "text"
    return {"int": "integer", "float": "number"}.get(getattr(kind, "__name__", ""), "text")


def words_after(typed: list[str], ids: list[str], tasks: list[str]) -> Iterator[str]:
    """Yield what may stand for the last word of a line being typed."""
    *before, now = typed or [""]
    verb, rest = _verb(before)
    if verb is None:
        yield from (options.FLAGS if now.startswith("-") else [*main.COMMANDS, *main.ALIASES])
        return
    if verb not in main.COMMANDS:
        return
    parser: argparse.ArgumentParser = grammar.parser_for(verb, load(shell.module_of(verb)))
    if verb == "help":
        yield from main.COMMANDS
        return
    parser, waits_for_sub = _inner(parser, rest)
    flag = next((a for a in parser._actions if rest and rest[-1] in a.option_strings and a.nargs != 0), None)
    if flag is not None and flag.choices:
        yield from map(str, flag.choices)
    elif flag is not None and rest[-1] in VALUES:
        yield from VALUES[rest[-1]]
    elif now.startswith("-"):
        yield from (o for a in parser._actions for o in a.option_strings if o.startswith("--"))
        yield from options.FLAGS
    elif waits_for_sub:
        yield from waits_for_sub
    else:
        positional = next((a for a in parser._actions if not a.option_strings and a.choices), None)
        yield from map(str, positional.choices or ()) if positional else tasks if "/" in now else ids


def _verb(before: list[str]) -> tuple[str | None, list[str]]:
    try:
        _, rest = options.take(before)
    except errors.InvalidRequest:  # half a line may end in the middle of a flag
        rest = [word for word in before if not word.startswith("-")]
    if not rest:
        return None, []
    return main.ALIASES.get(rest[0], rest[0]), rest[1:]


def _inner(parser: argparse.ArgumentParser, rest: list[str]) -> tuple[argparse.ArgumentParser, list[str]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word in rest:
                if word in action.choices:
                    return action.choices[word], []
            return parser, list(action.choices)
    return parser, []
