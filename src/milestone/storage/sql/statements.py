"""The statements of `queries.sql`, by name."""

import os

HERE = os.path.dirname(os.path.abspath(__file__))
NAME = "-- name: "


def read(name: str) -> dict[str, str]:
    """Return name -> statement of a file beside this one; each begins with `-- name: NAME`."""
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        parts = file.read().split(NAME)
    return {title.strip(): _plain(rest) for title, _, rest in (part.partition("\n") for part in parts[1:])}


def _plain(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip().rstrip(";")


SQL = read("queries.sql")
