"""The log of a file store: append only, one line a transaction, in segments named by their first `seq`.

Every segment but the last may be packed (`log_packing`): `1.jsonl` or `1.jsonl.gz`, and for a moment both.
"""

import contextlib
import os
from collections.abc import Iterator

import msgspec

from milestone import errors
from milestone.storage import disk, log_line, log_packing
from milestone.storage.log_line import GENESIS, BrokenLine, Line

SEGMENT_BYTES = 10_000_000
CHUNK = 1 << 16


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Where the log ends."""

    segment: int = 0  # first seq of the last segment; 0: there is none
    size: int = 0  # bytes of it
    hash: str = GENESIS  # of the last line
    seq: int = 0  # of the last event


START = Head()


class EventLog:
    """The segments under `logs/events/`."""

    def __init__(self, folder: str, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.folder = folder
        self._segment_bytes = segment_bytes

    def path(self, segment: int) -> str:
        """Return where a segment lies until it is packed."""
        return os.path.join(self.folder, f"{segment}.jsonl")

    def segments(self) -> list[int]:
        """Return the first seq of each segment, in order."""
        names = {name.removesuffix(log_packing.SUFFIX) for name in disk.names(self.folder)}
        stems = [name.removesuffix(".jsonl") for name in names if name.endswith(".jsonl")]
        return sorted(int(stem) for stem in stems if stem.isdecimal())

    def pack(self) -> None:
        """Pack every segment but the last; one the disk refuses stays as it is. For the one who may write."""
        for segment in self.segments()[:-1]:
            with contextlib.suppress(OSError, log_packing.BrokenPack):
                log_packing.pack(self.path(segment))

    def since(self, head: Head) -> tuple[list[Line], Head]:
        """Return the whole transactions after `head`, and where they end; a torn last line never happened.

        Raises:
            Damaged: the log is shorter than `head`, or a line is not the successor of the one before.
            StoreTooNew: a line was written by a newer program.
        """
        lines: list[Line] = []
        for line, reached in self.walk(head):
            lines.append(line)
            head = reached
        return lines, head

    def walk(self, head: Head) -> Iterator[tuple[Line, Head]]:
        """Yield the whole transactions after `head`, each with where it ends; as `since`, one by one."""
        segments = [segment for segment in self.segments() if segment >= head.segment]
        if head.segment and head.segment not in segments:
            raise _damaged(self.path(head.segment), "it is missing")
        for place, segment in enumerate(segments):
            start = head.size if segment == head.segment else 0
            data = self._read(segment, start)
            last = place == len(segments) - 1
            for text, end in _lines(data, start):
                try:
                    line, name = log_line.decode(text)
                except BrokenLine as problem:
                    if last and b"\0" in text and end == start + len(data):
                        break  # power went while the disk still had holes in it: never acknowledged
                    raise _damaged(
                        self.path(segment), f"the line ending at byte {end} is broken: {problem}"
                    ) from problem
                _check(line, head, self.path(segment))
                head = Head(segment=segment, size=end, hash=name, seq=line.last_seq)
                yield line, head

    def append(self, head: Head, text: bytes, name: str, last_seq: int) -> Head:
        """Make a line durable and return the new head; after a failure the log is as it was.

        Raises:
            OSError: the disk refused.
        """
        full = head.size >= self._segment_bytes or not os.path.exists(self.path(head.segment))
        fresh = not head.segment or full
        segment = head.seq + 1 if fresh else head.segment
        size = 0 if fresh else head.size
        path = self.path(segment)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            os.lseek(descriptor, size, os.SEEK_SET)
            try:
                disk.write_all(descriptor, text)
                # After a failed fsync the kernel may call the pages clean: it is never tried again, the line goes.
                os.fsync(descriptor)
                if fresh:
                    disk.sync_folder(self.folder)
            except OSError:
                os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)
        if fresh and head.segment:
            self.pack()
        return Head(segment=segment, size=size + len(text), hash=name, seq=last_seq)

    def ends_at(self, head: Head) -> bool:
        """Tell whether no line was added since `head`; a torn one does not count."""
        if not head.segment:
            return not any(os.path.getsize(self.path(segment)) for segment in self.segments())
        try:
            if os.path.getsize(self.path(head.segment)) != head.size:
                return not self.since(head)[0]
        except FileNotFoundError:
            return False
        return not os.path.exists(self.path(head.seq + 1))

    def cut(self, head: Head) -> bool:
        """Remove what lies behind the head, a line that was torn by a crash; tell whether there was one."""
        torn = False
        for segment in self.segments():
            if segment > head.segment:
                torn = True
                disk.remove(self.path(segment))
                disk.remove(self.path(segment) + log_packing.SUFFIX)
            elif segment == head.segment and self._is_longer(head):
                torn = True
                os.truncate(self.path(segment), head.size)
        return torn

    def _is_longer(self, head: Head) -> bool:
        """Tell whether the head's segment goes on behind it; a packed one that does is plain again."""
        path = self.path(head.segment)
        if os.path.exists(path):
            return os.path.getsize(path) > head.size
        data = self._read(head.segment, 0)
        if len(data) > head.size:
            disk.write_new(path, data)
            disk.remove(path + log_packing.SUFFIX)
        return len(data) > head.size

    def lines(self, after: int, upto: Head) -> Iterator[Line]:
        """Yield the transactions up to `upto` that hold an event after `after`, in order."""
        return (log_line.DECODER.decode(text) for text in self.raw(after, upto))

    def raw(self, after: int, upto: Head) -> Iterator[bytes]:
        """Yield the same as bytes, as written, without newline."""
        segments = [segment for segment in self.segments() if segment <= upto.segment]
        begun = False
        for place, segment in enumerate(segments):
            if place + 1 < len(segments) and segments[place + 1] <= after + 1:
                continue
            data = self._read(segment, 0)
            for text, _ in _lines(data[: upto.size] if segment == upto.segment else data, 0):
                begun = begun or segment > after or log_line.last_seq(text) > after
                if begun:
                    yield text

    def newest(self, upto: Head, since: str = "") -> Iterator[Line]:
        """Yield the transactions up to `upto`, newest first, reading no more of the log than is asked for."""
        for segment in reversed([segment for segment in self.segments() if segment <= upto.segment]):
            for text in self._newest_of(segment, upto):
                if since and log_line.moment_of(text) < since:  # the line of a big plan takes long to decode
                    return
                yield log_line.DECODER.decode(text)

    def read(self, segment: int) -> bytes:
        """Return the bytes of a segment, plain or packed.

        Raises:
            Damaged: it is gone, or does not unpack.
        """
        return self._read(segment, 0)

    def _newest_of(self, segment: int, upto: Head) -> Iterator[bytes]:
        path = self.path(segment)
        try:
            end = upto.size if segment == upto.segment else os.path.getsize(path)
            yield from _backwards(path, end)
        except FileNotFoundError:  # packed
            data = self._read(segment, 0)
            yield from reversed(
                [text for text, _ in _lines(data[: upto.size] if segment == upto.segment else data, 0)]
            )

    def _read(self, segment: int, start: int) -> bytes:
        try:
            with open(self.path(segment), "rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(min(start, size))
                data = file.read()
        except FileNotFoundError:
            whole = self._unpacked(segment)
            size, data = len(whole), whole[start:]
        if size < start:
            raise _damaged(self.path(segment), f"it has {size} bytes, {start} were written")
        return data

    def _unpacked(self, segment: int) -> bytes:
        packed = self.path(segment) + log_packing.SUFFIX
        try:
            data = log_packing.unpacked(packed)
        except log_packing.BrokenPack as problem:
            raise _damaged(packed, str(problem)) from problem
        if data is None:
            raise _damaged(self.path(segment), "it is missing")
        return data


def _lines(data: bytes, offset: int) -> Iterator[tuple[bytes, int]]:
    """Yield each whole line and where it ends; what follows the last newline is left out."""
    *whole, _torn = data.split(b"\n")
    for text in whole:
        offset += len(text) + 1
        yield text, offset


def _backwards(path: str, end: int) -> Iterator[bytes]:
    """Yield the lines of a file from its end (a newline ends the last one)."""
    rest = b""
    with open(path, "rb") as file:
        while end > 0:
            start = max(end - CHUNK, 0)
            file.seek(start)
            first, *whole = (file.read(end - start) + rest).split(b"\n")
            yield from (text for text in reversed(whole) if text)
            rest, end = first, start
    if rest:
        yield rest


def _check(line: Line, head: Head, path: str) -> None:
    if line.v > log_line.FORMAT:
        raise errors.StoreTooNew(
            f"This store has format {line.v}, this program knows format {log_line.FORMAT}.",
            why="a newer milestone wrote it",
            next=["Install the newest milestone, then try again."],
        )
    if line.prev != head.hash or line.seq != head.seq + 1:
        raise _damaged(path, f"event {line.seq} does not follow event {head.seq}")


def _damaged(path: str, why: str) -> errors.Damaged:
    return errors.Damaged(
        "The log of this store is damaged.",
        why=f"{path}: {why}",
        next=["milestone doctor"],
        code="log_damaged",
    )
