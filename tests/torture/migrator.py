"""Whoever migrates, as a process of its own: `python -m torture.migrator --to sqlite|--rollback`.

`TORTURE_FAULT` names a fault that is put in, to show that the rig finds it.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from milestone import errors
from milestone.operations import migrate
from milestone.storage import locks
from milestone.storage.moving.walk import Walk
from torture import client

WINDOW = 0.3  # seconds a fault is given to do its harm


def without_last_events() -> None:
    """Change over with what the last round brought."""

    def at_once(walk: Walk, address: str, _epoch: str | None) -> Any:
        time.sleep(WINDOW)
        with walk._source.alone(limit=5.0) as alone:
            alone.forward(address)
        return walk.at

    setattr(Walk, "_at_once", at_once)  # noqa: B010


def without_gate() -> None:
    """Keep nobody out while the last events are carried."""

    @contextlib.contextmanager
    def alone(_folder: str, _limit: float) -> Iterator[None]:
        yield

    carried = Walk._carry_last

    def carry_last(walk: Walk, *args: Any) -> None:
        carried(walk, *args)
        time.sleep(WINDOW / 5)

    locks.alone = alone
    setattr(Walk, "_carry_last", carry_last)  # noqa: B010


FAULTS = {"last": without_last_events, "gate": without_gate}


def main(words: list[str]) -> int:
    fault = os.environ.get("TORTURE_FAULT")
    if fault:
        FAULTS[fault]()
    workspace = client.opened(Path.cwd())
    try:
        migrate.rollback(workspace) if words == ["--rollback"] else migrate.migrate(workspace, words[1])
    except errors.Busy as problem:
        sys.stderr.write(f"{problem.message} {problem.why}\n")
        return problem.exit_code
    finally:
        workspace.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
