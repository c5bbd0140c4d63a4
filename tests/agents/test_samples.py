"""Kept samples of each program's documented output are read whole: nothing odd, and all that matters is found."""

import io
from pathlib import Path

import pytest

from milestone.agents.executors import EXECUTORS
from milestone.agents.executors.base import Job
from milestone.agents.executors.heard import Heard
from milestone.agents.executors.process import Line
from milestone.agents.executors.settings import Settings
from milestone.agents.executors.speaking import Speaking
from milestone.registry import load

SAMPLES = Path(__file__).parent / "samples"
# file: said at the end, tokens in, tokens out, cents, files, done, trouble
FACTS = {
    "claude/permission.jsonl": ("Done.", 159_856, 5555, {"USD": 35.2}, (), True, ""),
    "codex/readme.jsonl": (
        "Yep — there’s a `README.md` in the repository root.",
        24_763,
        122,
        {},
        ("a.md",),
        True,
        "",
    ),
    "codex/failed.jsonl": ("", 0, 0, {}, (), False, "codex: stream disconnected before completion"),
    "gemini/headless.jsonl": ("I wrote it. All good.", 9_500, 500, {}, ("src/a.py",), True, ""),
    "gemini/failed.jsonl": ("", 100, 0, {}, (), False, "gemini: quota exceeded"),
    "opencode/run.jsonl": ("hello", 17_609, 10, {"USD": 1.25}, ("a.txt",), True, ""),
    "acp/prompt.jsonl": ("I'll analyze your code.", 53_000, 0, {"USD": 4.5}, ("src/main.py",), True, ""),
}


class Process:
    """A program's input that is kept."""

    def __init__(self) -> None:
        self.stdin = io.BytesIO()


@pytest.mark.parametrize("name", sorted(str(path.relative_to(SAMPLES)) for path in SAMPLES.glob("*/*.jsonl")))
def test_a_sample_is_read(tmp_path, name):
    kind: type[Speaking] = load(EXECUTORS[name.partition("/")[0]])
    job = Job(ref="m/t", folder=tmp_path, log=tmp_path / "log", record=tmp_path / "record", ask=lambda ask: "no")
    heard = Heard(job, Settings())
    dialogue = kind().dialogue(job, heard)
    line = Line(Process())
    dialogue.begin(line)

    for raw in (SAMPLES / name).read_bytes().splitlines():
        dialogue.hear(raw, line)

    assert heard.odd == 0, (tmp_path / "log").read_text()
    assert heard.conversation
    found = (heard.said, heard.tokens_in, heard.tokens_out, dict(heard.money), heard.files, heard.claims_done)
    assert (*found, heard.trouble) == FACTS[name]


def test_every_agent_has_a_sample():
    kinds = {name for name, target in EXECUTORS.items() if isinstance(load(target), type)}
    speaking = {name for name in kinds if issubclass(load(EXECUTORS[name]), Speaking)}

    assert {name.partition("/")[0] for name in FACTS} == speaking
