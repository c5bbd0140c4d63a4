"""The key of a project that is encrypted at rest, and what seals and opens with it.

`config/encryption.key` (for its owner only, never in git) holds one key a line, the newest first; else the
environment has it, or a passphrase from which it is made with the salt in `config/encryption.json`.
"""

import base64
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from milestone import errors
from milestone.domain import sensitive
from milestone.domain.document import Body, Document, Event, Recorded
from milestone.integrations.git import repository
from milestone.storage import disk, encryption
from milestone.storage.base import Reading
from milestone.storage.encryption import Box

FILE = "config/encryption.key"
SALT = "config/encryption.json"
KEY, PASSPHRASE = "MILESTONE_ENCRYPTION_KEY", "MILESTONE_ENCRYPTION_PASSPHRASE"


class Secrecy:
    """Seals what is secret before anything keeps it, and opens it for who has the key."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self._root = root
        self._environ = environ
        self._box: Box | None = None

    def box(self) -> Box:
        """Return what seals.

        Raises:
            Refused: there is no usable key.
        """
        if self._box is None:
            self._box = Box(keys(self._root, self._environ))
        return self._box

    def forget(self) -> None:
        """Read the keys again when they are needed next."""
        self._box = None

    def reveal(self, document: Document) -> Body:
        """Return the body of a record in the clear; what no key of ours opens stays sealed."""
        try:
            return self._opened(document)
        except errors.Refused:
            return document.body

    def seal_bytes(self, name: str, data: bytes) -> bytes:
        """Return a content of a backup as it may be kept. Raises Refused without a usable key."""
        return self.box().seal_bytes(name, data)

    def open_bytes(self, name: str, data: bytes) -> bytes | None:
        """Return what was sealed; None where no key of ours opens it."""
        try:
            return self.box().open_bytes(name, data)
        except errors.Refused:
            return None

    def protect(self, event: Event, document: Document | None) -> Event:
        """Return an event as it may be kept. Raises Refused without a usable key: nothing is kept in clear."""
        box = self.box()
        return sensitive.protect(_imported(event, self._root), document, box.seal)

    def _opened(self, document: Document) -> Body:
        found: Body = sensitive.reveal(document.body, document.uid, self.box().unseal)
        return found

    def reading(self, reading: Reading) -> Reading:
        """Return the reading with what is sealed in the clear; as it is without a usable key."""
        try:
            box = self.box()
        except errors.Refused:
            return reading
        revealed: Any = Revealed(reading, box)
        return revealed  # type: ignore[no-any-return]  # it has all that a reading has, by delegation


class Revealed:
    """A reading whose documents and events are in the clear."""

    def __init__(self, reading: Reading, box: Box) -> None:
        self._reading = reading
        self._box = box

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reading, name)

    def load(self, kind: str, uid: str) -> Document | None:
        found = self._reading.load(kind, uid)
        return None if found is None else self._document(found)

    def find(self, kind: str, *args: Any, **fields: Any) -> Iterator[Document]:
        return map(self._document, self._reading.find(kind, *args, **fields))

    def events(self, *args: Any, **fields: Any) -> Iterator[Recorded]:
        return map(self._recorded, self._reading.events(*args, **fields))

    def _document(self, document: Document) -> Document:
        body = sensitive.reveal(document.body, document.uid, self._box.unseal)
        return document if body == document.body else msgspec.structs.replace(document, body=body)

    def _recorded(self, recorded: Recorded) -> Recorded:
        event = recorded.event
        data = {**event.data}
        for key, value in data.items():
            data[key] = _revealed(key, value, event.uid, self._box)
        if data == event.data:
            return recorded
        return msgspec.structs.replace(recorded, event=msgspec.structs.replace(event, data=data))


def keys(root: Path, environ: Mapping[str, str]) -> list[bytes]:
    """Return the keys of a project, the one to seal with first.

    Raises:
        Refused: there is none that can be used.
    """
    if environ.get(KEY):
        return [_decoded(word, KEY) for word in environ[KEY].split()]
    if environ.get(PASSPHRASE):
        return [_from_passphrase(root, environ[PASSPHRASE])]
    path = root / FILE
    text = disk.read(os.fspath(path))
    if text is None:
        raise _no_key("encryption at rest is on, and there is none")
    check_guarded(root, path)
    return [_decoded(word, FILE) for word in text.decode("ascii", "replace").split()] or _none()


def new_key(root: Path) -> str:
    """Put a new key before the ones there are, and return its name. Durable when this returns."""
    path = root / FILE
    older = disk.read(os.fspath(path)) or b""
    made = os.urandom(encryption.KEY_BYTES)
    draft = path.with_suffix(".new.key")  # a name that git ignores
    disk.make_folder(os.fspath(path.parent))
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, disk.NEW, 0o600)
    try:
        disk.write_all(descriptor, base64.b64encode(made) + b"\n" + older)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    draft.rename(path)
    disk.sync_folder(os.fspath(path.parent))
    return encryption.name_of(made)


def _revealed(key: str, value: Any, uid: str, box: Box) -> Any:
    """Return one field of an event in the clear; under `set` the keys are places, in a `body` they begin anew."""
    if key in ("body", "set") and isinstance(value, Mapping):
        return sensitive.reveal(value, uid, box.unseal)
    return sensitive.reveal({key: value}, uid, box.unseal)[key]


def _from_passphrase(root: Path, passphrase: str) -> bytes:
    try:
        said = json.loads(disk.read(os.fspath(root / SALT)) or b"null") or _new_salt(root)
        numbers = {"memory": int(said["memory_kib"]), "passes": int(said["passes"]), "lanes": int(said["lanes"])}
        return encryption.from_passphrase(passphrase, base64.b64decode(said["salt"]), **numbers)
    except (KeyError, TypeError, ValueError) as problem:
        raise _no_key(f"{SALT} cannot be used: {problem}") from problem


def _new_salt(root: Path) -> dict[str, Any]:
    """Make the salt all clones share: it is no secret and belongs into git."""
    said = {
        "kdf": "argon2id",
        "salt": base64.b64encode(os.urandom(16)).decode(),
        "memory_kib": encryption.MEMORY_KIB,
        "passes": encryption.PASSES,
        "lanes": encryption.LANES,
    }
    disk.make_folder(os.fspath(root / "config"))
    disk.write_new(os.fspath(root / SALT), json.dumps(said, indent=1).encode() + b"\n")
    return said


def check_guarded(root: Path, path: Path) -> None:
    """Refuse a key file that others may read or that git tracks."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise _no_key(f"others may read {FILE}", f"chmod 600 .milestones/{FILE}")
    found = repository.find(root)
    if found is not None and found.tracks(path):
        raise _no_key(
            f"git tracks {FILE}: who has the repository has the key", f"git rm --cached .milestones/{FILE}"
        )


