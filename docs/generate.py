"""Write docs/reference/ anew from the tables in the code; `--check` only names the pages that are out of date."""

import argparse
import ast
import inspect
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from milestone import errors
from milestone.agents.planners import recipe
from milestone.cli import grammar, main, options, shell
from milestone.config import keys
from milestone.domain import deeper, events, shape, states
from milestone.registry import load

ROOT = Path(__file__).parents[1]
SHELF = ROOT / "docs" / "reference"
MARK = "<!-- Written by `make docs` from the code. Edit the code. -->\n"
EXITS = {
    0: "done; also nothing to do, an empty list, no ready task, warnings, an unreadable file among good ones",
    1: "work ran and failed; a store newer than the program; a disk that is full or read-only",
    2: "usage: an unknown verb, flag or value",
    3: "not found: id, file, project",
    4: "the record moved on since it was read",
    5: "refused by a rule (dependency, gate, validation, evidence); findings listed",
    6: "waits for an approval, an answer, a person, a confirmation",
    7: "not permitted",
    8: "busy, try again",
    9: "store damaged, or a log that does not verify",
    70: "a bug; a report file is named",
    130: "interrupted (Ctrl-C); the state is saved, the way on is printed",
    143: "terminated (SIGTERM); the state is saved, the way on is printed",
}


def commands() -> str:
    """Return the page of every command that is there, with its arguments and flags as its parser knows them."""
    parts = ["# Commands\n", _global_flags()]
    for group, names in main.GROUPS.items():
        there = list(names)
        if there:
            parts.append(f"## {group}\n")
            parts += [_command(name) for name in there]
    return "\n".join(parts)


def exit_codes() -> str:
    """Return the page of exit codes, each with the errors that end with it."""
    by_code: dict[int, list[str]] = {code: [] for code in EXITS}
    for error in error_classes():
        by_code[error.exit_code].append(f"`{error.code}`")
    rows = [(code, meaning, ", ".join(dict.fromkeys(by_code[code]))) for code, meaning in EXITS.items()]
    return "# Exit codes\n\n" + _table(("code", "meaning", "error codes"), rows)


def error_page() -> str:
    """Return the page of every error code: classes first, then the codes given where they are raised."""
    rows = [
        (f"`{error.code}`", error.exit_code, "yes" if error.retryable else "no", _first_line(error))
        for error in error_classes()
    ]
    special = [(f"`{code}`", name, where) for code, name, where in sorted(raised_codes())]
    return (
        "# Errors\n\nEvery refusal has a code, in `error.code` of `--json`, and an exit code.\n\n"
        + _table(("code", "exit", "try again", "meaning"), rows)
        + "\n## Closer codes\n\nThese say more closely what is wrong; they exit like what they are a kind of.\n\n"
        + _table(("code", "a kind of", "raised in"), special)
    )


def config_page() -> str:
    """Return the page of every key: what it takes, its default, its effect or that it has none yet."""
    effective = [
        (f"`{name}`", _takes(key), _default(key), key.effect) for name, key in keys.KEYS.items() if key.effect
    ]
    idle = [(f"`{name}`", _takes(key)) for name, key in keys.KEYS.items() if not key.effect]
    return (
        "# Configuration\n\nKeys stand in `.milestones/config/milestone-config.yaml`, nested as the dots say. "
        "`milestone config explain KEY` says the same, and where a value came from.\n\n"
        + _table(("key", "takes", "default", "effect"), effective)
        + "\n## No effect yet\n\nThese keys are known and checked, and change nothing.\n\n"
        + _table(("key", "takes"), idle)
    )


def _takes(key: keys.Key) -> str:
    return ", ".join(key.choices) if key.choices else key.kind


def _default(key: keys.Key) -> str:
    return (
        "" if key.default in (None, "") else f"`{str(key.default).lower() if key.kind == 'flag' else key.default}`"
    )


def event_page() -> str:
    """Return the page of event kinds with their own fields."""
    rows = [(f"`{name}`", kind.meaning, _fields(kind.fields)) for name, kind in events.KINDS.items()]
    return (
        "# Events\n\nEach event has `seq at actor session operation milestone task` and its own fields; "
        "a field with `?` may be missing.\n\n" + _table(("kind", "meaning", "fields"), rows)
    )


