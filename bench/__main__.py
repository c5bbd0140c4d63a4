"""Measure and write bench/RESULTS.md; ends with 1 when a bound is missed."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import bounds, lanes, table
from bench.timing import Command, Lane, interleave

# The summary reads files again that are younger than two seconds; a fresh project would be measured in that state.
SETTLED = 2.2


def main(argv: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="milestone-bench-") as folder:
        home = Path(folder)
        commands, notes = _commands(home, options.sizes)
        time.sleep(SETTLED)
        measured = interleave(commands, options.rounds, home / "output")
    verdicts = [bounds.judge(bound, measured) for bound in bounds.promised(options.sizes)]
    _write(options.out, verdicts, measured, notes, options.rounds)
    return 0 if all(verdict.held for verdict in verdicts) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(bounds.SIZES))
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("RESULTS.md"))
    return parser


def _commands(home: Path, sizes: Sequence[int]) -> tuple[list[Command], list[str]]:
    commands = lanes.bare(home)
    notes: list[str] = []
    for size in sizes:
        commands += lanes.milestone(home, size)
        for peer in (lanes.taskwarrior, lanes.backlog):
            commands += _or_note(peer, home, size, notes)
    return commands, notes


def _or_note(peer: Callable[[Path, int], list[Command]], home: Path, size: int, notes: list[str]) -> list[Command]:
    try:
        return peer(home, size)
    except lanes.PeerMissing as missing:
        if str(missing) not in notes:
            notes.append(str(missing))
        return []


def _write(
    out: Path, verdicts: Sequence[bounds.Verdict], measured: dict[str, Lane], notes: Sequence[str], rounds: int
) -> None:
    text = table.page(verdicts, measured, notes, table.machine(rounds))
    out.write_text(text)
    print(text)


if __name__ == "__main__":
    sys.exit(main())
