"""What is sealed opens with its key, in its place, unchanged; and in no other way."""

import base64
import random
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone.domain import sensitive
from milestone.domain.document import Event
from milestone.storage import encryption
from milestone.storage.encryption import Box

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
UID = "0" * 31 + "a"
ANY = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), st.lists, max_leaves=5)


@given(ANY)
def test_what_is_sealed_opens_again(value):
    box = Box([KEY])

    assert box.unseal(UID, "budget", box.seal(UID, "budget", value)) == value


def test_two_thousand_changed_words_do_not_open():
    box = Box([KEY])
    word = box.seal(UID, "budget", {"amount": 40_000, "currency": "EUR"})
    chance = random.Random(20261120)
    head, text = word.rsplit(":", 1)
    data = base64.urlsafe_b64decode(text)

    for _ in range(2_000):
        changed = bytearray(data)
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        wrong = f"{head}:{base64.urlsafe_b64encode(changed).decode()}"
        assert box.unseal(UID, "budget", wrong) == wrong
    for end in range(len(data)):
        wrong = f"{head}:{base64.urlsafe_b64encode(data[:end]).decode()}"
        assert box.unseal(UID, "budget", wrong) == wrong


def test_a_word_moved_to_another_record_place_or_key_does_not_open():
    box = Box([KEY])
    word = box.seal(UID, "budget", "40,000")

    assert box.unseal("0" * 31 + "b", "budget", word) == word
    assert box.unseal(UID, "owner", word) == word
    assert Box([OTHER]).unseal(UID, "budget", word) == word
    assert sensitive.reveal({"owner": word}, UID, box.unseal) == {"owner": word}
    assert sensitive.reveal({"budget": word}, UID, box.unseal) == {"budget": "40,000"}


def test_an_older_key_opens_what_it_sealed_and_the_new_one_seals():
    old = Box([KEY]).seal(UID, "budget", 1)
    both = Box([OTHER, KEY])

    assert both.unseal(UID, "budget", old) == 1
    assert encryption.name_of(OTHER) in both.seal(UID, "budget", 2)


def test_no_nonce_is_used_twice():
    box = Box([KEY])
    words = {box.seal(UID, "budget", 1) for _ in range(5_000)}

    assert len({base64.urlsafe_b64decode(word.rsplit(":", 1)[1])[:12] for word in words}) == 5_000


def test_a_content_opens_under_its_own_name_only():
    box = Box([KEY])
    sealed = box.seal_bytes("a1", b"a content")

    assert box.open_bytes("a1", sealed) == b"a content"
    assert box.open_bytes("a2", sealed) is None
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert box.open_bytes("a1", bytes(changed)) is None


def test_parameters_that_would_take_all_memory_are_refused():
    with pytest.raises(ValueError, match="bounds"):
        encryption.from_passphrase("open", b"s" * 16, memory=1 << 30, passes=3, lanes=1)
    made = encryption.from_passphrase("open", b"s" * 16, memory=64, passes=1, lanes=1)
    assert len(made) == 32
    assert made != encryption.from_passphrase("other", b"s" * 16, memory=64, passes=1, lanes=1)


def test_what_openssl_encrypted_by_the_old_recipe_is_read():
    word = subprocess.run(
        ["openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-base64", "-k", "secret"],
        input=b"40,000 EUR\n",
        capture_output=True,
        check=True,
    ).stdout.decode()

    assert encryption.is_of_openssl(word)
    assert encryption.from_openssl(word, "secret") == "40,000 EUR\n"


def created(**body) -> Event:
    data = {"body": {"id": "milestone-001", "uid": UID, "title": "Ship", **body}}
    return Event(kind="milestone.created", document="milestone", uid=UID, data=data)


def marked(uid: str, place: str, value: object) -> str:
    return f"sealed:v1:k:{place}:{value!r}"


def test_secret_fields_and_tagged_notes_are_sealed_and_nothing_else():
    event = created(
        budget={"amount": 4},
        compliance={"standard": "SOX", "evidence": ["audit"]},
        sensitive=["salary"],
        salary=9,
        owner="ana",
        tasks=[{"id": "task-001", "next_note": "call Bo #sensitive", "title": "Call #sensitive"}],
    )
    body = sensitive.protect(event, None, marked).data["body"]

    assert body["budget"] == "sealed:v1:k:budget:{'amount': 4}"
    assert body["compliance"] == {"standard": "SOX", "evidence": "sealed:v1:k:compliance/evidence:['audit']"}
    assert body["salary"].startswith("sealed:")
    assert (body["owner"], body["title"]) == ("ana", "Ship")
    assert body["tasks"][0]["next_note"].startswith("sealed:v1:k:note:")
    assert body["tasks"][0]["title"] == "Call #sensitive"


def test_an_edit_of_a_secret_field_is_sealed_wherever_its_path_ends():
    def changed(**to_set):
        event = Event(kind="milestone.edited", document="milestone", uid=UID, data={"set": to_set})
        return sensitive.protect(event, None, marked).data["set"]

    assert changed(budget=5)["budget"] == "sealed:v1:k:budget:5"
    assert changed(**{"budget/amount": 5})["budget/amount"] == "sealed:v1:k:budget/amount:5"
    assert changed(compliance={"evidence": "x"})["compliance"]["evidence"].startswith("sealed:")
    assert changed(title="T") == {"title": "T"}
    once = changed(budget=5)
    assert changed(**once) == once
