"""Which tasks get into each other's way: in doubt they do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone.domain import overlap
from milestone.domain.overlap import Area, clashes, meet

SEGMENTS = st.text(alphabet="abAB.", min_size=1, max_size=3).filter(lambda text: text not in (".", ".."))
PATHS = st.lists(SEGMENTS, min_size=1, max_size=4)


@st.composite
def patterns_of(draw: st.DrawFn, path: list[str]) -> str:
    """Return a pattern that means the path: some of its letters and folders are left open."""
    found: list[str] = []
    for part in path:
        kind = draw(st.sampled_from(["same", "star", "question", "set", "braces", "tail", "many"]))
        place = draw(st.integers(0, len(part) - 1))
        found += {
            "same": [part],
            "star": ["*"],
            "question": [part[:place] + "?" + part[place + 1 :]],
            "set": [part[:place] + f"[x{part[place]}]" + part[place + 1 :]],
            "braces": [f"{{zz,{part}}}"],
            "tail": [part[:place] + "*"],
            "many": ["**", part],
        }[kind]
    cut = draw(st.integers(1, len(found)))
    end = draw(st.sampled_from(["whole", "folder", "below"]))
    if end == "whole" or found[cut - 1] == "**":
        return "/".join(found)
    return "/".join(found[:cut]) + ("/" if end == "folder" else "/**")


@given(st.data(), PATHS)
def test_two_patterns_that_mean_one_path_meet(data: st.DataObject, path: list[str]):
    one, other = data.draw(patterns_of(path)), data.draw(patterns_of(path))

    assert meet(one, other) and meet(other, one)
    assert meet(one, "/".join(path)), (one, path)


@given(st.lists(PATHS, max_size=3), st.lists(PATHS, max_size=3))
def test_plain_paths_meet_only_when_one_lies_in_the_other(one: list[list[str]], other: list[list[str]]):
    def folded(parts: list[str]) -> list[str]:
        return [part.casefold() for part in parts]

    pairs = [(folded(a), folded(b)) for a in one for b in other]
    expected = any(a[: len(b)] == b[: len(a)] for a, b in pairs)

    first, second = (Area(files=tuple("/".join(p) for p in each)) for each in (one, other))
    assert bool(clashes(first, second)) == expected == bool(clashes(second, first))


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("src/api.py", "src/api.py", False),
        ("src/api.py", "./src/api.py", False),
        ("src/api", "src/api/login.py", False),
        ("src/*.py", "src/api.py", False),
        ("src/**", "src/a/b/c.py", False),
        ("**/*.py", "src/a/b.py", False),
        ("README.md", "readme.md", False),
        ("src/{a,b}.py", "src/b.py", False),
        (".", "anything", False),
        ("src/*.py", "src/api.js", True),
        ("src/a.py", "src/ab.py", True),
        ("docs/**", "src/**", True),
        ("src/test_*", "src/prod_*", True),
    ],
)
def test_files_that_meet(one: str, other: str, together: bool):
    assert meet(one, other) is not together


def test_a_lock_is_needed_by_label_or_by_file():
    settings = {"coordination.locks": {"build": ["slow", "src/core/**"], "database": "db"}}
    slow = overlap.of({"labels": ["Slow"]}, settings)
    core = overlap.of({"files": ["src/core/x.c"]}, settings)
    own = overlap.of({"locks": ["Build"]}, settings)
    other = overlap.of({"labels": ["db"], "files": ["docs/a.md"]}, settings)

    assert slow.locks == core.locks == own.locks == ("build",)
    assert other.locks == ("database",)
    assert clashes(slow, core) == clashes(core, own) == "the build lock"
    assert clashes(slow, other) is None


def test_what_is_learned_counts_where_nothing_is_declared():
    assert overlap.of({}, {}, ["a.py"]).files == ("a.py",)
    assert overlap.of({"files": "b.py"}, {}, ["a.py"]).files == ("b.py",)
    assert clashes(overlap.of({}, {}), overlap.of({}, {})) is None
