"""Every way a request can fail, with what the user can do next.

Raise near the cause, show only at a door. `code` is the same word in `--json`, the web and MCP;
`exit_code` is the contract of `cli.md`.
"""

from collections.abc import Mapping, Sequence
from typing import Any


class MilestoneError(Exception):
    """Something the program expected can go wrong; three lines for people: what, why, next."""

    code = "error"
    exit_code = 1
    retryable = False

    def __init__(
        self,
        message: str,
        *,
        why: str = "",
        hint: str = "",
        next: Sequence[str] = (),
        code: str | None = None,
        findings: Sequence[Mapping[str, Any]] = (),
        candidates: Sequence[str] = (),
        **facts: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.why = why
        self.hint = hint
        self.next = list(next)
        self.findings = [dict(finding) for finding in findings]
        self.candidates = list(candidates)
        self.facts = facts
        if code is not None:
            self.code = code


class WorkFailed(MilestoneError):
    """Work ran and failed."""

    code = "work_failed"
    exit_code = 1


class StoreTooNew(MilestoneError):
    """The store was written by a newer program."""

    code = "store_too_new"
    exit_code = 1


class InvalidRequest(MilestoneError):
    """A verb, flag or value is not understood."""

    code = "usage"
    exit_code = 2


class NotFound(MilestoneError):
    """No record, file or project has that name."""

    code = "not_found"
    exit_code = 3


class ProjectNotFound(NotFound):
    """There is no project here or above."""

    code = "project_not_found"


class MilestoneNotFound(NotFound):
    """No milestone has that id."""

    code = "milestone_not_found"


class TaskNotFound(NotFound):
    """The milestone has no such task."""

    code = "task_not_found"


class SessionNotFound(NotFound):
    """No session has that id."""

    code = "session_not_found"


class AmbiguousId(NotFound):
    """Several records answer to that word; `candidates` lists them."""

    code = "ambiguous_id"


class Stale(MilestoneError):
    """The record moved on since it was read; `facts["current"]` says how."""

    code = "stale"
    exit_code = 4


class Refused(MilestoneError):
    """A rule of the project says no; `findings` lists what is unmet."""

    code = "refused"
    exit_code = 5


class InvalidPlan(Refused):
    """A plan breaks the rules; every finding has its place."""

    code = "invalid_plan"


class UnreadableFile(Refused):
    """A file is no record we can read; `facts` hold its `path`, `line`, `column` and the line's `text`.

    It stays as it is and stops nothing else.
    """

    code = "unreadable_file"


class Waiting(MilestoneError):
    """A person has to answer, approve or confirm first; `facts["waiting_for"]` says who."""

    code = "waiting"
    exit_code = 6


class NeedsAnswer(Waiting):
    """A question cannot be asked without a terminal; the hint names the flag that answers it."""

    code = "needs_answer"


class NotPermitted(MilestoneError):
    """The actor may not do this."""

    code = "not_permitted"
    exit_code = 7


class NeedsAPerson(NotPermitted):
    """Approvals, overrides and permissions are given by people only."""

    code = "needs_a_person"


class Busy(MilestoneError):
    """Another process holds the store or a port; `facts["retry_after_ms"]` says when to try again."""

    code = "busy"
    exit_code = 8
    retryable = True


class StoreMoved(Busy):
    """The store is kept elsewhere now; who opens it again finds it."""

    code = "store_moved"


class NotReachable(Busy):
    """The database of the store does not answer."""

    code = "not_reachable"


class Damaged(MilestoneError):
    """The store is damaged, or its log does not verify."""

    code = "damaged"
    exit_code = 9


class NotWritable(MilestoneError):
    """The disk is full, read-only or failing; nothing was changed."""

    code = "not_writable"
    exit_code = 1
    retryable = True
