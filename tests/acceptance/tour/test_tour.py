"""The tutorial is true: every line typed in it prints what stands below it."""

import shutil
import tempfile
from pathlib import Path

import pytest

from acceptance.tour import transcript
from milestone.cli.text import wide

HERE = Path(__file__).parent
PAGES = sorted((HERE.parents[2] / "docs/tutorial").glob("*.md"))


@pytest.fixture
def folder():
    """A short path: what is printed of it must fit as it does on the page."""
    home = Path(tempfile.mkdtemp(prefix="t", dir="/tmp"))
    (home / "portfolio/src").mkdir(parents=True)
    (home / ".gitconfig").write_text("[user]\n\tname = sarah\n\temail = sarah@example.org\n")
    yield home / "portfolio"
    shutil.rmtree(home, ignore_errors=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_line_prints_what_the_page_says(page, folder):
    terminal = transcript.Terminal(folder, HERE / "bin")

    for each in transcript.read(page.read_text(encoding="utf-8")):
        if isinstance(each, transcript.Scene):
            terminal.set(each)
            continue
        printed = terminal.type(each)
        wrong = transcript.difference(each.expected, printed)
        assert [line for line in printed if wide.width(line) > 80] == [], each.typed
        assert wrong is None, f"{page.name}:{each.line}: $ {each.typed}\n{wrong}\n\n" + "\n".join(printed)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_line_is_longer_than_eighty_columns(page):
    assert [line for line in page.read_text(encoding="utf-8").splitlines() if len(line) > 80] == []


def test_the_comparison_bites():
    assert transcript.difference(["a", "c"], ["a", "b"]) is not None
    assert transcript.difference(["a"], ["a", "b"]) is not None
    assert transcript.difference(["a", "…"], ["a", "b", "c"]) is None
    assert transcript.difference(["a …"], ["a b"]) is None
    assert transcript.difference(["a …"], ["b"]) is not None


def test_a_page_that_says_something_else_fails(folder):
    terminal = transcript.Terminal(folder, HERE / "bin")
    step = next(iter(transcript.read("```console\n$ milestone --version\nmilestone 9\n```\n")))

    assert transcript.difference(step.expected, terminal.type(step)) is not None
