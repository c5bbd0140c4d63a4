"""What is done for one attempt of a task. A repeated step finds its fact and does nothing again."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from milestone import errors
from milestone.agents.executors.base import Outcome
from milestone.agents.executors.process import end_left_over
from milestone.domain import tasks
from milestone.domain.context import Context
from milestone.domain.decide import session as of_session
from milestone.domain.document import Actor, Event
from milestone.engine import apart, changes, jobs, judging, outcome, run_files, together, unfurnished
from milestone.engine import attempt as attempts
from milestone.engine.attempt import Attempt
from milestone.engine.branches import CutOff
from milestone.engine.furnishing import SetupFailed, Stopped
from milestone.engine.ledger import look
from milestone.engine.port import Ledger
from milestone.engine.setup import Setup
from milestone.engine.working import OWN, Working
from milestone.engine.workplace import Workplace
from milestone.failpoint import reach
from milestone.storage.base import Txn

GO = "go"
Claims = Callable[[Txn, Attempt], Sequence[Event] | None]
TROUBLED = 5.0  # seconds


class Steps:
    """The steps of one task's attempt, each with a fact of its own in our store."""

    def __init__(
        self, ledger: Ledger, setup: Setup, *, waits: Callable[[str], bool] = lambda _session: False
    ) -> None:
        self.ledger = ledger
        self.setup = setup
        self.workplace = Workplace(setup)
        self.working = Working(ledger, setup, stays=waits)
        self._stops: dict[tuple[str, str], threading.Event] = defaultdict(threading.Event)
        self._stopped: set[str] = set()
        self.trouble = ""  # why nothing can be recorded
        self.pauses: dict[tuple[str, str], float] = {}  # seconds a failed attempt's task is left alone

    def stop(self, session: str) -> None:
        """End everything a session has running, and let nothing of it begin."""
        self._stopped.add(session)
        for (name, _), signal in list(self._stops.items()):
            if name == session:
                signal.set()

    def go_on(self, session: str) -> None:
        """Let a session that was stopped run again."""
        self._stopped.discard(session)
        for key in [key for key in self._stops if key[0] == session]:
            del self._stops[key]

    def is_stopped(self, session: str) -> bool:
        """Say whether a session was told to stop here."""
        return session in self._stopped

    def stop_task(self, session: str, task: str) -> None:
        """End what runs for one task: somebody cancelled it, or took it over."""
        self._stops[(session, task)].set()

    def begin(self, session: str, task: str, attempt: str) -> str:
        """Record that work on the attempt begins; `gone` when the store does not want it any more."""

        def decide(found: Attempt) -> list[Event]:
            status = tasks.status(found.task)
            if status not in ("pending", "in_progress"):
                return []
            if not together.may_begin(found, self.setup.presence.name):
                return []
            try:
                return outcome.begun(found, self.setup)
            except (errors.Refused, errors.Waiting):
                return []  # the store moved on since the scheduler looked; it looks again

        self._stops.pop((session, task), None)  # it was meant for an attempt before this one
        self._record(session, task, attempt, "begin", decide, apart.taken_over)
        reach("begin.recorded")
        found = self._load(session, task, attempt)
        return GO if found is not None and self._is_wanted(found) else "gone"

    def prepare(self, session: str, task: str, attempt: str) -> str:
        """Make the folder the attempt works in; a fresh one, except where an agent goes on with what is there."""
        found = self._load(session, task, attempt)
        if found is None or not self._is_wanted(found):
            return "gone"
        end_left_over(run_files.record(self.setup, found, "work"), jobs.mark(self.setup, found))
        if self._fact(found, "work"):
            return GO
        try:
            start = self.workplace.prepare(found, self._stop_of(found), run_files.log(self.setup, found, "setup"))
        except Stopped:
            return "interrupted"
        except SetupFailed as failed:
            unfurnished.tell(self.ledger, self.setup, found, str(failed))
            return "blocked"
        except outcome.Blocked as blocked:
            return self._block(found, "prepare", str(blocked), blocked.kind)
        except outcome.TROUBLE as trouble:
            return self._block(found, "prepare", f"no folder to work in: {trouble}", "resource")
        reach("prepare.made")

        def decide(now: Attempt) -> list[Event]:
            result = {"start": start, "fresh": False, "folder": self.workplace.shown(now)}
            if now.known.get("fresh"):
                result["conversation"] = None  # it is about files that are gone
            if self.workplace.repository_of(now) is None and now.executor not in OWN:
                result["files"] = changes.fingerprint(self.workplace.folder(now))
            return [of_session.event(now.session, "run.step_started", task=task, step="work", result=result)]

        self._record(session, task, attempt, f"prepare/{start}", decide)
        return GO

    def work(self, session: str, task: str, attempt: str) -> str:
        """Let the executor do the task; its exit code and seconds are the fact."""
        return self._run(session, task, attempt, "work")

    def verify(self, session: str, task: str, attempt: str) -> str:
        """Let the task's own commands judge; in a phase before the last there is nothing to judge yet."""
        found = self._load(session, task, attempt)
        if found is not None and (not judging.judges(found.task) or not found.is_last_phase):
            return GO
        return self._run(session, task, attempt, "verify")

    def finish(self, session: str, task: str, attempt: str) -> str:
        """Commit what the attempt changed, and record commit, evidence and completion together."""
        found = self._load(session, task, attempt)
        if found is None:
            return "gone"
        if self._fact(found, "finish"):
            self.workplace.leave(found)
            return "completed"
        if not self._is_wanted(found):
            return "gone"
        state = self.workplace.state_asked(found)
        try:
            commit = self.workplace.keep(found)
        except CutOff:
            return "interrupted"  # others have the task by now, or will have it soon
        except outcome.Blocked as blocked:
            return self._block(found, "finish", str(blocked), blocked.kind)
        except outcome.TROUBLE as trouble:
            return self._block(found, "finish", f"the commit was not made: {trouble}", "git")
        reach("finish.committed")
        files = self.workplace.changed(found, commit)
        shown = outcome.Shown(self._result(found, "work"), self._result(found, "verify"), commit, state, files)
        if not shown.check and not commit and self.workplace.left_nothing(found):
            return self._block(found, "finish", outcome.nothing_done(found, shown), "evidence")
        try:
            self._record(session, task, attempt, "finish", lambda now: outcome.done(now, self.setup, shown))
        except errors.Waiting:
            return "waiting"  # a gate closed meanwhile: what was done is kept, and finished after the approval
        except errors.MilestoneError as refused:
            return self._block(found, "finish", f"{refused.message} {refused.why}".strip(), "requirement")
        reach("finish.recorded")
        self.workplace.leave(found)
        return "completed"

    def gave_up(self, session: str, task: str, attempt: str, reason: str) -> str:
        """Block the task with a fault of ours; where not even that can be recorded, `trouble` says why."""
        try:
            found = self._load(session, task, attempt)
            return self._block(found, "gave_up", reason, "fault") if found is not None else "gone"
        except (errors.MilestoneError, OSError) as cannot:
            self.trouble = str(cannot)
            self.ledger.wait(TROUBLED)  # a full disk is not asked again at once
            raise

    def _run(self, session: str, task: str, attempt: str, step: str) -> str:
        found = self._load(session, task, attempt)
        if found is None:
            return "gone"
        result = self._result(found, step)
        if result is None:
            if not self._is_wanted(found):
                return "gone"
            reach(f"{step}.starting")
            ended, shown = self._judge(found) if step == "verify" else (self._execute(found, step), {})
            if ended.unanswered:
                self._record(session, task, attempt, f"asked/{time.monotonic()}", lambda now: [outcome.waits(now)])
                return "waiting"
            if ended.stopped:
                self._stops.pop((session, task), None)
                return "interrupted"
            if ended.waits or ended.error:
                return self._block(found, step, ended.error or "a person does it", ended.cause)
            reach(f"{step}.done")
            result = {**outcome.result_of(ended), **shown}
            self._record(session, task, attempt, step, lambda now: [outcome.stepped(now, step, result)])
            reach(f"{step}.recorded")
        if result["succeeded"]:
            return GO
        self._record(session, task, attempt, "failed", lambda now: outcome.failed(now, self.setup, step, result))
        reach("failed.recorded")
        self.pauses[(session, task)] = self.working.backoff(found)
        return "failed"

    def _judge(self, found: Attempt) -> tuple[Outcome, dict[str, Any]]:
        return judging.judge(
            found.task,
            lambda command: self._execute(found, "verify", command),
            lambda: self.workplace.state(found),
        )

    def _execute(self, found: Attempt, step: str, command: str = "") -> Outcome:
        name = found.executor if step == "work" else "shell"
        job, stop = jobs.of(self.setup, self.workplace, found, step, command), self._stop_of(found)
        why = judging.unconfirmed(found, name, job.command, self.setup.may_run)
        if why:
            return Outcome(error=why)
        return self.working.run(found, job, stop) if step == "work" else self.setup.executors(name).run(job, stop)

    def _stop_of(self, found: Attempt) -> threading.Event:
        session = str(found.session.body["id"])
        stop = self._stops[(session, found.name)]
        if session in self._stopped:
            stop.set()
        return stop

    def _is_wanted(self, found: Attempt) -> bool:
        """Say whether the store still has this attempt as the one in progress, and the session running."""
        begun = tasks.status(found.task) == "in_progress" and found.task.get("attempts") == found.number
        ours = together.is_in_hand(found, self.setup.presence.name)
        return begun and ours and found.session.body.get("state") == "running"

    def _load(self, session: str, task: str, attempt: str) -> Attempt | None:
        return attempts.load(self.ledger, session, task, attempt)

    def _fact(self, found: Attempt, step: str) -> bool:
        key = found.operation(self.setup.epoch, step)
        return look(self.ledger, lambda reading: bool(reading.operation(key)))

    def _result(self, found: Attempt, step: str) -> dict[str, Any] | None:
        """Return what was recorded of a step; None when it was not made yet."""
        key = found.operation(self.setup.epoch, step)
        for recorded in look(self.ledger, lambda reading: list(reading.operation(key))):
            kept = recorded.event.data.get("result") or {}
            if step in kept:
                return dict(kept[step])
        return None

    def _block(self, found: Attempt, step: str, reason: str, kind: str) -> str:
        self._record(
            str(found.session.body["id"]),
            found.name,
            found.key,
            f"{step}/blocked",
            lambda now: outcome.blocked(now, reason, kind),
        )
        return "blocked"

    def _record(
        self, session: str, task: str, attempt: str, step: str, decide: Any, claims: Claims = lambda _txn, _now: []
    ) -> None:
        """Record what `decide(attempt)` returns, once for this step of it; nothing where `claims` objects."""
        found = self._load(session, task, attempt)
        if found is None:
            return

        def inside(txn: Txn, ctx: Context) -> Sequence[Event]:
            now = attempts.read(txn, msgspec.structs.replace(ctx, actor=actor), session, task, attempt)
            is_ours = now is not None and (step == "begin" or together.is_in_hand(now, self.setup.presence.name))
            if now is None or not is_ours:
                return []  # somebody else has the task by now: nothing of ours counts any more
            taken = claims(txn, now)
            return [*taken, *decide(now)] if taken is not None else []

        operation = found.operation(self.setup.epoch, step)
        actor: Actor = self.setup.actor(found.executor)
        self.ledger.write(session, inside, operation=operation, actor=actor)
