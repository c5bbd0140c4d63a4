"""The results as a page: verdicts first, then every lane, then the machine."""

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.bounds import BARE, Verdict
from bench.timing import Lane

HEAD = f"""# Start-up and verb times

Written by `make bench`. Only ratios within one run mean anything; the milliseconds are this machine's, at
this load. Every command runs once a round, in turn; the first round is thrown away. A bound is judged on the
ratio of the medians of wall time. The bare interpreter is `{BARE}` with the interpreter of `.venv`, in the same
environment; `python -I -S -c pass` stands beside it. All commands write to a file, as in a pipe.
"""


def page(
    verdicts: Sequence[Verdict],
    lanes: Mapping[str, Lane],
    notes: Sequence[str],
    facts: Sequence[str],
    head: str = HEAD,
) -> str:
    """Return the Markdown page."""
    return "\n".join(
        [head, *_verdicts(verdicts), "", *_lanes(lanes), "", *_list("Notes", notes), *_list("Machine", facts)]
    )


def machine(rounds: int) -> list[str]:
    """Return what a reader needs to judge the milliseconds; no name of a host, person or folder."""
    return [
        f"{rounds} rounds, load average {os.getloadavg()[0]:.1f} at the end.",
        f"{os.cpu_count()} processors, {_processor()}.",
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}.",
    ]


def _verdicts(verdicts: Sequence[Verdict]) -> list[str]:
    rows = [
        f"| {v.bound.lane} | {v.bound.beside} | {_ratio(v.ratio)} | {v.bound.limit:g} | {v.word} |"
        for v in verdicts
    ]
    return ["| command | beside | ratio | at most | |", "|---|---|--:|--:|---|", *rows]


def _lanes(lanes: Mapping[str, Lane]) -> list[str]:
    bare = lanes[BARE]
    head = "| command | wall median (min) ms | CPU median (min) ms | × bare, wall | × bare, CPU |"
    rows = [
        f"| {name} | {lane.median('wall'):.1f} ({lane.minimum('wall'):.1f}) "
        f"| {lane.median('cpu'):.1f} ({lane.minimum('cpu'):.1f}) "
        f"| {_ratio(lane.median('wall') / bare.median('wall'))} "
        f"| {_ratio(lane.median('cpu') / bare.median('cpu'))} |"
        for name, lane in lanes.items()
    ]
    return [head, "|---|--:|--:|--:|--:|", *rows]


def _list(title: str, lines: Sequence[str]) -> list[str]:
    return [f"## {title}", "", *(f"- {line}" for line in lines), ""] if lines else []


def _ratio(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.2f}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "processor unknown"
