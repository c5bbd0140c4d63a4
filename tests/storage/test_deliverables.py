"""Deliverables are found, hashed and taken in, inside the project only."""

from pathlib import Path

import pytest

from milestone import errors
from milestone.domain.document import Body
from milestone.storage.deliverables import TEMPLATES, Deliverables


def a_body(deliverables: list[object] | None = None, **phase: object) -> Body:
    design = {"status": "in_progress", **phase}
    if deliverables is not None:
        design["deliverables"] = deliverables
    task = {"id": "task-001", "kiro_workflow": {"enabled": True, "phases": {"design": design}}}
    return {"id": "milestone-001", "tasks": [task]}


@pytest.fixture
def store(tmp_path: Path) -> Deliverables:
    (tmp_path / ".milestones").mkdir()
    return Deliverables(tmp_path / ".milestones")


def write(store: Deliverables, name: str, text: str) -> Path:
    path = store.folder("milestone-001", "task-001", "design") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_usual_deliverables_are_shown_when_they_are_missing(store: Deliverables) -> None:
    found = store.found(a_body(), "task-001", "design")

    assert [(f.path, f.state) for f in found.absent] == [
        ("api-spec.yaml", "missing"),
        ("architecture.md", "missing"),
    ]
    assert found.refused == ()
    assert found.folder == ".milestones/deliverables/milestone-001/task-001/design/"


def test_declared_words_are_files_of_that_name(store: Deliverables) -> None:
    body = a_body(["architecture_decisions", "api_design"])
    write(store, "architecture-decisions.md", "We use one table.")

    found = store.found(body, "task-001", "design")

    assert [f.path for f in found.there] == ["architecture-decisions.md"]
    assert [f.path for f in found.refused] == ["api_design"]


def test_an_empty_file_and_an_unanswered_template_are_not_there(store: Deliverables) -> None:
    body = a_body(["architecture.md", "notes.md"])
    store.prepare(body, "task-001", "design")
    write(store, "notes.md", " \n")

    found = store.found(body, "task-001", "design")

    assert {f.path: f.state for f in found.refused} == {"architecture.md": "template", "notes.md": "empty"}


def test_templates_ask_questions_and_overwrite_nothing(store: Deliverables) -> None:
    mine = write(store, "architecture.md", "mine")

    folder = store.prepare(a_body(), "task-001", "design")

    assert mine.read_text() == "mine"
    assert "?" in (folder / "api-spec.yaml").read_text()
    assert all("?" in path.read_text() for path in TEMPLATES.iterdir())


def test_the_digest_follows_every_file_and_nothing_else(store: Deliverables) -> None:
    body = a_body()
    file = write(store, "architecture.md", "one")
    first = store.found(body, "task-001", "design").digest
    store.prepare(body, "task-001", "design")

    assert store.found(body, "task-001", "design").digest == first
    file.write_text("two")
    second = store.found(body, "task-001", "design").digest
    file.write_text("one")
    write(store, "diagrams/context.txt", "more")

    assert second != first
    assert store.found(body, "task-001", "design").digest not in (first, second)


def test_a_path_of_the_repository_is_followed(store: Deliverables) -> None:
    body = a_body([{"type": "implementation", "path": "src/auth/"}])
    assert store.found(body, "task-001", "design").refused

    (store.root.parent / "src/auth").mkdir(parents=True)
    (store.root.parent / "src/auth/login.py").write_text("pass")

    assert [f.path for f in store.found(body, "task-001", "design").there] == ["src/auth/"]


def test_the_short_form_is_read(store: Deliverables) -> None:
    short = store.root / "deliverables/task-001/design"
    short.mkdir(parents=True)
    (short / "auth-architecture.md").write_text("text")
    body = a_body([{"path": ".milestones/deliverables/task-001/design/auth-architecture.md"}])

    found = store.found(body, "task-001", "design")

    assert [f.path for f in found.there] == ["auth-architecture.md"]
    assert found.refused == ()


@pytest.mark.parametrize("path", ["../secret.md", "/etc/passwd", "a/../../b", ".milestones/../../x"])
def test_a_path_out_of_the_project_is_refused(store: Deliverables, path: str) -> None:
    with pytest.raises(errors.Refused) as refusal:
        store.found(a_body([{"path": path}]), "task-001", "design")

    assert refusal.value.code == "deliverable_outside"


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "../../x"])
def test_ids_that_are_no_names_have_no_folder(store: Deliverables, name: str) -> None:
    if name == "":
        assert store.folder("milestone-001", None, "design").name == "design"
        return
    with pytest.raises(errors.Refused):
        store.folder("milestone-001", name, "design")


def test_symbolic_links_are_refused_everywhere(store: Deliverables, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("key")
    folder = write(store, "architecture.md", "text").parent
    (folder / "link.md").symlink_to(secret)
    with pytest.raises(errors.Refused):
        store.found(a_body(), "task-001", "design")

    (folder / "link.md").unlink()
    (store.root.parent / "docs").symlink_to(tmp_path)
    with pytest.raises(errors.Refused):
        store.found(a_body([{"path": "docs/secret"}]), "task-001", "design")


def test_what_a_worker_left_is_taken_in(store: Deliverables, tmp_path: Path) -> None:
    left = tmp_path / "left"
    (left / "sub").mkdir(parents=True)
    (left / "sub/a.md").write_text("a")

    came = store.take_in(left, "milestone-001", "task-001", "design")

    assert [p.relative_to(store.root).as_posix() for p in came] == [
        "deliverables/milestone-001/task-001/design/sub/a.md"
    ]
    assert not (left / "sub/a.md").exists()


def test_a_worker_that_leaves_a_link_leaves_nothing(store: Deliverables, tmp_path: Path) -> None:
    left = tmp_path / "left"
    left.mkdir()
    (left / "a.md").write_text("a")
    (left / "b.md").symlink_to("/etc/passwd")

    with pytest.raises(errors.Refused):
        store.take_in(left, "milestone-001", "task-001", "design")

    assert (left / "a.md").exists()


@pytest.mark.parametrize(
    ("described", "file"),
    [
        ("Authentication architecture diagram", "architecture.md"),
        ("Security requirements specification", "security-spec.md"),
        ("API endpoint definitions", "api-endpoints.yaml"),
    ],
)
def test_a_description_is_any_file_that_shares_a_word(store: Deliverables, described: str, file: str) -> None:
    write(store, file, "text")

    assert store.found(a_body([described]), "task-001", "design").refused == ()
    assert store.found(a_body(["Test plan"]), "task-001", "design").refused
