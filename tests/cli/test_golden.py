"""Screens as they stand, at 60, 80 and 120 columns, in colour and in ASCII.

After a wanted change: `GOLDEN=write pytest tests/cli/test_golden.py`, and read the difference.
"""

import os
from pathlib import Path

import pytest

from cli.worlds import a_project
from milestone.cli.main import run
from milestone.cli.text import wide

FOLDER = Path(__file__).with_name("golden")
SCREENS = {
    "status": ["status"],
    "list": ["list", "--archived"],
    "tasks": ["list", "--tasks"],
    "show": ["show", "m1"],
    "show-task": ["show", "m1/t4"],
    "show-blocked": ["show", "m2"],
    "next": ["next"],
    "dependencies": ["update", "--dependencies"],
    "health": ["update", "--health-check"],
    "upcoming": ["update", "--upcoming"],
    "not-found": ["show", "m9"],
}


@pytest.fixture
def project(elsewhere):
    """The project of the screens, in a folder whose name does not change."""
    folder = elsewhere / "portfolio"
    folder.mkdir()
    os.chdir(a_project(folder))
    return folder


def screen(line, capsys):
    """Return what a line prints, on both streams."""
    run(line)
    captured = capsys.readouterr()
    return captured.out + captured.err


def compare(name, text):
    """Compare with the kept screen; with GOLDEN=write keep it."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_as_it_was_and_fits(name, columns, project, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))

    text = screen(SCREENS[name], capsys)

    assert [line for line in text.splitlines() if wide.width(line) > columns] == []
    assert "\x1b" not in text
    compare(f"{name}-{columns}", text)


def test_plain_characters_where_asked(project, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("MILESTONE_ASCII", "1")

    text = screen(["show", "m3"], capsys)

    assert text.isascii()
    compare("show-ascii", text)


def test_colour_comes_from_us_and_never_from_a_record(project, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    text = screen(["show", "m2", "--color", "always"], capsys)

    assert "\x1b[31m" in text
    assert "\x1b[2J" not in text
    assert "\\x1b[2J" in text


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_no_color_over_force_color_over_what_the_stream_is(environ, coloured, project, capsys, monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert ("\x1b[" in screen(["status"], capsys)) is coloured


def test_a_flag_over_both(project, capsys, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b[" in screen(["status", "--color", "always"], capsys)
