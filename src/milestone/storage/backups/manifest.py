"""What one backup holds: one moment of the log, and the files beside it."""

import msgspec

from milestone.storage import disk

KINDS = ("full", "incremental", "critical", "before-migration", "manual")


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines of the log, whole and in order."""

    first: int  # seq of the first event
    last: int  # seq of the last event
    head: str  # hash of the last line
    name: str  # of its content
    bytes: int
    closed: bool  # nothing is added to it any more


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A file under `.milestones`."""

    path: str
    name: str  # of its content
    bytes: int
    stamp: str = ""  # of the file it was read from: time, size, place on the disk


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One backup."""

    v: int = 1
    id: str
    kind: str
    at: str  # RFC 3339 UTC
    project: str  # hash of the log's first line: which history this is
    epoch: str
    seq: int
    hash: str  # of the log's last line
    backend: str
    digest: str | None = None  # of all records, as readers saw them; None: not looked at
    lines: tuple[Chunk, ...] = ()
    files: tuple[Kept, ...] = ()

    @property
    def names(self) -> set[str]:
        """The contents it needs."""
        return {chunk.name for chunk in self.lines} | {kept.name for kept in self.files}

    @property
    def bytes(self) -> int:
        """How much it brings back."""
        return sum(chunk.bytes for chunk in self.lines) + sum(kept.bytes for kept in self.files)


class _Signed(msgspec.Struct, frozen=True):
    sha256: str
    manifest: msgspec.Raw


def encode(manifest: Manifest) -> bytes:
    """Return a manifest as its file holds it, with its own digest."""
    text = msgspec.json.encode(manifest)
    return msgspec.json.encode(_Signed(disk.digest(text), msgspec.Raw(text))) + b"\n"


def decode(data: bytes) -> Manifest | None:
    """Return the manifest in a file; None when it is not what was written."""
    try:
        found = msgspec.json.decode(data, type=_Signed)
        if disk.digest(bytes(found.manifest)) != found.sha256:
            return None
        return msgspec.json.decode(found.manifest, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
