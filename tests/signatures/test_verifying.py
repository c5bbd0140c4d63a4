"""A signature counts for exactly these bytes, by a key that is listed; anything else is no, never an error."""

import base64

import pytest

from milestone.signatures import keys, verifying
from milestone.testing.signing import a_key

SAID = b"what was said"


def test_a_listed_key_in_any_form_people_write_verifies():
    key = a_key()
    signature = key.one(SAID)

    for line in (
        key.public.line,
        key.public.line + " ana@laptop",
        key.public.raw.hex(),
        "ed25519:" + key.public.raw.hex(),
        base64.b64encode(key.public.raw).decode(),
    ):
        assert verifying.is_signed(SAID, signature, [line])


def test_other_bytes_other_keys_and_no_keys_do_not_verify():
    key, other = a_key(), a_key()
    signature = key.one(SAID)

    assert not verifying.is_signed(b"something else", signature, [key.public.line])
    assert not verifying.is_signed(SAID, signature, [other.public.line])
    assert not verifying.is_signed(SAID, signature, [])


def test_a_signature_that_names_a_listed_key_but_is_by_another_does_not_verify():
    key, other = a_key(), a_key()
    stolen = other.one(SAID).replace(other.public.name, key.public.name)

    assert not verifying.is_signed(SAID, stolen, [key.public.line])


@pytest.mark.parametrize("hardware", [False, True])
def test_signatures_of_ssh_keygen_verify(hardware):
    key = a_key(hardware=hardware)

    assert verifying.is_signed(SAID, key.over_ssh(SAID), [key.public.line])
    assert not verifying.is_signed(b"else", key.over_ssh(SAID), [key.public.line])


def test_a_hardware_key_that_nobody_touched_does_not_count():
    key = a_key(hardware=True)

    assert not verifying.is_signed(SAID, key.over_ssh(SAID, flags=0), [key.public.line])


def test_a_hardware_key_cannot_be_passed_off_as_a_plain_one():
    key = a_key(hardware=True)
    plain = keys.PublicKey(raw=key.public.raw)

    assert not verifying.is_signed(SAID, key.one(SAID), [key.public.line])
    assert not verifying.is_signed(SAID, key.over_ssh(SAID), [plain.line])


def test_what_was_signed_for_git_means_nothing_here():
    key = a_key()

    assert not verifying.is_signed(SAID, key.over_ssh(SAID, namespace="git"), [key.public.line])


@pytest.mark.parametrize(
    "torn",
    ["", "ed25519", "ed25519::", "ed25519:{name}:", "ed25519:{name}:!!", "sshsig:{name}:AAAA", "x:{name}:AA=="],
)
def test_torn_signatures_are_no(torn):
    key = a_key()

    assert not verifying.is_signed(SAID, torn.format(name=key.public.name), [key.public.line])


@pytest.mark.parametrize("cut", range(0, 200, 7))
def test_a_signature_cut_anywhere_is_no(cut):
    key = a_key(hardware=True)
    scheme, name, text = key.over_ssh(SAID).split(":")
    data = base64.b64encode(base64.b64decode(text)[:cut]).decode()

    assert not verifying.is_signed(SAID, f"{scheme}:{name}:{data}", [key.public.line])


@pytest.mark.parametrize(
    "line",
    ["", "ssh-rsa AAAA", "ssh-ed25519", "ssh-ed25519 !!", "00" * 31, "ana", "sk-ssh-ed25519@openssh.com AAAA"],
)
def test_lines_that_are_no_ed25519_key_are_none(line):
    assert keys.read(line) is None
