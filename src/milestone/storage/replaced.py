"""Files that ours took the place of: an editor may still have one open, so each is looked at for a while.

They lie in `local/replaced/`, hard-linked, named by the digest of what they held and the uid of their record; what
they held lies beside them in `base/` under the same name.
"""

import os

from milestone import clock, registry
from milestone.storage import disk
from milestone.storage.base import Stamp, Warning
from milestone.storage.moment import Moment
from milestone.storage.place import Place
from milestone.storage.snapshots import Stored

ADOPT = "milestone.storage.adopting:adopt_replaced"  # imports yaml, which a plain change does not
WATCHED_NS = 2_000_000_000
LONGEST_NAME = 255


def keep(place: Place, path: str, stored: Stored) -> bool:
    """Hold on to a file that is about to be replaced or removed; tell whether it still is as we know it."""
    name = f"{(stored.digest or '')[:16]}.{stored.document.uid.encode().hex()}"
    if len(name) > LONGEST_NAME or stored.base is None:
        return disk.digest(disk.read(path) or b"") == stored.digest
    kept = os.path.join(place.replaced, name)
    _forget(place, name)
    linked = disk.link(path, kept)
    if linked:
        disk.write_new(_base(place, name), stored.base.encode(), sync=False)
    looked_at = kept if linked else path
    if disk.digest(disk.read(looked_at) or b"") == stored.digest:
        return True
    _forget(place, name)
    return False


def look_back(moment: Moment, stamp: Stamp) -> list[Warning]:
    """Stage what was written into replaced files since; those nobody writes into are forgotten after a while."""
    place = moment.place
    told: list[Warning] = []
    for name in disk.names(place.replaced):
        path = os.path.join(place.replaced, name)
        if os.path.isdir(path):
            continue
        data = disk.read(path) or b""
        if disk.digest(data).startswith(name.partition(".")[0]):
            if clock.wall_ns() - os.stat(path).st_ctime_ns > WATCHED_NS:
                _forget(place, name)
        else:
            told += _take_in(moment, stamp, name, data)
    return told


def _take_in(moment: Moment, stamp: Stamp, name: str, data: bytes) -> list[Warning]:
    place, uid = moment.place, bytes.fromhex(name.partition(".")[2]).decode()
    base = disk.read(_base(place, name))
    taken = registry.load(ADOPT)(moment, stamp, f"local/replaced/{name}", uid, base.decode() if base else None)
    told: list[Warning] = list(taken.warnings)
    if taken.unreadable:
        told.append(_rescue(place, data))
    _watch_on(place, name, data)
    return told


def _watch_on(place: Place, name: str, data: bytes) -> None:
    """Take what a file holds now as known; its editor may go on."""
    now = f"{disk.digest(data)[:16]}.{name.partition('.')[2]}"
    _remove_base(place, now)
    disk.write_new(_base(place, now), data, sync=False)
    os.rename(os.path.join(place.replaced, name), os.path.join(place.replaced, now))
    _remove_base(place, name)


def _rescue(place: Place, data: bytes) -> Warning:
    """Keep for good what somebody wrote and nobody can read."""
    folder = os.path.join(place.local, "rescued")
    kept = os.path.join(folder, f"{disk.digest(data)[:16]}.yaml")
    disk.make_folder(folder)
    disk.remove(kept)
    disk.write_new(kept, data)
    return Warning(
        code="rescued_file",
        message="An editor saved this over a change by a command, and it cannot be read; it is kept as it is.",
        path=os.path.relpath(kept, place.root),
        hint="Take what you need from it, then delete it.",
    )


def _base(place: Place, name: str) -> str:
    return os.path.join(place.replaced, "base", name)


def _forget(place: Place, name: str) -> None:
    disk.remove(os.path.join(place.replaced, name))
    _remove_base(place, name)


def _remove_base(place: Place, name: str) -> None:
    disk.remove(_base(place, name))
