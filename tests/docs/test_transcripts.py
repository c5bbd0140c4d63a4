"""Every `console` block of the documents does what it says."""

from pathlib import Path

import pytest

from docs.transcript import Step, missing, new_project, parse, run, sections

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
ELSEWHERE = {"use-postgresql.md"}  # needs a server: test_use_postgresql.py
STORIES = [
    pytest.param(steps, id=f"{page.relative_to(ROOT)}: {heading}")
    for page in PAGES
    if "tutorial" not in page.parts and page.name not in ELSEWHERE
    for heading, steps in sections(page.read_text())
]


@pytest.mark.parametrize("steps", STORIES)
def test_a_story_prints_what_the_page_says(steps: list[Step], tmp_path: Path):
    folder = new_project(tmp_path)

    for step in steps:
        printed = run(step, folder, tmp_path)
        assert missing(step.expected, printed) is None, f"$ {step.typed}\n{printed}"


def test_a_block_is_read_as_typed_lines_and_what_they_print():
    steps = list(parse("$ one\nfirst\n  second\n$ two\n"))

    assert steps == [Step("one", ["first", "second"]), Step("two")]


def test_a_here_document_is_typed_whole():
    steps = list(parse("$ cat > a <<'END'\none\nEND\nprinted\n"))

    assert steps == [Step("cat > a <<'END'\none\nEND", ["printed"])]


def test_a_section_is_a_story_of_its_own_and_comments_are_typed():
    page = (
        "# Title\n\n## A\n\n<!-- console\n$ hidden\n-->\n\n```console\n$ shown\n```\n\n## B\n\n```sh\n$ no\n```\n"
    )

    assert list(sections(page)) == [("A", [Step("hidden"), Step("shown")])]


@pytest.mark.parametrize(
    ("expected", "lacking"),
    [(["b"], None), (["a", "c"], None), (["c", "a"], "a"), (["a … z"], None), (["d"], "d"), (["a"], None)],
)
def test_a_line_that_is_not_printed_is_found(expected: list[str], lacking: str | None):
    printed = "a\nb\nc\na to z\n"

    assert missing(expected, printed) == lacking
