"""Where records are kept: base.py and one file per kind."""

BACKENDS = {
    "file": "milestone.storage.file:FileStore",
    "sqlite": "milestone.storage.sqlite:SqliteStore",
}
