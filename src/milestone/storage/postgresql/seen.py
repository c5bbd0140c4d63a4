"""How far this clone has seen or written the store: no reading may end before, and a database that does is older.

The newest position is kept in `local/`, one file for each address. Processes agree under a lock on that file.
"""

import contextlib
import fcntl
import hashlib
import os

from milestone.storage import disk, witness
from milestone.storage.postgresql.address import Address
from milestone.storage.witness import Witness


class Seen:
    """The newest end of the store this clone knows of."""

    def __init__(self, root: str, address: Address) -> None:
        place = address.shown.rpartition("@")[2]  # whoever asks: the owner of the tables knows what programs know
        said = hashlib.sha256(place.encode()).hexdigest()[:8]
        self.path = os.path.join(root, "local", f"postgres-{said}.head")

    def read(self) -> Witness:
        """Return what is known; event 0 when nothing is."""
        return witness.read(self.path) or Witness(0, "")

    def replace(self, seq: int, name: str) -> None:
        """Know of this end only: a repair says how far the store goes, and that may be less than it was."""
        with contextlib.suppress(OSError), open(self.path, "ab") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            witness.write(self.path, seq, name)

    def keep(self, seq: int, name: str) -> None:
        """Know of a newer end; an older one changes nothing. A disk that refuses leaves us knowing less."""
        with contextlib.suppress(OSError):
            disk.make_folder(os.path.dirname(self.path))
            with open(self.path, "ab") as turn:
                fcntl.flock(turn, fcntl.LOCK_EX)
                if seq > self.read().seq:
                    witness.write(self.path, seq, name)
