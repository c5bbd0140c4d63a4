"""What `update --system-health` looks at: the store of this clone."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from milestone.cli.env import Env
from milestone.reports import system
from milestone.storage import located, recommended
from milestone.storage.base import Reading
from milestone.workspace import growth, measuring, readings

PARTS = {
    "files": ("active", "completed"),
    "log": ("logs",),
    "database": ("database",),
    "local": ("local",),
    "backups": ("backups",),
}


def view(env: Env, reading: Reading) -> dict[str, Any]:
    """Return the state of the store, measured now; nothing is kept of it."""
    known = env.workspace.growth
    assert known is not None
    rows, kept, root = reading.rows(), growth.read(known.root), known.root
    team = measuring.team_of(known, rows)
    verdict = measuring.verdict_of(known, reading, team, kept)
    return system.view(
        backend=located.read(root).backend,
        rows=rows,
        team={**measuring.parts(team), "size": team.size},
        sizes={name: sum(_bytes(root, each) for each in parts) for name, parts in PARTS.items()},
        times=readings.read(root),
        settings=known.settings,
        verdict=verdict,
        replicas=_replicas(known.settings, env.environ),
        command=measuring.command(verdict.to),
        recommended=recommended.read(root),
    )


def _replicas(settings: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, int] | None:
    """Return how many read replicas are expected, and how many are named; None where nobody speaks of any."""
    named = environ.get("MILESTONE_REPLICA_DSNS") or settings.get("backend.cluster_configuration.replica_dsns")
    present = len([each for each in str(named or "").replace(",", " ").split() if each])
    expected = settings.get("backend.cluster_configuration.read_replicas") or present
    return {"expected": int(expected), "present": present} if expected else None


def _bytes(root: str, folder: str) -> int:
    return sum(_sizes(os.path.join(root, folder)))


def _sizes(folder: str) -> Iterable[int]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _sizes(entry.path)
        else:
            yield entry.stat(follow_symlinks=False).st_size