def _decoded(word: str, where: str) -> bytes:
    try:
        key = (
            bytes.fromhex(word) if len(word) == 2 * encryption.KEY_BYTES else base64.b64decode(word, validate=True)
        )
    except ValueError:
        key = b""
    if len(key) != encryption.KEY_BYTES:
        raise _no_key(f"{where} holds no key of {encryption.KEY_BYTES} bytes, in base64 or hex digits")
    return key


def _none() -> list[bytes]:
    raise _no_key(f"{FILE} is empty")


def _imported(event: Event, root: Path) -> Event:
    """Return the event with what `openssl enc` had encrypted in the clear: it is sealed next."""
    key = disk.read(os.fspath(root / FILE))
    if key is None:
        return event
    data = _from_openssl(event.data, key.decode("ascii", "replace").strip())
    return event if data == event.data else msgspec.structs.replace(event, data=data)


def _from_openssl(value: Any, passphrase: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _from_openssl(each, passphrase) for key, each in value.items()}
    if isinstance(value, list):
        return [_from_openssl(each, passphrase) for each in value]
    if not encryption.is_of_openssl(value):
        return value
    try:
        return encryption.from_openssl(value, passphrase).rstrip("\n")
    except ValueError:
        return value


def _no_key(why: str, hint: str | None = None) -> errors.Refused:
    return errors.Refused(
        "Nothing can be written: no usable key.",
        why=f"{why}; what is secret is never kept in clear",
        next=[hint or "milestone config new-key", f"Or set {KEY} or {PASSPHRASE}."],
        code="encryption_key",
    )
