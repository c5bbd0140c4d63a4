"""A key in a file is of use only with its passphrase; keys that every program could use are refused."""

import os
import subprocess

import pytest

from milestone.signatures import keys, own_key, ssh_keygen, verifying

PASS = "correct horse battery"


def made(folder, *words):
    place = folder / "id"
    subprocess.run(["ssh-keygen", "-q", *words, "-f", str(place)], check=True, capture_output=True)
    return place


def test_what_is_made_signs_with_its_passphrase_and_not_with_another(tmp_path):
    public = own_key.make(tmp_path / "keys/approval.key", PASS)
    kept = own_key.read((tmp_path / "keys/approval.key").read_bytes())

    (signature,) = own_key.sign(kept, PASS, [b"said"])

    assert verifying.is_signed(b"said", signature, [public.line])
    with pytest.raises(own_key.WrongPassphrase):
        own_key.sign(kept, "wrong horse", [b"said"])


def test_the_file_is_for_its_owner_and_is_never_replaced(tmp_path):
    own_key.make(tmp_path / "approval.key", PASS)

    assert (tmp_path / "approval.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        own_key.make(tmp_path / "approval.key", PASS)


def test_other_files_are_no_key_of_ours():
    assert own_key.read(b"") is None
    assert own_key.read(b"{}") is None
    assert own_key.read(b"\xff\xfe") is None


def test_an_ssh_key_without_a_passphrase_is_refused_with_the_reason(tmp_path):
    place = made(tmp_path, "-t", "ed25519", "-N", "")

    with pytest.raises(ssh_keygen.NotUsable, match="no passphrase"):
        ssh_keygen.sign(place, b"said", os.environ)


def test_an_ssh_key_with_a_passphrase_is_recognised(tmp_path):
    place = made(tmp_path, "-t", "ed25519", "-N", PASS)

    key, guarded = ssh_keygen.read(place.read_bytes())

    assert guarded
    assert key == keys.read((tmp_path / "id.pub").read_text())


def test_other_kinds_of_keys_are_refused(tmp_path):
    place = made(tmp_path, "-t", "rsa", "-b", "2048", "-N", PASS)

    with pytest.raises(ssh_keygen.NotUsable, match="Ed25519"):
        ssh_keygen.read(place.read_bytes())
    with pytest.raises(ssh_keygen.NotUsable):
        ssh_keygen.read(b"no key at all")


@pytest.mark.parametrize("size", range(0, 161, 23))
def test_a_torn_ssh_key_is_refused(tmp_path, size):
    place = made(tmp_path, "-t", "ed25519", "-N", PASS)
    lines = place.read_bytes().split(b"\n")
    torn = lines[0] + b"\n" + b"".join(lines[1:-2])[:size] + b"\n" + lines[-2]

    with pytest.raises(ssh_keygen.NotUsable):
        ssh_keygen.read(torn)


def test_what_ssh_keygen_itself_signs_verifies(tmp_path):
    place = made(tmp_path, "-t", "ed25519", "-N", "")  # no passphrase, so that nobody has to type one here
    done = subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", str(place), "-n", "milestone"],
        input=b"said",
        capture_output=True,
        check=True,
    )
    key = keys.read((tmp_path / "id.pub").read_text())
    text = done.stdout.decode()

    assert verifying.is_signed(b"said", ssh_keygen.text_of(key, text), [key.line])


def test_a_key_that_an_ssh_agent_holds_open_is_refused(tmp_path):
    place = made(tmp_path, "-t", "ed25519", "-N", "")
    started = subprocess.run(["ssh-agent", "-s"], capture_output=True, text=True, check=True).stdout
    said = dict(part.split("=", 1) for part in started.replace("\n", " ").replace(";", " ").split() if "=" in part)
    environ = os.environ | said
    try:
        subprocess.run(["ssh-add", "-q", str(place)], env=environ, check=True, capture_output=True)
        subprocess.run(["ssh-keygen", "-q", "-p", "-N", PASS, "-f", str(place)], check=True, capture_output=True)

        with pytest.raises(ssh_keygen.NotUsable, match="agent"):
            ssh_keygen.sign(place, b"said", environ)
    finally:
        os.kill(int(said["SSH_AGENT_PID"]), 15)
