"""A signed receipt counts in every clone by its signature, and shows nothing but what was signed."""

from typing import Any

import msgspec
import pytest

from milestone import errors
from milestone.domain import proof, signing
from milestone.domain.context import Person
from milestone.domain.document import Body, Document
from milestone.domain.signed_receipts import recognised
from milestone.operations import checking
from milestone.operations import signing as operation
from milestone.testing.builders import a_body, a_task
from milestone.testing.signing import Key, a_key, verifier
from milestone.testing.workspaces import a_workspace, as_

DONE = {"status": "completed", "completed_at": "2026-11-20"}


@pytest.fixture
def key() -> Key:
    return a_key()


def ci(key: Key) -> Any:
    return verifier(Person(handle="service:ci", keys=(key.public.line,)))


def receipt(document: Document, key: Key, task: str = "task-001", **fields: Any) -> Body:
    item = {
        "grade": "ci",
        "by": "service:ci",
        "at": "2026-11-20T12:00:00.000Z",
        "command": "make test",
        "exit_code": 0,
    }
    item |= fields
    return {**item, "signature": key.one(signing.receipt(document, task, item))}


def a_record(*evidence: Body, **task: Any) -> Document:
    """A record as it comes by git: text, and nothing that a command recorded here."""
    tasks = [{"id": "task-001", **DONE, "evidence": list(evidence), **task}, {"id": "task-002", **DONE}]
    return Document(kind="milestone", uid="u1", revision=1, body={"id": "milestone-001", "tasks": tasks})


def grade(document: Document, number: int = 0) -> str | None:
    return proof.grade(document, document.body["tasks"][number])


def test_a_completion_with_a_signed_receipt_counts_though_it_came_as_text(key: Key) -> None:
    document = a_record(receipt(a_record(), key))

    assert grade(document) == "typed"
    assert grade(recognised(document, ci(key))) == "ci"


@pytest.mark.parametrize(
    "forged",
    [
        {"exit_code": 1},
        {"command": "true"},
        {"at": "2026-12-20T12:00:00.000Z"},
        {"by": "ana"},
        {"grade": "command"},
        {"item": 1},
    ],
)
def test_every_word_of_it_is_bound(key: Key, forged: Body) -> None:
    document = a_record({**receipt(a_record(), key), **forged})

    assert grade(recognised(document, ci(key))) == "typed"


def test_it_shows_neither_another_task_nor_another_milestone(key: Key) -> None:
    item = receipt(a_record(), key)
    moved = a_record()
    moved.body["tasks"][1]["evidence"] = [item]
    elsewhere = msgspec.structs.replace(a_record(item), uid="u2")

    assert grade(recognised(moved, ci(key)), 1) == "typed"
    assert grade(recognised(elsewhere, ci(key))) == "typed"


def test_a_key_that_is_not_listed_any_more_shows_nothing(key: Key) -> None:
    assert grade(recognised(a_record(receipt(a_record(), key)), ci(a_key()))) == "typed"


def test_a_receipt_of_a_failure_shows_nothing(key: Key) -> None:
    assert grade(recognised(a_record(receipt(a_record(), key, exit_code=1)), ci(key))) == "typed"


def test_a_receipt_from_before_the_task_was_taken_up_again_shows_nothing(key: Key) -> None:
    document = a_record(receipt(a_record(), key), reopened_at="2026-11-21T00:00:00.000Z")

    assert grade(recognised(document, ci(key))) == "typed"


def test_receipts_of_single_items_show_the_task_together_only(key: Key) -> None:
    accepted = {"acceptance": ["one", "two"]}
    task = {"id": "task-001", **accepted}
    items = [receipt(a_record(**accepted), key, **proof.about(task, number)) for number in (1, 2)]

    assert grade(recognised(a_record(items[0], **accepted), ci(key))) == "typed"
    assert grade(recognised(a_record(*items, **accepted), ci(key))) == "ci"


def test_check_signs_the_receipt_and_a_clone_takes_it(tmp_path: Any, key: Key) -> None:
    here = a_workspace(tmp_path, a_body("milestone-001", tasks=[a_task("task-001")]))
    here.people = (Person(handle="ana", keys=(key.public.line,)),)

    checked = checking.check(here, tmp_path, checking.Check(ref="m1/t1", command=("true",)), lambda: key)

    (item,) = checked.shown
    assert item["signature"].startswith("ed25519:")
    with here.reading() as reading:
        (document,) = reading.find("milestone")
    as_text = msgspec.structs.replace(document, proven=())
    assert proof.evidence_grades(as_text, as_text.body["tasks"][0]) == ["typed"]
    seen = recognised(as_text, here.verify)
    assert proof.evidence_grades(seen, seen.body["tasks"][0]) == ["command"]


def test_a_reading_recognises_what_came_as_text(tmp_path: Any, key: Key) -> None:
    body = a_body("milestone-001", tasks=[a_task("task-001", **DONE)])
    plain = Document(kind="milestone", uid=body["uid"], revision=1, body=body)
    body["tasks"][0]["evidence"] = [receipt(plain, key)]
    there = a_workspace(tmp_path, body)
    there.people = (Person(handle="service:ci", keys=(key.public.line,)),)

    with there.reading() as reading:
        (document,) = reading.find("milestone")
        assert grade(document) == "ci"
        assert grade(reading.load("milestone", body["uid"])) == "ci"  # type: ignore[arg-type]
    there.people = ()
    with there.reading() as reading:
        (document,) = reading.find("milestone")
        assert grade(document) == "typed"


def test_a_service_signs_receipts_with_a_key_in_a_file_and_never_an_approval(tmp_path: Any, key: Key) -> None:
    place = tmp_path / "ci.key"
    place.write_text(key.private.private_bytes_raw().hex())
    place.chmod(0o600)
    (tmp_path / "project").mkdir()
    service = as_(a_workspace(tmp_path / "project"), "service:ci")
    environ = {"HOME": str(tmp_path), operation.SERVICE_KEY: str(place)}

    (signature,) = operation.receipt_signer(service, environ, str).sign([b"said"])

    assert signature == key.one(b"said")
    with pytest.raises(errors.NeedsAPerson):
        operation.signer(service, environ, str)
    with pytest.raises(errors.NeedsAPerson):
        operation.receipt_signer(as_(service, "agent:x"), environ, str)
