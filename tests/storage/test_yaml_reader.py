"""Reading is strict against attacks and free of the traps of YAML 1.1."""

import time

import pytest

from milestone import errors, strict_yaml
from milestone.storage.yaml_reader import read_record

ATTACKS = {
    "anchor": "title: &x 1",
    "alias": "title: *x",
    "alias bomb": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
    "merge key": "<<: {a: 1}",
    "python tag": "a: !!python/object/apply:os.system ['touch pwned']",
    "core tag": "a: !!str 1",
    "tag directive": "%TAG ! tag:example.org,2000:\n---\na: 1",
    "key twice": "a: 1\na: 2",
    "key twice in flow": "a: {b: 1, b: 2}",
    "two documents": "a: 1\n---\nb: 2",
    "list as key": "? [a]\n: 1",
    "unclosed": "a: [1, 2",
    "tab": "\ta: 1",
    "colon": "title: a: b",
    "terminal escape": "title: \x1b[2J",
    "nul": "title: a\x00b",
    "half a character": "title: \ud800",
    "deep flow": "a: " + "[" * 5000,
    "deep block": "- " * 5000 + "x",
    "deep keys": "".join(" " * i + "a:\n" for i in range(60)),
    "wide": "a: [" + "1," * 60_000 + "]",
    "long": "a: " + "x" * (1 << 20),
    "a list": "- a\n- b",
    "a word": "hello",
    "nothing": "",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_or_error_is_refused_with_its_place(name):
    started = time.perf_counter()

    with pytest.raises(errors.UnreadableFile) as refused:
        read_record(ATTACKS[name], "active/milestone-001.yaml")

    facts = refused.value.facts
    assert facts["path"] == "active/milestone-001.yaml"
    assert facts["line"] >= 1 and facts["column"] >= 1
    assert f"active/milestone-001.yaml:{facts['line']}:" in refused.value.message
    assert refused.value.why and refused.value.hint
    assert (refused.value.message + refused.value.why + facts["text"]).isprintable()
    assert time.perf_counter() - started < 2


def test_a_merge_key_bomb_costs_nothing():
    bomb = "a0: &a0 {k0: 1}\n" + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, 25))
    started = time.perf_counter()

    with pytest.raises(errors.UnreadableFile):
        read_record(bomb, "x.yaml")

    assert time.perf_counter() - started < 0.5


def test_the_error_shows_the_line():
    with pytest.raises(errors.UnreadableFile) as refused:
        read_record("id: milestone-001\ntitle: a: b\n", "active/milestone-001.yaml")

    assert refused.value.message.startswith("active/milestone-001.yaml:2:9 ")
    assert refused.value.facts["text"] == "title: a: b"


@pytest.mark.parametrize(
    "typed",
    ["no", "yes", "on", "off", "y", "22:30", "1_000", "017", "1.10", "2026-12-05", "2026-12-05T10:00:00Z", "1e3",
     ".inf", ".nan", "0b11", "9" * 30, "1e999", "-", "+", ".", "- x"[:1]],
)  # fmt: skip
def test_what_other_readers_take_for_something_else_stays_text(typed):
    assert strict_yaml.load(f"k: {typed}\n" if typed not in "-" else 'k: "-"', "x") == {"k": typed}


@pytest.mark.parametrize(
    ("typed", "value"),
    [("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("8", 8), ("-3", -3), ("1.5", 1.5),
     ("0x1F", 31), ("0o17", 15), ('"8"', "8")],
)  # fmt: skip
def test_the_core_schema_gives_values(typed, value):
    assert strict_yaml.load(f"k: {typed}\n", "x") == {"k": value}


def test_keys_are_text():
    assert strict_yaml.load("1: a\ntrue: b\non: c\n2026-01-01: d\n", "x") == {
        "1": "a",
        "true": "b",
        "on": "c",
        "2026-01-01": "d",
    }


def test_bytes_that_are_no_utf8_name_their_place():
    with pytest.raises(errors.UnreadableFile) as refused:
        strict_yaml.decode(b"a: 1\nb: \xff\n", "f.yaml")

    assert (refused.value.facts["line"], refused.value.facts["column"]) == (2, 4)


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    assert strict_yaml.load("\ufefftitle: x\r\n", "x") == {"title": "x"}


def test_every_value_knows_its_place():
    text = "é: [1, 'zwei']\nb:\n  - x: |\n      ä\n    y: q  # why\n# end\n"
    root = strict_yaml.compose(text, "x")

    def at(*path: str | int) -> str:
        node = strict_yaml.find(root, path)
        assert node is not None
        return text[node.start : node.end]

    assert at("é", 1) == "'zwei'"
    assert at("b", 0, "y") == "q"
    assert at("b") == "- x: |\n      ä\n    y: q"
