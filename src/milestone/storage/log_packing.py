"""Full segments of the log, kept as gzip: made beside the plain one, which goes only when the gzip reads back."""

import os
import zlib

from milestone.storage import disk

SUFFIX = ".gz"
GZIP = 31  # zlib's word for a gzip header and trailer around 32 KB of window; its time stamp is 0
PIECE = 64  # bytes unpacked at a time where the rest may be broken
LARGEST = 1 << 30  # bytes a packed segment may unpack to; ours have ten million


class BrokenPack(ValueError):
    """A packed segment that does not unpack to what was put in."""


def pack(path: str) -> None:
    """Replace a plain segment by its gzip; a kill at any moment leaves one of them, or both, whole.

    Raises:
        OSError: the disk refused; the plain segment is still there.
        BrokenPack: what the disk gave back is not what was written; the plain segment is still there.
    """
    data = disk.read(path)
    if data is None:
        return
    packed, draft = path + SUFFIX, f"{path}{SUFFIX}.draft"
    disk.remove(draft)
    disk.write_new(draft, _packed(data))
    try:
        if unpacked(draft) != data:
            raise BrokenPack(f"{packed} does not read back as it was written")
        os.rename(draft, packed)
    except (OSError, BrokenPack):
        disk.remove(draft)
        raise
    disk.sync_folder(os.path.dirname(path))
    disk.remove(path)
    disk.sync_folder(os.path.dirname(path))


def unpacked(packed: str) -> bytes | None:
    """Return what a gzip file holds; None when there is none.

    Raises:
        BrokenPack: it is cut or changed, or holds more than any segment of ours.
    """
    data = disk.read(packed)
    if data is None:
        return None
    stream = zlib.decompressobj(GZIP)
    try:
        plain = stream.decompress(data, LARGEST)
    except zlib.error as problem:
        raise BrokenPack(f"it does not unpack: {problem}") from problem
    if not stream.eof or stream.unused_data:
        raise BrokenPack("it is cut short, or longer than it was")
    return plain


def readable(packed: str) -> bytes:
    """Return as much of a gzip file as still unpacks, unchecked: for what proves itself line by line."""
    data = disk.read(packed) or b""
    stream = zlib.decompressobj(GZIP)
    found: list[bytes] = []
    try:
        for start in range(0, len(data), PIECE):
            found.append(stream.decompress(data[start : start + PIECE]))
    except zlib.error:
        pass
    return b"".join(found)


def _packed(data: bytes) -> bytes:
    stream = zlib.compressobj(6, zlib.DEFLATED, GZIP)
    return stream.compress(data) + stream.flush()
