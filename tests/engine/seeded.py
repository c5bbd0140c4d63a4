"""The program with one fault seeded: `python -m engine.seeded FAULT execute ...`. The rig must not pass it."""

import sys
import threading
import time

from milestone import failpoint
from milestone.cli.main import run
from milestone.engine import steps
from milestone.engine.ledger import SharedLedger
from milestone.integrations.git import commits


def no_operation_id() -> None:
    """Facts are recorded without their operation id: a repeated step does not find itself."""
    write = SharedLedger.write

    def careless(self, session, decide, *, operation=None, actor=None):
        return write(self, session, decide, operation=None, actor=actor)

    SharedLedger.write = careless


def checkpoint_before_fact() -> None:
    """A step answers the engine first, and records its fact a moment later."""
    record = steps.Steps._record

    def late(self, session, task, attempt, step, decide, *more):
        if step not in ("work", "verify"):
            return record(self, session, task, attempt, step, decide, *more)

        def later() -> None:
            time.sleep(0.5)
            failpoint.reach("late")
            record(self, session, task, attempt, step, decide, *more)

        threading.Thread(target=later, daemon=True).start()
        return None

    steps.Steps._record = late


def commit_not_looked_for() -> None:
    """A repeated step makes its commit again, as if the first had never been there."""
    commits.find_commit = lambda *_: None
    integrate = commits.integrate

    def again(repository, milestone, commit, message):
        made = integrate(repository, milestone, commit, message)
        tip = repository.commit_of(commits.branch_ref(milestone))
        if made == tip and repository.git("log", "-1", "--format=%B", made).out.strip() != "":
            copy = commits._commit(repository, f"{tip}^{{tree}}", tip, message.text([]))
            repository.git("update-ref", commits.branch_ref(milestone), copy)
        return made

    commits.integrate = again


if __name__ == "__main__":
    {
        "no operation id": no_operation_id,
        "checkpoint before fact": checkpoint_before_fact,
        "commit not looked for": commit_not_looked_for,
    }[sys.argv[1]]()
    sys.exit(run(sys.argv[2:]))