def record_page() -> str:
    """Return the page of a milestone file: every key of every place, and the other words that mean it."""
    parts = [
        "# Milestone files\n\nKeys match without regard to case, spaces and hyphens. "
        "What nobody knows stays as it is. "
        "`milestone schema milestone` prints this as a JSON Schema, with `--example` a file.\n"
    ]
    for place, fields in shape.SHAPE.items():
        rows = [
            (f"`{key}`", field.about, ", ".join(f"`{word}`" for word in (*field.also, *_deeper(place, key))))
            for key, field in fields.items()
        ]
        parts += [f"## {place}\n", _table(("key", "meaning", "also understood"), rows)]
    return "\n".join(parts)


def _deeper(place: str, key: str) -> list[str]:
    """Return the words that mean a key where they stand at the top of the record."""
    known = shape.SHAPE[place][key].also
    return [word for word, target in deeper.DEEPER.items() if target == (place, key) and word not in (key, *known)]


def state_page() -> str:
    """Return the page of states: what leaves each, and a drawing."""
    parts = ["# States\n\nA word on an arrow is the last word of the event that goes this way (`task.started`).\n"]
    for noun, table in states.TABLES.items():
        parts += [f"## {noun}\n", f"{_first_line(table)}\n", "```text", *_drawing(table), "```\n"]
    return "\n".join(parts)


def _drawing(table: type[states.State]) -> Iterator[str]:
    width = max(len(state.value) for state in table)
    verbs = max((len(verb) for state in table for verb in state.leaves), default=0)
    for state in table:
        for number, (verb, target) in enumerate(state.leaves.items()):
            yield f"{state.value if not number else '':<{width}} --{verb:-<{verbs}}--> {target}"
        if not state.leaves:
            yield f"{state.value:<{width}}   (no way out)"


def _fields(fields: Mapping[str, tuple[str, str]]) -> str:
    return "; ".join(f"`{name}` {kind}: {meaning}" for name, (kind, meaning) in fields.items())


def recipe_page() -> str:
    """Return the page of the planner's recipes, and of the fields a recipe file has."""
    known = recipe.all_recipes()
    rows = [(f"`{each.name}`", each.about, len(each.steps("make")), ", ".join(each.needs)) for each in known]
    parts = [
        "# Recipes\n\nWhat the planner knows about kinds of work. A goal that names several gets them combined; "
        "one that names none gets `general`, and the plan says so. A file of this form in "
        "`.milestones/templates/` stands in for a packaged one of its name, or beside them.\n",
        _table(("recipe", "what it is for", "tasks", "builds on"), rows),
    ]
    for struct, title in RECIPE_PARTS.items():
        parts += [f"## {title}\n", _table(("field", "default", "meaning"), list(_struct_fields(struct)))]
    return "\n".join(parts)


RECIPE_PARTS: dict[type[msgspec.Struct], str] = {
    recipe.Recipe: "Fields of a recipe file",
    recipe.Step: "Fields of a task",
    recipe.Criterion: "Fields of a criterion",
    recipe.Danger: "Fields of a risk",
    recipe.Ask: "Fields of a question",
    recipe.Product: "Fields of a deliverable",
}


def _struct_fields(struct: type[msgspec.Struct]) -> Iterator[tuple[object, ...]]:
    meaning = dict(re.findall(r"^    (\w+): .*?  # (.*)$", inspect.getsource(struct), re.MULTILINE))
    for each in msgspec.structs.fields(struct):
        empty = each.default in (msgspec.NODEFAULT, "", (), None)
        default = "required" if each.required else "" if empty else f"`{each.default}`"
        yield f"`{each.name}`", default, meaning.get(each.name, "")


