"""It must show 6: folders made by hand open as they are; what is odd is named; reading changes no byte."""

import importlib.util
from pathlib import Path

import pytest

from .conftest import fingerprint

READING = [
    [],
    ["status"],
    ["list"],
    ["list", "--tasks"],
    ["next"],
    ["log"],
    ["config", "list"],
    ["whoami"],
    ["show", "milestone-001"],
    ["show", "milestone-087", "--all"],
    ["show", "login-page"],
    ["show", "größe"],
    ["update", "--dependencies"],
    ["update", "--conflicts"],
    ["update", "--upcoming"],
    ["update", "--validate-config"],
    ["doctor"],
    ["review"],
    ["sessions"],
    ["prime"],
]


def is_built(verb: str) -> bool:
    return importlib.util.find_spec(f"milestone.cli.commands.{verb}") is not None


BUILT = [argv for argv in READING if not argv or is_built(argv[0])]


@pytest.mark.parametrize("argv", BUILT, ids=lambda argv: " ".join(argv) or "bare")
def test_reading_changes_no_byte(milestone, foreign, argv):
    before = fingerprint(foreign)

    said = milestone(*argv)

    assert said.code in (0, 5), said.err
    assert fingerprint(foreign) == before


def test_every_readable_record_is_there(milestone, foreign):
    rows = milestone("list", "--limit", "0", "--json").answer["data"]
    rows += milestone("list", "--archived", "--limit", "0", "--json").answer["data"]

    assert {row["id"]: row["title"] for row in rows}.items() >= {
        "milestone-000": "Set up the repository",
        "milestone-001": "User Authentication System",
        "milestone-003": "Implement frontend components",
        "milestone-008": "User Authentication System",
        "milestone-012": "Numbers as strings",
        "milestone-013": "مهمة بالعربية",
        "milestone-014": "Windows lines",
        "milestone-087": "Customer Data Migration - Phase 2B",
        "größe-prüfen": "Größe der Bilder prüfen",
        "login-page": "ログインページ",
    }.items()


def test_an_unreadable_file_stops_only_itself_and_names_its_place(milestone, foreign):
    warnings = milestone("status", "--json").answer["warnings"]

    broken = {w["path"]: (w["line"], w["message"]) for w in warnings if w["code"] == "unreadable_file"}
    assert broken.keys() == {
        "active/milestone-010.yaml",
        "active/milestone-015.yaml",
        "active/milestone-016.yaml",
    }
    line, message = broken["active/milestone-010.yaml"]
    assert line == 5 and "title: this is: not YAML" in message


def test_what_is_not_understood_is_named_once(milestone, foreign):
    warnings = milestone("status", "--json").answer["warnings"]

    named = {w["path"]: w["message"] for w in warnings if w["code"] == "unknown_key"}
    assert named["active/größe prüfen.yaml"] == "Not understood and left as it is: abhängig von, titel, zustand."


def test_the_folder_is_as_committed(foreign):
    committed = Path(__file__).parent / "foreign" / "handmade"

    assert fingerprint(foreign) == fingerprint(committed)
