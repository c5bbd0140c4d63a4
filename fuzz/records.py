"""Feed damaged and invented records to reader, rows, linter and writer: nothing but `UnreadableFile` may come out.

    python -m fuzz.records [SECONDS] [SEED]

The same seed makes the same inputs. A failure prints the input and how it failed.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from milestone import errors, strict_yaml
from milestone.domain import lint, paths, summary
from milestone.domain.document import Document
from milestone.domain.vocabulary import understand
from milestone.storage.yaml_reader import read_record
from milestone.storage.yaml_writer import write_record

CORPUS = Path(__file__).parents[1] / "tests" / "acceptance" / "foreign" / "handmade"
NAME = "active/milestone-001.yaml"
SLOW = 5.0  # seconds for one input, on a busy machine
TOKENS = [
    *(
        "- ",
        ": ",
        "? ",
        "| ",
        "> ",
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "!!str ",
        "<<: ",
        "# ",
        "---\n",
        "...\n",
        "\n",
    ),
    *("\t", "\r\n", "'", '"', "\\", "%", "\u2028", "\ufeff", "\x00", "\x1b", "é", "🧨", "~", "null", "true", "no"),
    *(
        "0x1F",
        "1e999",
        "9" * 40,
        "-1",
        "2026-12-05",
        "milestone-001",
        "task-001",
        "../x",
        "tasks:\n",
        "  - id: x\n",
    ),
    *("dependencies:\n", "phases:\n", "kiro_workflow:\n", "status: ", "risks:\n", "timeline:\n", "title: "),
]
WORDS = [
    *("tasks", "id", "title", "status", "dependencies", "requires"),
    *("risks", "phases", "kiro_workflow", "timeline", "estimated_hours", "questions"),
    *("success_criteria", "approval", "given", "evidence", "blocked", "time"),
    *("resources", "conflicts", "refs", "labels", "deliverables", "kiro_configuration"),
    *("approval_gates", "completed_at", "overrides", "parent", "assigned_to", "enabled"),
    *("default", "effect", "external"),
]
VALUES = [None, True, False, 0, -1, 3.5, "", "x", "done", "milestone-001", "task-001", "2026-12-05", "High", "30%",
          [], {}, "../..", "\x1b[2J", "9" * 30, 10**15, "a: b", "--x"]  # fmt: skip


class Failure(NamedTuple):
    """An input that broke something."""

    text: str
    why: str


def inputs(seed: int) -> Iterator[str]:
    """Yield texts without end: files of old folders with damage, and invented records written out."""
    chance = random.Random(seed)
    corpus = [path.read_bytes().decode("utf-8", "replace") for path in sorted(CORPUS.rglob("*.yaml"))]
    while True:
        yield damaged(chance.choice(corpus), chance)
        yield write_record(_invented(chance, 4))


def check(text: str) -> None:
    """Take one text through everything that touches a record.

    Raises:
        Exception: whatever should not have come out.
    """
    started = time.monotonic()
    try:
        record = read_record(text, NAME)
    except errors.UnreadableFile as refused:
        assert refused.facts["line"] >= 1 and refused.message.isprintable()
        return
    body = record.body
    assert understand(body, NAME).body == body, "understanding twice differs"
    document = Document(kind="milestone", uid=str(body["uid"]), revision=1, body=body)
    row = summary.row(document)
    lint.check(dict(body), lint.Around(rows=[row]))
    wanted = understand(paths.put(body, "title", "Changed: by #1"), NAME).body
    after = write_record(wanted, before_text=text, before_body=body)
    found = read_record(after, NAME).body
    assert found == {**wanted, "uid": found["uid"]}, "what was written reads otherwise"
    assert strict_yaml.load(write_record(body), NAME) is not None
    assert time.monotonic() - started < SLOW, "too slow"


def run(seconds: float, seed: int, look: Callable[[str], None] = check) -> tuple[int, Failure | None]:
    """Return how many inputs were tried, and the first that broke something."""
    ends = time.monotonic() + seconds
    for count, text in enumerate(inputs(seed), 1):
        try:
            look(text)
        except Exception as broke:
            return count, Failure(text, f"{type(broke).__name__}: {broke}")
        if time.monotonic() > ends:
            return count, None
    return 0, None


def damaged(text: str, chance: random.Random) -> str:
    """Return a text with a few random wounds."""
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(text))
        kind = chance.random()
        if kind < 0.4:
            text = text[:at] + chance.choice(TOKENS) + text[at:]
        elif kind < 0.6:
            text = text[:at] + text[at + chance.randint(1, 30) :]
        elif kind < 0.8:
            start = chance.randint(0, len(text))
            text = text[:at] + text[start : start + chance.randint(1, 80)] + text[at:]
        else:
            lines = text.splitlines(keepends=True)
            chance.shuffle(lines)
            text = "".join(lines) if chance.random() < 0.2 else text.replace("\n", "\r\n", chance.randint(1, 9))
    return text


def _invented(chance: random.Random, depth: int) -> Any:
    kind = chance.random()
    if depth == 4:
        return {chance.choice(WORDS): _invented(chance, depth - 1) for _ in range(chance.randint(1, 8))}
    if depth == 0 or kind < 0.35:
        return chance.choice(VALUES)
    if kind < 0.7:
        return {chance.choice(WORDS): _invented(chance, depth - 1) for _ in range(chance.randint(0, 5))}
    return [_invented(chance, depth - 1) for _ in range(chance.randint(0, 4))]


def main(argv: list[str]) -> int:
    """Return 1 when an input broke something."""
    seconds = float(argv[0]) if argv else 60.0
    seed = int(argv[1]) if len(argv) > 1 else random.randrange(10**6)
    count, failure = run(seconds, seed)
    sys.stdout.write(f"seed {seed}: {count} inputs\n")
    if failure is not None:
        sys.stdout.write(f"{failure.why}\n{failure.text!r}\n")
    return 0 if failure is None else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
