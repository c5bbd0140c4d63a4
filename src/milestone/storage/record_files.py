"""The records' files as they lie on the disk: read all at once, and brought to what settles them."""

import os
from collections.abc import Mapping

from milestone import errors, strict_yaml
from milestone.storage import disk, locks, said, summary_file
from milestone.storage.base import Warning
from milestone.storage.place import Place
from milestone.storage.settling import Settled


def read(root: str) -> tuple[dict[str, str], dict[str, Warning]]:
    """Return the text of each record's file by its path under `root`, and why the others cannot be read."""
    texts: dict[str, str] = {}
    left: dict[str, Warning] = {}
    for path in sorted(summary_file.scan(root)):
        if path == summary_file.DEPENDENCIES:
            continue
        try:
            data = disk.read(os.path.join(root, path))
            if data is not None:
                texts[path] = strict_yaml.decode(data, path)
        except errors.UnreadableFile as problem:
            left[path] = said.unreadable(path, problem)
        except OSError as problem:
            left[path] = Warning(
                code="unreadable_file", message=f"It cannot be read: {problem.strerror}.", path=path
            )
    return texts, left


def bring(root: str, settled: Settled, before: Mapping[str, str], *, timeout: float) -> list[str]:
    """Write what settles the files and return the paths done; one that somebody changed meanwhile is left.

    A file whose record lies elsewhere now goes last, so that a crash in between leaves a record twice, never lost.

    Raises:
        Busy, NotWritable: nothing more is changed.
    """
    place = Place(root)
    done: list[str] = []
    with disk.telling(root):
        place.make()
        with locks.commit_turn(place.local, timeout):
            for path in sorted(settled.texts, key=lambda path: (path in before, path)):
                target = place.file(path)
                disk.make_folder(os.path.dirname(target))
                if not _is_as(target, before.get(path)):
                    continue
                disk.replace(target, settled.texts[path].encode(), place.drafts)
                done.append(path)
            gone = settled.gone if len(done) == len(settled.texts) else ()
            for path in gone:
                if path in before and _is_as(place.file(path), before[path]):
                    disk.remove(place.file(path))
                    disk.sync_folder(os.path.dirname(place.file(path)))
                    done.append(path)
    return done


def _is_as(target: str, text: str | None) -> bool:
    data = disk.read(target)
    return data is None if text is None else data is not None and data == text.encode()
