"""A row with tasks still to be read is to everybody the whole row."""

import json

from hypothesis import given
from hypothesis import strategies as st

from milestone.storage import summary_file
from milestone.storage.summary_entry import quote, unquote
from milestone.storage.summary_row import Blank, Row, pack, unpack
from milestone.storage.summary_writing import sealed


def a_row() -> Row:
    return Row({"id": "milestone-001"}, '[{"id":"task-001"}]', Blank())


WHOLE = {"id": "milestone-001", "tasks": [{"id": "task-001"}]}


def test_it_is_the_whole_row_to_everybody():
    assert a_row()["tasks"] == a_row().get("tasks") == WHOLE["tasks"]
    assert a_row() == WHOLE
    assert {**a_row()} == dict(a_row()) == dict(a_row().items()) == WHOLE
    assert "tasks" in a_row()
    assert list(a_row()) == list(a_row().keys()) == ["id", "tasks"]
    assert len(a_row()) == len(a_row().values()) == 2
    assert json.loads(json.dumps(a_row())) == WHOLE
    assert a_row().get("nothing", 3) == 3


def test_names_of_any_script_are_kept_in_ascii():
    for text in ("active/milestone-001.yaml", "ünïcode", "a\tb\nc", "%41", "", "a b", "\x1b[31m"):
        assert unquote(quote(text)) == text
        assert quote(text).isascii()
        assert "\t" not in quote(text) and "\n" not in quote(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.5, "", "a"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
    max_leaves=4,
)
RECORDS = st.dictionaries(st.sampled_from("abcd"), JSON, max_size=4)


@given(RECORDS, RECORDS)
def test_what_is_packed_with_a_blank_comes_back_whole(first, record):
    blank = Blank()
    blank.learn(first, [])

    packed = json.loads(json.dumps(pack(record, blank.row)))

    assert json.dumps(unpack(packed, blank.row), sort_keys=True) == json.dumps(record, sort_keys=True)


def test_usual_values_are_not_written():
    blank = Blank()
    blank.learn({"id": "m1", "labels": [], "hours": 3.0, "unmet": {"conditions": []}}, [])

    row = {"id": "m2", "labels": [], "hours": 0.0, "unmet": {"conditions": []}}

    assert pack(row, blank.row) == {"id": "m2"}


def test_a_summary_counts_as_far_as_it_is_sealed():
    summary = summary_file.Summary()
    summary.seal = {"seq": 1}
    first = sealed(summary_file.HEADER + b'N\t{"seq":1}\n', summary)
    summary.seal = {"seq": 2}
    second = first + sealed(b"", summary) + sealed(b"O\tk\t2\n", summary)

    for end in range(len(first), len(second) + 1):
        found = summary_file.parse(second[:end] + b"N\t\xff")
        assert found.seq == (1 if end == len(first) else found.seq)
        assert second[: found.bytes].endswith(b"\n") and found.bytes <= end
        assert found.operations == ({"k": 2} if end == len(second) else {})
    assert found.seq == 2 and found.news == ['{"seq":1}']
    assert summary_file.parse(first.replace(b'"seq":1}\n', b'"seq":7}\n', 1)) is None
    assert summary_file.parse(first[:-5]) is None
