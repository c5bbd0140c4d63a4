"""Signing with an OpenSSH key of a person: `ssh-keygen -Y sign` asks for the passphrase, or for a touch.

Refused are keys that whoever runs under the account could use without the person: files without a passphrase, and
keys that an ssh-agent holds open.
"""

import base64
import subprocess
from collections.abc import Mapping
from pathlib import Path

from milestone.signatures import keys, ssh, verifying

BEGIN = b"-----BEGIN OPENSSH PRIVATE KEY-----"
MAGIC = b"openssh-key-v1\0"
# Each of these lets a program give the passphrase, or the signature, instead of the person.
NOT_FOR_IT = ("SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "DISPLAY", "WAYLAND_DISPLAY")
LIMIT = 300  # seconds a person may take


class NotUsable(ValueError):
    """The key cannot sign an approval; the text says why."""


def read(data: bytes) -> tuple[keys.PublicKey, bool]:
    """Return the public half of a private key file, and whether a passphrase or hardware guards it.

    Raises:
        NotUsable: it is no Ed25519 key of OpenSSH.
    """
    if not data.startswith(BEGIN):
        raise NotUsable("it is no private key of OpenSSH")
    try:
        body = b"".join(line for line in data.split(b"\n") if not line.startswith(b"-----"))
        whole = base64.b64decode(body, validate=True)
        if not whole.startswith(MAGIC):
            raise NotUsable("it is no private key of OpenSSH")
        place = len(MAGIC)
        _cipher, place = _part(whole, place)
        kdf, place = _part(whole, place)
        _options, place = _part(whole, place)
        public, _ = _part(whole, place + 4)  # behind the number of keys
        key = keys.from_blob(public)
    except (ValueError, IndexError) as error:
        raise NotUsable(str(error) if isinstance(error, NotUsable) else "the key file is torn") from error
    if key is None:
        raise NotUsable("it is no Ed25519 key")
    return key, kdf != b"none" or key.application is not None


def sign(path: Path, message: bytes, environ: Mapping[str, str]) -> str:
    """Return the signature of a message; ssh-keygen asks the person at the terminal.

    Raises:
        NotUsable: the key is unguarded or held by an ssh-agent, ssh-keygen is missing or refused.
    """
    key, guarded = read(path.read_bytes())
    if not guarded:
        raise NotUsable("it has no passphrase, so every program of this account could sign with it")
    if key.application is None and _is_in_agent(key, environ):
        raise NotUsable("an ssh-agent holds it open, so every program of this account could sign with it")
    clean = {name: value for name, value in environ.items() if name not in NOT_FOR_IT}
    asked = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(path), "-n", ssh.NAMESPACE]
    try:
        done = subprocess.run(asked, input=message, stdout=subprocess.PIPE, env=clean, timeout=LIMIT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotUsable(f"ssh-keygen did not sign: {error}") from error
    if done.returncode:
        raise NotUsable("ssh-keygen did not sign")
    return text_of(key, done.stdout.decode("ascii", "replace"))


def text_of(key: keys.PublicKey, armoured: str) -> str:
    """Return what ssh-keygen printed as the record keeps it."""
    return f"{verifying.SSH}:{key.name}:{base64.b64encode(ssh.blob_of(armoured)).decode()}"


def _is_in_agent(key: keys.PublicKey, environ: Mapping[str, str]) -> bool:
    """Tell whether the agent of the environment lists the key; an agent that does not answer holds nothing."""
    if not environ.get("SSH_AUTH_SOCK"):
        return False
    try:
        done = subprocess.run(["ssh-add", "-L"], capture_output=True, env=dict(environ), timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return any(keys.read(line) == key for line in done.stdout.decode("utf-8", "replace").splitlines())


def _part(data: bytes, place: int) -> tuple[bytes, int]:
    size = int.from_bytes(data[place : place + 4], "big")
    end = place + 4 + size
    if end > len(data):
        raise NotUsable("the key file is torn")
    return data[place + 4 : end], end
