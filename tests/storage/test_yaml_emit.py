"""What we write reads back as it was, for us and for readers of YAML 1.1 and 1.2."""

import io
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from milestone import strict_yaml
from milestone.storage import yaml_emit

NASTY = st.sampled_from(
    ["no", "Yes", "~", "null", "22:30", "1_000", "017", "0x1f", "1e3", ".inf", "=", "<<", "- a", "a: b", "a #b",
     "#", "", " ", " a", "a ", "a\n", "a\n\n", "\na", "a\n  b\nc", "  a\nb", "%x", "@x", "`x", "'", '"', "\\", "|",
     ">",
     "[a", "{a", "&a", "*a", "!a", "? a", ": a", "a:", "a\tb", "\u2028", "\x85", "\ufeff", "\u202eevil", "\x1b[2J",
     "--flag", "---", "...", "2026-12-05", "2026-12-05T10:00:00Z", "日本語",
     "émile", "🎉", "a\r\nb", "1.10", "y", "true"]
)  # fmt: skip
TEXTS = NASTY | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | TEXTS
    | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=4) | st.dictionaries(TEXTS, v, max_size=4), max_leaves=12
)
KNOWN = ["id", "title", "tasks", "timeline", "phases"]
BODIES = st.dictionaries(st.sampled_from(KNOWN) | TEXTS, VALUES, max_size=6)


@settings(max_examples=300, deadline=None)
@given(BODIES)
def test_reading_what_we_wrote_gives_the_same(body: dict[str, Any]) -> None:
    said = {
        key: value for key, value in body.items() if value is not None or key not in KNOWN
    }  # absent is not null

    assert strict_yaml.load(yaml_emit.emit(body), "x") == said


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(TEXTS.filter(lambda key: len(key) < 100), TEXTS, max_size=4))
def test_readers_of_both_versions_read_the_same_texts(body: dict[str, str]) -> None:
    text = yaml_emit.emit(body)

    assert yaml.safe_load(text) == body
    assert dict(YAML(typ="safe", pure=True).load(io.StringIO(text))) == body


@settings(max_examples=100, deadline=None)
@given(BODIES)
def test_no_control_character_reaches_the_file(body: dict[str, Any]) -> None:
    assert all(c.isprintable() or c in "\n " or c.isspace() for c in yaml_emit.emit(body)) or all(
        c not in yaml_emit.emit(body) for c in "\x1b\x00\u202e\x9b"
    )


@pytest.mark.parametrize("value", ["milestone-001", "Log in with e-mail", "Größe prüfen", "ana (lead), 80%"])
def test_ordinary_words_stay_plain(value):
    assert yaml_emit.text(value) == value


def test_a_file_of_ours_reads_well():
    body = {
        "tasks": [{"title": "Draw it", "id": "task-001", "dependencies": [], "estimated_hours": 8}],
        "title": "Log in",
        "id": "milestone-001",
        "mood": "good",
        "description": "First line.\nSecond: line.\n",
        "timeline": {"estimated_end": "2026-12-05"},
    }

    assert yaml_emit.emit(body) == (
        yaml_emit.SCHEMA_LINE
        + """id: milestone-001
title: Log in
description: |
  First line.
  Second: line.
timeline:
  estimated_end: "2026-12-05"
tasks:
  - id: task-001
    title: Draw it
    estimated_hours: 8
    dependencies: []
mood: good
"""
    )