def json_page() -> str:
    """Return the page of answers: the keys of `data`, as a small project answers."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [_answered(Path(folder), line) for line in ASKED]
    return (
        "# Answers as JSON\n\nWith `--json` (or `MILESTONE_JSON=1`) every command prints one document on one "
        "line: `v kind seq unrecorded data total next_cursor warnings`; a refusal has `error` instead of `data` "
        "([errors](errors.md)). A listed key is never left out; what is empty is `[]`, what is absent `null`. "
        "`milestone`, `task` and `session` hold the record besides.\n\n"
        + _table(("asked", "kind", "keys of `data`"), rows)
    )


# Typed in this order in one project; `plan` and the like come first so that the others have something to say.
ASKED = (
    'plan "Add a contact form" --kiro-workflow',
    "task start m1/1",
    "task done m1/1",
    "execute m1",
    "status",
    "list",
    "list --tasks",
    "show m1/1",
    "next",
    "log",
    "log --verify",
    "sessions",
    "sessions show session-current",
    "review",
    "review m1 t1",
    "doctor",
    "whoami",
    "config list",
    "config get executor",
    "config explain executor",
    "help",
    "prime",
    "use m1",
    "update --dependencies",
    "update --conflicts",
    "update --upcoming",
    "update --agents",
    "update --health-check",
    "update --validate-config",
    "update --diagnostics",
    "nothing",
)


def _answered(folder: Path, line: str) -> tuple[object, ...]:
    here = {"HOME": str(folder), "PATH": os.environ["PATH"], "LOGNAME": "sarah", "GIT_CONFIG_NOSYSTEM": "1"}
    command = [sys.executable, "-m", "milestone", *shlex.split(line), "--json"]
    done = subprocess.run(command, cwd=folder, env=here, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    data = answer.get("data", answer.get("error"))
    first = data[0] if isinstance(data, list) and data else data
    keys = "one of each: " * isinstance(data, list) + " ".join(first) if isinstance(first, dict) else ""
    return f"`{line}`", f"`{answer['kind']}`", keys


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "config.md": config_page,
    "errors.md": error_page,
    "events.md": event_page,
    "json.md": json_page,
    "recipes.md": recipe_page,
    "records.md": record_page,
    "states.md": state_page,
    "exit-codes.md": exit_codes,
}


def error_classes() -> list[type[errors.MilestoneError]]:
    """Return the error classes in the order of the file."""
    found = [each for each in vars(errors).values() if isinstance(each, type)]
    return [each for each in found if issubclass(each, errors.MilestoneError) and each.code != "error"]


def raised_codes() -> set[tuple[str, str, str]]:
    """Return (code, error class, room) of every `errors.X(..., code="word")` in the source."""
    source = ROOT / "src" / "milestone"
    return {
        (code, name, path.relative_to(source).with_suffix("").as_posix())
        for path in source.rglob("*.py")
        for name, code in _codes_in(ast.parse(path.read_text()))
    }


def _codes_in(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        if isinstance(getattr(errors, name, None), type):
            for keyword in node.keywords:
                if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                    yield name, str(keyword.value.value)


def _global_flags() -> str:
    rows = [(f"`{flag} {spec.metavar}`".replace(" `", "`"), spec.text) for flag, spec in options.FLAGS.items()]
    return "Flags of every command, before or after it:\n\n" + _table(("flag", ""), rows)


def _command(name: str) -> str:
    parser = grammar.parser_for(name, load(shell.module_of(name)))
    lines = [f"### milestone {name}\n", f"{main.COMMANDS[name]}.\n", *_arguments(parser)]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb, child in action.choices.items():
                lines += [f"#### milestone {name} {verb}\n", *_arguments(child)]
    return "\n".join(lines)


def _arguments(parser: argparse.ArgumentParser) -> list[str]:
    rows = [
        (f"`{_spelling(action)}`", _help(action))
        for action in parser._actions
        if not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
        and action.help != argparse.SUPPRESS
    ]
    return [_table(("argument", ""), rows)] if rows else []


def _spelling(action: argparse.Action) -> str:
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    shown = " ".join(value) if isinstance(value, tuple) else str(value)
    if not action.option_strings:
        return f"[{shown}]" if action.nargs in ("?", "*") else shown
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {shown}"


def _help(action: argparse.Action) -> str:
    return (action.help or "").replace("%%", "%")


def _first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def _table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(_cell(cell) for cell in line) + " |\n" for line in lines)


def _cell(cell: object) -> str:
    return " ".join(str(cell).split()).replace("|", "\\|")


def written(name: str) -> str:
    """Return a page as it should stand in the repository."""
    return MARK + "\n" + PAGES[name]().rstrip() + "\n"


def out_of_date() -> list[str]:
    """Return the pages that differ from what the code says, and files on the shelf that no page wrote."""
    stale = [name for name in PAGES if not (SHELF / name).exists() or (SHELF / name).read_text() != written(name)]
    return stale + [path.name for path in SHELF.glob("*.md") if path.name not in PAGES]


def run(argv: list[str]) -> int:
    """Write the pages, or with `--check` end with 1 when one is out of date."""
    if "--check" in argv:
        stale = out_of_date()
        sys.stdout.write("".join(f"docs/reference/{name} is out of date: make docs\n" for name in stale))
        return 1 if stale else 0
    SHELF.mkdir(exist_ok=True)
    for name in PAGES:
        (SHELF / name).write_text(written(name))
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
