"""A folder of backups: the project's own, or a mirror elsewhere."""

import contextlib
import fcntl
import os
from collections.abc import Iterator

from milestone import errors
from milestone.storage import disk
from milestone.storage.backups import manifest as manifests
from milestone.storage.backups.manifest import Manifest
from milestone.storage.backups.objects import Guard, Objects


class Shelf:
    """Backups by id, and the contents they share."""

    def __init__(self, folder: str, guard: Guard | None = None) -> None:
        self.folder = folder
        self.objects = Objects(os.path.join(folder, "objects"), guard)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one who makes, checks or removes backups inside the block.

        Raises:
            Busy: another process is at it.
        """
        disk.make_folder(self.folder)
        descriptor = os.open(os.path.join(self.folder, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise errors.Busy("Another backup is being made.", next=["Try again in a moment."]) from None
            yield
        finally:
            os.close(descriptor)

    def ids(self) -> list[str]:
        """Return the ids of the backups, oldest first."""
        return [name.removesuffix(".json") for name in disk.names(self.folder) if name.endswith(".json")]

    def read(self, name: str) -> Manifest | None:
        """Return a backup's manifest; None when it is not there or damaged."""
        data = disk.read(os.path.join(self.folder, f"{name}.json"))
        return None if data is None else manifests.decode(data)

    def all(self) -> list[Manifest]:
        """Return every backup whose manifest is sound, oldest first."""
        found = (self.read(name) for name in self.ids())
        return sorted((each for each in found if each is not None), key=lambda each: (each.at, each.id))

    def newest(self) -> Manifest | None:
        """Return the last backup; None without any."""
        found = self.all()
        return found[-1] if found else None

    def put(self, manifest: Manifest) -> None:
        """Keep a backup whose contents are there: durable when this returns."""
        disk.make_folder(self.objects.folder)
        self.objects.sync()
        path = os.path.join(self.folder, f"{manifest.id}.json")
        drafts = os.path.join(self.folder, "objects")
        disk.replace(path, manifests.encode(manifest), drafts)

    def verified_at(self, name: str) -> str | None:
        """Return when a backup was last restored for a trial and found right; None when never."""
        data = disk.read(os.path.join(self.folder, f"{name}.verified"))
        return data.decode("ascii", "replace").strip() if data else None

    def verified(self, name: str, at: str | None) -> None:
        """Remember that a backup was found right, or with None that it is not."""
        path = os.path.join(self.folder, f"{name}.verified")
        if at is None:
            disk.remove(path)
        else:
            disk.replace(path, f"{at}\n".encode(), self.objects.folder)

    def remove(self, name: str) -> None:
        """Forget a backup; its contents stay until `sweep`."""
        for ending in ("json", "verified"):
            disk.remove(os.path.join(self.folder, f"{name}.{ending}"))

    def sweep(self) -> None:
        """Remove the contents that no backup needs; one with a damaged manifest stops that."""
        kept = [self.read(name) for name in self.ids()]
        if None in kept:
            return  # it may still be mended from a mirror
        needed = {name for manifest in kept if manifest is not None for name in manifest.names}
        for name in self.objects.sizes():
            if name not in needed:
                self.objects.remove(name)
        self.objects.tidy()

    def size(self) -> int:
        """Return how many bytes all backups take."""
        return sum(self.objects.sizes().values())

    def size_of(self, manifest: Manifest) -> int:
        """Return how many bytes one backup takes, whatever it shares with others."""
        sizes = self.objects.sizes()
        return sum(sizes.get(name, 0) for name in manifest.names)

    def copy(self, manifest: Manifest, source: "Shelf") -> None:
        """Take a backup over from another shelf."""
        for name in manifest.names:
            self.objects.copy(name, source.objects)
        self.put(manifest)
        self.verified(manifest.id, source.verified_at(manifest.id))
