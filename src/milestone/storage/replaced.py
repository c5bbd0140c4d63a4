"""Files that ours took the place of: an editor may still have one open, so each is looked at for a while.

They lie in `local/replaced/`, hard-linked, named by the digest of what they held, the uid of their record and when
they were replaced; what they held lies beside them in `base/` under the same name.
"""

import os

from milestone import clock, registry
from milestone.domain import sensitive
from milestone.storage import disk, saving
from milestone.storage.base import Stamp, Warning
from milestone.storage.moment import Moment
from milestone.storage.place import Place
from milestone.storage.snapshots import Stored

ADOPT = "milestone.storage.adopting:adopt_replaced"  # imports yaml, which a plain change does not
WATCHED_NS = 2_000_000_000
LONGEST_NAME = 255


def keep(place: Place, path: str, stored: Stored, becomes: str = "") -> bool:
    """Hold on to a file that is about to be replaced or removed; tell whether it is as we know it and nobody's.

    One whose new text seals what was typed in the clear is not held on to: nothing of it may stay anywhere.
    """
    name = _named(stored.digest or "", stored.document.uid.encode().hex())
    kept = os.path.join(place.replaced, name)
    if len(name) > LONGEST_NAME or stored.base is None or sensitive.newly_sealed(stored.base, becomes):
        return _is_still(path, stored)
    disk.write_new(_base(place, name), stored.base.encode(), sync=False)
    if not disk.link(path, kept):
        _remove_base(place, name)
        return _is_still(path, stored)
    # Last of all: who saves by giving a new file the name of the old one may have done so since it was linked.
    if _is_still(kept, stored) and os.path.samefile(kept, path):
        return True
    _forget(place, name)
    return False


def _is_still(path: str, stored: Stored) -> bool:
    return not saving.is_open(path) and disk.digest(disk.read(path) or b"") == stored.digest


def look_back(moment: Moment, stamp: Stamp) -> list[Warning]:
    """Stage what was written into replaced files since; those nobody writes into are forgotten after a while."""
    told: list[Warning] = []
    for name in let_go(moment.place):
        data = saving.read(os.path.join(moment.place.replaced, name))
        if data is not None:
            told += _take_in(moment, stamp, name, data)
    return told


def are_there(place: Place) -> bool:
    """Tell whether there are replaced files to look at; nothing is forgotten, which is for whose turn it is."""
    return any(not os.path.isdir(os.path.join(place.replaced, name)) for name in disk.names(place.replaced))


def let_go(place: Place) -> list[str]:
    """Forget the replaced files that nobody writes into any more, and return those somebody has written into."""
    names = disk.names(place.replaced)
    for alone in set(disk.names(os.path.join(place.replaced, "base"))).difference(names):
        _remove_base(place, alone)  # of a writer that died
    written = []
    for name in names:
        path = os.path.join(place.replaced, name)
        if os.path.isdir(path):
            continue
        if not disk.digest(disk.read(path) or b"").startswith(name.partition(".")[0]):
            written.append(name)
        elif clock.wall_ns() - os.stat(path).st_ctime_ns > WATCHED_NS and not saving.is_open(path):
            _forget(place, name)
    return written


def _take_in(moment: Moment, stamp: Stamp, name: str, data: bytes) -> list[Warning]:
    place, uid = moment.place, bytes.fromhex(_of(name)).decode()
    base = disk.read(_base(place, name))
    known = base.decode() if base else None
    taken = registry.load(ADOPT)(moment, stamp, f"local/replaced/{name}", uid, known, data)
    told: list[Warning] = list(taken.warnings)
    if taken.is_nobodys:
        told.append(_rescue(place, data))
    _watch_on(place, name, data)
    return told


def _watch_on(place: Place, name: str, data: bytes) -> None:
    """Take what a file holds now as known; its editor may go on."""
    now = _named(disk.digest(data), _of(name))
    disk.write_new(_base(place, now), data, sync=False)
    os.rename(os.path.join(place.replaced, name), os.path.join(place.replaced, now))
    _remove_base(place, name)


def _rescue(place: Place, data: bytes) -> Warning:
    """Keep for good what somebody wrote and no record can take in."""
    folder = os.path.join(place.local, "rescued")
    kept = os.path.join(folder, f"{disk.digest(data)[:16]}.yaml")
    disk.make_folder(folder)
    disk.remove(kept)
    disk.write_new(kept, data)
    return Warning(
        code="rescued_file",
        message="An editor saved this over a change by a command, and it cannot be taken in; it is kept as it is.",
        path=os.path.relpath(kept, place.root),
        hint="Take what you need from it, then delete it.",
    )


def _named(digest: str, of: str) -> str:
    return f"{digest[:16]}.{of}.{clock.wall_ns():x}"


def _of(name: str) -> str:
    """Return the uid in hex of the record a kept file was of."""
    return name.split(".")[1]


def _base(place: Place, name: str) -> str:
    return os.path.join(place.replaced, "base", name)


def _forget(place: Place, name: str) -> None:
    disk.remove(os.path.join(place.replaced, name))
    _remove_base(place, name)


def _remove_base(place: Place, name: str) -> None:
    disk.remove(_base(place, name))
