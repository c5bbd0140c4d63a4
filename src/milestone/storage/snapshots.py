"""Documents as they are now, one JSON file each under `local/documents/`: a fold that may be deleted at any time.

Nothing here is synced: each file proves itself by a CRC, the summary says which revision to expect, and what does
not match is folded anew. The summary's row is kept with the document, so that a lost summary is made without it.
What is archived is seldom read: it is kept compressed.
"""

import os
import re
import zlib

import msgspec

from milestone.domain.document import Body, Document
from milestone.storage import disk

COLD = b"z"  # before what is compressed; a CRC begins with a hexadecimal digit
SHAPE = 3  # of a row; one in another shape is made anew
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Stored(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document and the text of its file when both last agreed."""

    document: Document
    path: str | None = None  # of its file under .milestones; None: it has none
    base: str | None = None  # last text written to or adopted from the file; None: not known
    base_revision: int = 0  # the revision whose body `base` reads as; 0: none, read it
    reads: Body | None = None  # what `base` reads as, where it is known and not the document's body
    row: Body | None = None  # its summary row, where it is known
    shape: int = 0  # of `row`, in the file

    @property
    def digest(self) -> str | None:
        """The digest of the file as we know it; None when it has none."""
        return None if self.path is None or self.base is None else disk.digest(self.base.encode())

    def is_text(self, data: bytes) -> bool:
        """Tell whether its file, as we know it, has this content."""
        return self.path is not None and self.base is not None and data == self.base.encode()

    def folded(self, document: Document) -> "Stored":
        """Return it with the next document; what the base reads as is kept beside it."""
        reads = self.reads
        if reads is None and self.base is not None and self.base_revision == self.document.revision:
            reads = self.document.body
        return msgspec.structs.replace(self, document=document, reads=reads, row=None)


DECODER = msgspec.json.Decoder(Stored)
ENCODER = msgspec.json.Encoder()


class Snapshots:
    """The folder of documents."""

    def __init__(self, folder: str, drafts: str) -> None:
        self.folder = folder
        self._drafts = drafts

    def path(self, kind: str, uid: str) -> str:
        """Return where a document lies; an odd uid is named by its digest."""
        name = uid if SAFE.fullmatch(uid) else "x-" + disk.digest(uid.encode())[:40]
        return os.path.join(self.folder, kind, name + ".json")

    def read(self, kind: str, uid: str) -> Stored | None:
        """Return a document as kept; None when it is not there or not readable."""
        try:
            return _decoded(disk.read(self.path(kind, uid)) or b"")
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, zlib.error):
            return None

    def is_there(self, kind: str, uid: str) -> bool:
        """Tell whether there is a file for a document, readable or not."""
        return os.path.lexists(self.path(kind, uid))

    def write(self, stored: Stored) -> None:
        """Keep a document.

        Raises:
            OSError: the disk refused; the log has it all the same.
        """
        document = stored.document
        path = self.path(document.kind, document.uid)
        kept = msgspec.structs.replace(stored, reads=None, shape=SHAPE)
        if stored.reads is not None:
            kept = msgspec.structs.replace(kept, base_revision=0)
        data = _encoded(kept)
        try:
            disk.write_new(path, data, sync=False)  # a torn one proves itself: it needs no draft
        except FileExistsError:
            disk.replace(path, data, self._drafts, sync=False)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            disk.replace(path, data, self._drafts, sync=False)

    def share(self, other: "Snapshots", kind: str, uid: str) -> bool:
        """Hold the very file another folder holds, which nobody ever writes in place; False where disks cannot."""
        path = self.path(kind, uid)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        disk.remove(path)
        return disk.link(other.path(kind, uid), path)

    def remove_all(self) -> None:
        """Forget every document; the next opener folds the log."""
        for kind in disk.names(self.folder):
            for name in disk.names(os.path.join(self.folder, kind)):
                disk.remove(os.path.join(self.folder, kind, name))


def _encoded(stored: Stored) -> bytes:
    data = ENCODER.encode(stored)
    cold = stored.document.archived
    text = zlib.compress(data) if cold else data
    return (COLD if cold else b"") + b"%08x " % zlib.crc32(text) + text


def _decoded(data: bytes) -> Stored | None:
    """Return what a file holds; None when it is not what was written."""
    cold = data.startswith(COLD)
    checked = data[len(COLD) :] if cold else data
    said, text = checked[:9], checked[9:]
    if said != b"%08x " % zlib.crc32(text):
        return None
    stored = DECODER.decode(zlib.decompress(text) if cold else text)
    return msgspec.structs.replace(stored, row=stored.row if stored.shape == SHAPE else None, shape=0)
