"""It must show 6: folders made by hand open as they are; what is odd is named; reading changes no byte."""

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


@pytest.mark.parametrize("argv", READING, ids=lambda argv: " ".join(argv) or "bare")
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


DOCTOR = {
    ("error", "unreadable_file", "active/milestone-010.yaml:5:19"),
    ("error", "unreadable_file", "active/milestone-015.yaml:2:11"),
    ("error", "unreadable_file", "active/milestone-016.yaml:1:1"),
    ("error", "dependency_cycle", "login-page"),
    ("warning", "not_understood", "active/milestone-012.yaml:8:26"),
    ("warning", "unknown_key", "config/milestone-config.yaml:7"),
    ("warning", "unknown_dependency", "login-page"),
    ("warning", "unknown_dependency", "milestone-008"),
    ("warning", "unknown_dependency", "milestone-087"),
    ("warning", "unknown_reference", "active/dependencies.yaml"),
    ("warning", "unknown_person", "milestone-087: owner"),
    ("warning", "unknown_person", "milestone-008: phases/design/reviewers"),
    ("note", "unknown_key", "active/größe prüfen.yaml:6:48"),
    ("note", "unknown_key", "active/milestone-003.yaml:12:1"),
    ("note", "unknown_key", "active/milestone-008.yaml:18:5"),
    ("note", "id_differs_from_name", "active/login.yaml:1:1"),
    ("note", "no_effect_yet", "config/milestone-config.yaml:4"),
    ("note", "typed_status", "milestone-012/first"),
}


def test_the_doctor_names_each_finding_and_its_place(milestone, foreign):
    said = milestone("doctor", "--json")

    found = {(f["severity"], f["code"], f["where"]) for f in said.answer["data"]["findings"]}
    assert said.code == 5
    assert found >= DOCTOR, sorted(DOCTOR - found)
    assert not [f for f in found if f[0] == "error" and f not in DOCTOR]


def test_a_change_of_one_record_leaves_every_other_file_alone(milestone, foreign):
    (foreign / "active" / "dependencies.yaml").unlink()  # which becomes part of two other records
    before = fingerprint(foreign)

    assert milestone("update", "milestone-014", "--priority", "high").code == 0

    after = fingerprint(foreign)
    assert {name for name in before if before[name] != after.get(name)} == {"active/milestone-014.yaml"}
    text = (foreign / "active/milestone-014.yaml").read_bytes()
    assert text == b"\xef\xbb\xbfid: milestone-014\r\ntitle: Windows lines\r\nstatus: Doing\r\npriority: high\r\n"


def test_a_task_of_a_free_form_is_done_where_it_stands(milestone, foreign):
    before = (foreign / "active/milestone-003.yaml").read_text()

    assert milestone("task", "done", "milestone-003/task-002", "--override", "made by hand").code == 0

    after = (foreign / "active/milestone-003.yaml").read_text()
    assert "  - id: task-002\n    title: Implement navigation system\n    status: completed\n" in after
    assert [line for line in before.splitlines() if line not in after.splitlines()] == [
        "  - Implement navigation system"
    ]


def test_the_folder_is_as_committed(foreign):
    committed = Path(__file__).parent / "foreign" / "handmade"

    assert fingerprint(foreign) == fingerprint(committed)
