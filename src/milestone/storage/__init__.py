"""Where records are kept: base.py and one file per kind."""

BACKENDS = {
    "file": "milestone.storage.file:FileStore",
    "hybrid": "milestone.storage.hybrid:HybridStore",
    "sqlite": "milestone.storage.sqlite:SqliteStore",
    "postgres": "milestone.storage.postgres:PostgresStore",
}
