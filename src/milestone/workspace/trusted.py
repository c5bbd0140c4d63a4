"""The command lines this clone may run unasked: typed here, or confirmed here once.

`local/trusted` holds a token for each: a keyed digest of the line and of this very folder. The key lies with the
user's own settings, outside the project. So nothing that git or an archive brings can hold a valid token, not even
a whole `.milestones/local/`, and a copy of the project asks again.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from milestone import digests
from milestone.config import files

KEY = "secret/trust.key"  # in a folder of its own, which git is told to leave alone
SIZE = 32  # bytes


def known(root: Path, lines: Iterable[str]) -> set[str]:
    """Return which of the lines may run."""
    key = _key(make=False)
    tokens = _tokens(root) if key else set()
    return {line for line in lines if key and _token(root, key, line) in tokens}


def keep(root: Path, lines: Iterable[str]) -> bool:
    """Remember lines that may run; False where that cannot be kept, so that they are asked about again."""
    key, place = _key(make=True), _place(root)
    if not key or place.is_symlink() or place.parent.is_symlink():
        return False
    new = sorted({_token(root, key, line) for line in lines} - _tokens(root))
    try:
        place.parent.mkdir(exist_ok=True)
        with place.open("a", encoding="ascii") as file:
            file.write("".join(f"{token}\n" for token in new))
    except OSError:
        return False
    return True


def digest(line: str) -> str:
    """Return what the log calls a line."""
    return f"sha256:{digests.sha256(line.encode())}"


def _place(root: Path) -> Path:
    return root / "local" / "trusted"


def _tokens(root: Path) -> set[str]:
    try:
        return set(_place(root).read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return set()


def _token(root: Path, key: bytes, line: str) -> str:
    about = f"{root.stat().st_ino}\0{line}".encode("utf-8", "surrogatepass")
    return digests.sha256(key + digests.sha256(key + about).encode())[:40]


def _key(*, make: bool) -> bytes:
    """Return this user's own secret; empty where there is none and none can be made."""
    place = files.user_file(os.environ).parent / KEY
    with suppress(OSError):
        if make and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.with_name(".gitignore").write_text("*\n", encoding="ascii")  # homes are kept in git, too
            half = place.with_name(f"{place.name}.{os.getpid()}")
            with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(os.urandom(SIZE))
            with suppress(FileExistsError):
                os.link(half, place)  # another process may have made it in the same moment
            half.unlink()
    with suppress(OSError):
        found = place.read_bytes()
        return found if len(found) == SIZE else b""
    return b""
