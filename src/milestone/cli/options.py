"""The flags every verb takes, wherever they stand."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from milestone import errors
from milestone.registry import load


class Options(NamedTuple):
    """Flags of every verb; None or False where nothing was said."""

    json: bool = False
    project: str | None = None
    actor: str | None = None
    dry_run: bool = False
    key: str | None = None
    if_revision: int | None = None
    lock_timeout: float = 10.0
    yes: bool = False
    trust_commands: bool = False
    debug: bool = False
    color: str | None = None
    exit_zero: bool = False
    limit: int | None = None
    cursor: str | None = None
    lease: str | None = None


class Flag(NamedTuple):
    """One global flag: the option it sets, its type (None: a switch), what `--help` says."""

    option: str
    kind: type | None
    metavar: str
    text: str


FLAGS: Mapping[str, Flag] = {
    "--json": Flag("json", None, "", "answer with one JSON document on one line"),
    "--project": Flag("project", str, "DIR", "the project to work on (also -C)"),
    "--as": Flag("actor", str, "NAME", "act as NAME: ana, agent:NAME, service:ci"),
    "--dry-run": Flag("dry_run", None, "", "show what would be recorded, record nothing"),
    "--key": Flag("key", str, "K", "do it once; the same K answers the same again"),
    "--if-revision": Flag("if_revision", int, "R", "refuse when the record moved on from revision R"),
    "--lock-timeout": Flag("lock_timeout", float, "SECONDS", "how long to wait for another writer (10)"),
    "--yes": Flag("yes", None, "", "confirm what would be asked"),
    "--trust-commands": Flag("trust_commands", None, "", "confirm command lines that came from outside"),
    "--debug": Flag("debug", None, "", "show the traceback of an error"),
    "--color": Flag("color", str, "WHEN", "always, never or auto"),
    "--exit-zero": Flag("exit_zero", None, "", "turn exit codes 3 to 8 into 0"),
    "--limit": Flag("limit", int, "N", "show N rows, 0 for all (20)"),
    "--lease": Flag("lease", str, "TOKEN", "the claim you work under (also MILESTONE_LEASE)"),
    "--cursor": Flag("cursor", str, "C", "go on where `next_cursor` pointed"),
}
SHORT = {"-C": "--project", "-y": "--yes"}
COLORS = ("always", "never", "auto")


def take(argv: Sequence[str]) -> tuple[Options, list[str]]:
    """Return the global flags of a command line, and the rest of it in order.

    Everything behind `--` stays as it is.

    Raises:
        InvalidRequest: a flag lacks its value, or the value has the wrong form.
    """
    found: dict[str, Any] = {}
    rest: list[str] = []
    words_left = list(argv)
    while words_left:
        word = words_left.pop(0)
        if word == "--":
            rest += [word, *words_left]
            break
        name, equals, value = word.partition("=")
        name = SHORT.get(name, name)
        flag = FLAGS.get(name)
        if flag is None:
            rest.append(word)
            continue
        if flag.kind is None:
            _no_value(name, equals)
            found[flag.option] = True
            continue
        if not equals:
            value = _value(name, flag, words_left)
        found[flag.option] = _typed(name, flag, value)
    return Options()._replace(**found), rest


def _no_value(name: str, equals: str) -> None:
    if equals:
        raise errors.InvalidRequest(f"{name} takes no value.", next=[f"milestone … {name}"])


def _value(name: str, flag: Flag, words_left: list[str]) -> str:
    if not words_left or (words_left[0].startswith("--") and flag.kind is not str):
        raise errors.InvalidRequest(
            f"{name} needs a value.", why=f"It means: {flag.text}.", next=[f"milestone … {name} {flag.metavar}"]
        )
    return words_left.pop(0)


def _typed(name: str, flag: Flag, value: str) -> object:
    if flag.option == "color" and value not in COLORS:
        near = load("milestone.cli.words:nearest")(value, COLORS)
        raise errors.InvalidRequest(
            f'{name} takes {", ".join(COLORS[:-1])} or {COLORS[-1]}, not "{value}".',
            next=[f"milestone … {name} {near[0] if near else 'auto'}"],
        )
    verbs = load("milestone.cli.main:COMMANDS")
    if flag.kind is not str and value in verbs:
        raise errors.InvalidRequest(
            f'{name} takes a number, and "{value}" is a verb.', next=[f"milestone {value} {name} {flag.metavar}"]
        )
    try:
        typed: object = flag.kind(value) if flag.kind else value
    except ValueError:
        raise errors.InvalidRequest(
            f'{name} takes a number, not "{value}".',
            why=f"It means: {flag.text}.",
            next=[f"milestone … {name} {flag.metavar}"],
        ) from None
    return typed
