"""The files settings stand in, in the order in which they count."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from milestone import clock, errors

Compose = Callable[
    [str, str], Any
]  # `strict_yaml.compose`; handed in, so that nobody pays for YAML without a file
Reader = Callable[[], Compose]

_SETTLED_NS = 2_000_000_000  # a younger file may change again without another time stamp
_SHARED = (
    ("milestone-config", ""),
    ("storage-config", "storage"),
    ("ui-config", "ui"),
    ("scale-detection", "scale"),
)


class Source(NamedTuple):
    """A file that may hold settings, the word for its layer, and the section its keys belong to."""

    layer: str
    path: Path
    section: str


def sources(root: Path | None, environ: Mapping[str, str]) -> list[Source]:
    """Return every file that may hold settings, the one that counts first."""
    found: list[Source] = []
    if root is not None:
        found.append(Source("local", root / "local" / "config.yaml", ""))
        for name, section in _SHARED:
            found.append(Source("project", root / "config" / f"{name}.local.yaml", section))
            found.append(Source("project", root / "config" / f"{name}.yaml", section))
    return [*found, Source("user", user_file(environ), "")]


def user_file(environ: Mapping[str, str]) -> Path:
    """Return the file of the settings that hold for every project of a user."""
    home = environ.get("XDG_CONFIG_HOME")
    folder = Path(home) if home else Path(environ.get("HOME") or "~").expanduser() / ".config"
    return folder / "milestone" / "config.yaml"


def cached(
    root: Path | None,
    name: str,
    paths: Iterable[Path],
    compute: Callable[[list[Path]], Any],
    may_keep: Callable[[Any], bool] = lambda _: True,
) -> Any:
    """Return what `compute` makes of the files that exist, kept beside the store until one of them changes.

    Nothing is kept in a folder that no command has written to yet, nor what `may_keep` says no to.
    """
    stamps = [(str(path), stamp) for path in paths if (stamp := _stamp(path)) is not None]
    if not stamps:
        return compute([])
    place = root / "local" / f"{name}.json" if root is not None else None
    known = _load(place) if place is not None else None
    if known is not None and known.get("stamps") == [[path, *stamp] for path, stamp in stamps]:
        return known["value"]
    value = compute([Path(path) for path, _ in stamps])
    latest = clock.wall_ns() - _SETTLED_NS
    if place is not None and all(max(stamp[:2]) < latest for _, stamp in stamps) and may_keep(value):
        _keep(place, {"stamps": [[path, *stamp] for path, stamp in stamps], "value": value})
    return value


def read(path: Path, compose: Compose, root: Path | None = None) -> Any:
    """Return the file's document with the place of every value; `root`: the records it has to lie in.

    Raises:
        UnreadableFile: it is no YAML, cannot be read, or is a link that leads out of `root`.
    """
    try:
        if root is not None and not path.resolve().is_relative_to(root.resolve()):
            raise errors.UnreadableFile(
                f"{path.name} is a link that leads outside the project.",
                why="what git brought would make us read any file of yours",
                path=path.name,
                line=1,
                column=1,
            )
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        raise errors.UnreadableFile(f"{path.name} is no UTF-8 text.", path=path.name, line=1, column=1) from None
    except OSError as error:
        raise errors.UnreadableFile(
            f"{path.name} cannot be read: {error.strerror}.", path=path.name, line=1, column=1
        ) from None
    return compose(text, path.name)


def _stamp(path: Path) -> tuple[int, int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def _load(place: Path) -> Any:
    try:
        return json.loads(place.read_bytes())
    except (OSError, ValueError):
        return None


def _keep(place: Path, value: Any) -> None:
    if not place.parent.is_dir() or place.parent.is_symlink():  # a link in a clone may lead anywhere
        return
    temporary = place.with_suffix(f".{os.getpid()}.tmp")
    try:
        temporary.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        temporary.replace(place)
    except OSError:  # a read-only folder is read all the same
        temporary.unlink(missing_ok=True)
