"""Words that are no verbs: what was probably meant. Nothing of it is ever carried out."""

import re
from collections.abc import Callable, Sequence

from milestone import errors
from milestone.cli import main, options, output, words

PLAIN = re.compile(r"[\w@/,.-]{1,60}")  # a word that needs no quotes in a shell
DESTRUCTIVE = frozenset({"delete"})  # advice never names a victim


def verb(
    word: str,
    rest: Sequence[str],
    is_there: Callable[[str], bool],
    *,
    others: Sequence[str] = (),
    before: str = "milestone",
) -> errors.InvalidRequest:
    """Return the refusal of a word, naming the right command: of another tool by meaning, else the nearest."""
    if word.startswith("-"):
        return _flag(word)
    known = [each for each in (*main.COMMANDS, *main.ALIASES) if is_there(main.ALIASES.get(each, each))]
    lower = word.lower()
    message = f'Unknown verb "{output.line(word)}".'
    if lower not in known and lower in words.FOREIGN and not others:
        return errors.InvalidRequest(message, next=[_filled(advice, rest) for advice in words.FOREIGN[lower]])
    near = words.nearest(word, [*known, *others])
    if not near:
        return errors.InvalidRequest(message, next=["milestone help"])
    return errors.InvalidRequest(message, candidates=near, next=[_line(before, near[0], rest)])


def _flag(word: str) -> errors.InvalidRequest:
    name = word.partition("=")[0]
    near = words.nearest(name, [*options.FLAGS, "--help", "--version"])
    advice = f"milestone {near[0]}" if near else "milestone help flags"
    return errors.InvalidRequest(
        f"There is no flag {name} without a verb.", candidates=near, next=[advice, "milestone help"]
    )


def _filled(advice: str, rest: Sequence[str]) -> str:
    """Return the advice with the id that was typed in its place."""
    given = next((word for word in rest if not word.startswith("-") and PLAIN.fullmatch(word)), None)
    if given is None or advice.split()[1] in DESTRUCTIVE:
        return advice
    return re.sub(r"\b(REF|ID)\b", lambda _: given, advice, count=1)


def _line(before: str, near: str, rest: Sequence[str]) -> str:
    shown = [word if PLAIN.fullmatch(word) or word.startswith("--") else f'"{output.line(word)}"' for word in rest]
    return " ".join([before, near, *([] if near in DESTRUCTIVE else shown)])
