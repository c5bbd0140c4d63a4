"""How long a command takes: one clock around spawn and wait, and what the kernel counted."""

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One run, in milliseconds; `cpu` is user and system time of the whole process tree."""

    wall: float
    cpu: float


@dataclass(frozen=True, kw_only=True)
class Command:
    """What is run in one lane; `arguments` may differ from round to round (a change must change something)."""

    name: str
    arguments: Callable[[int], Sequence[str]]
    folder: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A command and its samples, one for each round."""

    command: Command
    samples: list[Sample] = field(default_factory=list)

    def minimum(self, what: str) -> float:
        return min(getattr(sample, what) for sample in self.samples)

    def median(self, what: str) -> float:
        return statistics.median(getattr(sample, what) for sample in self.samples)


class CommandFailed(Exception):
    """A command that should be measured did not succeed; its output is the message."""


def measure(command: Command, round_number: int, output: Path) -> Sample:
    """Return the sample of one run, whose standard output and error go to the file `output`.

    Raises:
        CommandFailed: it ended with another code than 0; a refusal must not count as a fast answer.
    """
    arguments = list(command.arguments(round_number))
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(output), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    with contextlib.chdir(command.folder):
        begin = time.perf_counter()
        pid = os.posix_spawn(arguments[0], arguments, command.environment, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - begin
    if os.waitstatus_to_exitcode(status) != 0:
        text = output.read_text(errors="replace")[-800:]
        raise CommandFailed(f"{' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}:\n{text}")
    return Sample(wall=wall * 1000, cpu=(usage.ru_utime + usage.ru_stime) * 1000)


def interleave(commands: Sequence[Command], rounds: int, output: Path) -> dict[str, Lane]:
    """Run every command once a round, so that a busy moment meets all alike; the first round is thrown away."""
    lanes = {command.name: Lane(command=command) for command in commands}
    for round_number in range(rounds + 1):
        for name, lane in lanes.items():
            sample = measure(lane.command, round_number, output)
            if round_number:
                lanes[name].samples.append(sample)
    return lanes
