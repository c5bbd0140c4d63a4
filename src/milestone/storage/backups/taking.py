"""Make a backup: files first, then the lines of the log up to one moment that is not older than any of them."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from milestone import clock
from milestone.domain.document import Document
from milestone.storage import disk, log_line
from milestone.storage.backups import shared_files
from milestone.storage.backups.manifest import Chunk, Kept, Manifest
from milestone.storage.backups.shelf import Shelf
from milestone.storage.base import Reading, Store

CHUNK = 1 << 18  # bytes after which a chunk of lines is closed
SETTLED_NS = 2_000_000_000  # a file younger than this is read again, its time stamp may not tell
KINDS = ("milestone", "project", "dependencies")  # of documents that the digest covers


class Findable(Protocol):
    """What a digest is made of."""

    def find(self, kind: str) -> Iterator[Document]: ...


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of backup, and what it is to be called."""

    id: str
    kind: str
    at: str
    backend: str
    secrets: Sequence[str] = ()  # texts that must not stand in it

    @property
    def is_careful(self) -> bool:
        """Whether everything is read again, instead of trusting what the last backup had."""
        return self.kind in ("full", "before-migration")


def take(store: Store, root: str, shelf: Shelf, wanted: Wanted) -> Manifest:
    """Keep the project as it is now and return the manifest, which is on the shelf.

    Files are hashed after they were copied; the log is read after them, so it knows whatever a command wrote into
    one. What somebody edits by hand meanwhile is kept as it was when it was read.

    Raises:
        OSError: the disk refused; earlier backups are untouched.
    """
    before = shelf.newest()
    files = tuple(_files(root, shelf, wanted, before))
    with store.reading() as reading:
        mark = reading.mark
        known = None if before is None or wanted.is_careful else before
        chunks = tuple(_lines(reading, shelf, known, careful=wanted.is_careful))
        first = next(iter(reading.lines()), b"")
        seen = digest(reading) if wanted.kind != "critical" and not reading.unrecorded else None
    manifest = Manifest(
        id=wanted.id,
        kind=wanted.kind,
        at=wanted.at,
        project=project_of(first),
        epoch=mark.epoch,
        seq=mark.seq,
        hash=mark.hash,
        backend=wanted.backend,
        digest=seen,
        lines=chunks,
        files=files,
    )
    shelf.put(manifest)
    return manifest


def project_of(first: bytes) -> str:
    """Return what tells this history from every other: the hash of the log's first line; empty without one."""
    return log_line.decode(first)[1] if first else ""


def digest(reading: Findable) -> str:
    """Return the digest of every live record that says anything, as readers see it."""
    found = sorted(
        msgspec.json.encode([d.kind, d.uid, d.revision, d.archived, d.proven, d.body], order="deterministic")
        for kind in KINDS
        for d in reading.find(kind)
        if d.body
    )
    return disk.digest(b"\n".join(found))


def _files(root: str, shelf: Shelf, wanted: Wanted, before: Manifest | None) -> Iterator[Kept]:
    known = {kept.path: kept for kept in before.files} if before is not None and not wanted.is_careful else {}
    latest = clock.wall_ns() - SETTLED_NS
    for path, found in shared_files.scan(root):
        young = max(found.st_mtime_ns, found.st_ctime_ns) > latest
        stamp = "" if young else f"{found.st_mtime_ns},{found.st_ctime_ns},{found.st_size},{found.st_ino}"
        old = known.get(path)
        if old is not None and stamp and old.stamp == stamp:
            yield old
            continue
        data = disk.read(os.path.join(root, path))
        if data is not None:  # it may be gone by now
            data = shared_files.without_secrets(path, data, wanted.secrets)
            name = shelf.objects.add(data, careful=wanted.is_careful)
            yield Kept(path=path, name=name, bytes=len(data), stamp=stamp)


def _lines(reading: Reading, shelf: Shelf, before: Manifest | None, *, careful: bool) -> Iterator[Chunk]:
    """Yield the chunks of the log: those of the last backup while they still are its beginning, then new ones."""
    known = _still_true(reading, [c for c in before.lines if c.closed] if before is not None else [])
    yield from known
    for chunk, data in chunks(reading.lines(known[-1].last if known else 0)):
        shelf.objects.add(data, careful=careful)
        yield chunk


def _still_true(reading: Reading, known: Sequence[Chunk]) -> Sequence[Chunk]:
    """Return known chunks when the log goes on from them; none when it is another one."""
    if not known or reading.mark.seq < known[-1].last:
        return []
    following = next(iter(reading.lines(known[-1].last)), None)
    head = reading.mark.hash if following is None else log_line.decode(following)[0].prev
    return known if head == known[-1].head else []


def chunks(lines: Iterable[bytes]) -> Iterator[tuple[Chunk, bytes]]:
    """Yield lines in chunks, each with its bytes; the cuts depend on the lines alone."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line) + 1
        if size >= CHUNK:
            yield _chunk(held, closed=True)
            held, size = [], 0
    if held:
        yield _chunk(held, closed=False)


def _chunk(held: Sequence[bytes], *, closed: bool) -> tuple[Chunk, bytes]:
    data = b"".join(line + b"\n" for line in held)
    first, (last, name) = log_line.decode(held[0])[0], log_line.decode(held[-1])
    chunk = Chunk(
        first=first.seq, last=last.last_seq, head=name, name=disk.digest(data), bytes=len(data), closed=closed
    )
    return chunk, data
