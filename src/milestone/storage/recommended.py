"""Which backend the project recommends to every clone: one word in `config/storage-backend.txt`, shared by git."""

import os

from milestone.storage import disk

NAME = os.path.join("config", "storage-backend.txt")
WORDS = {
    "file": "file",
    "hybrid": "hybrid",
    "database": "sqlite",
    "sqlite": "sqlite",
    "postgres": "postgres",
    "postgresql": "postgres",
}
LONGEST = 200  # characters anybody may have written there


def read(root: str | os.PathLike[str]) -> str | None:
    """Return the recommended backend; None where nothing is recommended, or a word that is no backend."""
    word = said(root)
    return WORDS.get(word) if word else None


def said(root: str | os.PathLike[str]) -> str | None:
    """Return the word as it stands in the file, in small letters; None where there is none."""
    try:
        with open(os.path.join(root, NAME), encoding="utf-8", errors="replace") as file:
            lines = [line.partition("#")[0].strip() for line in file.read(LONGEST).splitlines()]
    except OSError:
        return None
    return next((line.casefold() for line in lines if line), None)


def write(root: str | os.PathLike[str], backend: str) -> None:
    """Recommend a backend to every clone; durable when the call returns.

    Raises:
        OSError: the disk refused; what was recommended stays.
    """
    drafts = os.path.join(root, "local", "drafts")
    for folder in (drafts, os.path.join(root, "config")):
        disk.make_folder(folder)
    disk.replace(os.path.join(root, NAME), f"{backend}\n".encode(), drafts)
