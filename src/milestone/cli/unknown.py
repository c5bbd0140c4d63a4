"""Words that are no verbs: what was probably meant. Nothing of it is ever carried out."""

import re
from collections.abc import Sequence

from milestone import errors
from milestone.cli import main, options, output, words

PLAIN = re.compile(r"[\w@/,.-]{1,60}")  # a word that needs no quotes in a shell
IS_ID = re.compile(r"(?:milestone-|m-?)\d+(?:/.*)?|\d+(?:/.*)?|(?:task-|t-?)\d+|@", re.IGNORECASE)
DESTRUCTIVE = frozenset({"delete"})  # advice never names a victim


def verb(
    word: str,
    rest: Sequence[str],
    *,
    others: Sequence[str] = (),
    before: str = "milestone",
) -> errors.InvalidRequest:
    """Return the refusal of a word, naming the right command: of another tool by meaning, else the nearest."""
    known = [*main.COMMANDS, *main.ALIASES]
    message = f'Unknown verb "{output.line(word)}".'
    meant = _decorated(word, known)
    if meant:
        return errors.InvalidRequest(message, candidates=[meant], next=[_line(before, meant, rest)])
    if word.startswith("-"):
        return _flag(word)
    if IS_ID.fullmatch(word) and not others:
        return _swapped(message, word, rest, known)
    if word.lower() in words.FOREIGN and not others:
        return errors.InvalidRequest(message, next=[_filled(each, rest) for each in words.FOREIGN[word.lower()]])
    near = words.nearest(word, [*known, *others])
    if not near:
        return errors.InvalidRequest(message, next=["milestone help"])
    return errors.InvalidRequest(message, candidates=near, next=[_line(before, near[0], rest)])


def _decorated(word: str, known: Sequence[str]) -> str | None:
    """Return the verb in `/milestone/plan`, `milestone:plan`, `--status`, `STATUS`; None when there is none."""
    plain = re.sub(r"^(?:/?milestone[/:])|^-{1,2}|^/", "", word.lower())
    return plain if plain != word and plain in known else None


def _swapped(message: str, word: str, rest: Sequence[str], known: Sequence[str]) -> errors.InvalidRequest:
    """An id stands where the verb should: `m1 show`, or an id alone."""
    if rest and rest[0] in known:
        return errors.InvalidRequest(message, next=[_line("milestone", rest[0], [word, *rest[1:]])])
    if rest and rest[0].lower() in words.FOREIGN:
        return errors.InvalidRequest(
            message, next=[_filled(each, [word]) for each in words.FOREIGN[rest[0].lower()]]
        )
    near = words.nearest(rest[0], known)[:1] if rest else []
    return errors.InvalidRequest(
        message, why="An id follows the verb.", next=[_line("milestone", near[0] if near else "show", [word])]
    )


def _flag(word: str) -> errors.InvalidRequest:
    name = word.partition("=")[0]
    near = words.nearest(name, [*options.FLAGS, "--help", "--version"])
    advice = f"milestone {near[0]}" if near else "milestone help flags"
    return errors.InvalidRequest(
        f"There is no flag {name} without a verb.", candidates=near, next=[advice, "milestone help"]
    )


def _filled(advice: str, rest: Sequence[str]) -> str:
    """Return the advice with the id that was typed in its place."""
    given = next((word for word in rest if IS_ID.fullmatch(word) and PLAIN.fullmatch(word)), None)
    if given is None or advice.split()[1] in DESTRUCTIVE:
        return advice
    return re.sub(r"\b(REF|ID)\b", lambda _: given, advice, count=1)


def _line(before: str, near: str, rest: Sequence[str]) -> str:
    shown = [word if PLAIN.fullmatch(word) or word.startswith("--") else f'"{output.line(word)}"' for word in rest]
    return " ".join([before, near, *([] if near in DESTRUCTIVE else shown)])
