"""Every kind of event and its own fields: the table that the reference is generated from.

All events carry `seq at actor session operation milestone task` besides (`Recorded`, `Event`). A field that ends
with `?` may be missing. Old programs read new logs: a kind that is not here folds to no change.
"""

from milestone.domain import approval_events
from milestone.domain.approval_events import Kind as Kind

_ON = {"on?": ("date", "the day in the project's zone")}
_REASON = {"reason?": ("text", "why")}
_MUST = {"reason": ("text", "why")}
_SET = {
    "set?": ("map", "path -> new value"),
    "unset?": ("list", "paths taken away"),
}
_BLOCKED = {"reason": ("text", "what stands in the way"), "cause?": ("text", "git, test, requirement, stall, ...")}
_EVIDENCE = {"evidence?": ("list", "items `{grade by at command exit_code commit item}`")}
_FACT = {"where": ("text", "path of the list it stands in"), "fact": ("text", "its name, else its text")}
_VIA = {
    "via?": ("text", "hand or git; absent when a command did it"),
    "commit?": ("text", "the commit that brought it"),
    "author?": ("text", "who wrote it, where git says so"),
    "from?": ("text", "archive: the file was unpacked, not written here"),
    "archived?": ("flag", "the file lies under completed/"),
}

_BACK = {
    **_SET,
    "body?": ("map", "the whole record, where paths cannot say the difference"),
    "archived?": ("flag", "its file lies under completed/"),
    "away?": ("flag", "its file was gone"),
    "deleted?": ("flag", "it is hidden"),
    "sealed?": ("list", "seals of what commands had recorded, valid again"),
    "unsealed?": ("list", "seals that are not valid any more"),
}
_PIPELINE = {"url?": ("text", "where"), "commit?": ("text", "what it judges")}
_FIELDS = {"set?": ("map", "field -> new value")}
_STEP = {"step?": ("text", "which"), "result?": ("map", "what is known of the task's attempt")}

_USED = {
    "share?": ("number", "used"),
    "scope?": ("text", "task, milestone or day"),
    "reason?": ("text", "which, how much of how much"),
}
_BREAKER = {
    "executor": ("text", "which"),
    "reason?": ("text", "why it failed last"),
    "seconds?": ("number", "how long its tasks wait"),
}
_SCALE = {"count?": ("number", "milestones"), "to?": ("text", "which backend"), "reasons?": ("list", "why")}
KINDS: dict[str, Kind] = {
    "project.created": Kind("A project begins.", {"body": ("map", "the project's record")}),
    "milestone.created": Kind(
        "A milestone is planned, or its file appears.", {"body": ("map", "the whole record"), **_VIA}
    ),
    "milestone.edited": Kind("Fields of a milestone are changed by a command.", _SET),
    "milestone.started": Kind("Work begins.", _ON),
    "milestone.paused": Kind("Work rests by decision.", _REASON),
    "milestone.blocked": Kind("Something stands in the way of the whole milestone.", _BLOCKED),
    "milestone.resumed": Kind("Work goes on.", _REASON),
    "milestone.completed": Kind("All of its work is done.", _ON),
    "milestone.cancelled": Kind("It will not be done.", _REASON),
    "milestone.reopened": Kind("A completed, archived or cancelled milestone is taken up again.", _MUST),
    "milestone.rescheduled": Kind("Its dates change.", {**_SET, **_REASON}),
    "milestone.renumbered": Kind(
        "It gets another number.", {"id": ("text", "the new id"), "formerly?": ("text", "the id it had")}
    ),
    "milestone.archived": Kind(
        "It moves to completed/ with its lessons.", {**_ON, **_SET, "lessons?": ("any", "what was learned")}
    ),
    "milestone.deleted": Kind("It is hidden; the log keeps it.", _REASON),
    "task.added": Kind("A task is added.", {"body": ("map", "the whole task")}),
    "task.edited": Kind("Fields of a task are changed by a command.", _SET),
    "task.started": Kind("Work on a task begins.", {**_ON, **_REASON}),
    "task.progressed": Kind(
        "A worker reports how far it is.", {"percentage": ("number", "the worker's own figure")}
    ),
    "task.submitted": Kind("A task waits for review.", {}),
    "task.completed": Kind("A task is done.", {**_ON, **_EVIDENCE, "note?": ("text", "what the worker wrote")}),
    "task.failed": Kind(
        "An attempt failed.", {**_REASON, **_EVIDENCE, "exit_code?": ("number", "of its command")}
    ),
    "task.retried": Kind("A failed or blocked task is to be tried again.", _REASON),
    "task.blocked": Kind("Something stands in a task's way.", _BLOCKED),
    "task.unblocked": Kind("Nothing stands in its way any more.", _REASON),
    "task.assigned": Kind("Somebody is to do it; null for nobody.", {"assigned_to": ("text or null", "who")}),
    "task.noted": Kind("A note.", {"note": ("text", "the note"), "next?": ("text", "for the next worker")}),
    "task.time_logged": Kind(
        "Time was spent; negative hours correct.",
        {
            "hours": ("number", "how long"),
            "source": ("text", "logged, spent, session, executor"),
            "who?": ("text", "who spent it"),
            "date?": ("date", "when"),
        },
    ),
    "task.cancelled": Kind("It will not be done.", _REASON),
    "task.reopened": Kind("A completed or cancelled task is to be done again.", _MUST),
    "task.claimed": Kind(
        "Somebody holds it for a while, or goes on holding it.",
        {"lease": ("map", "token, holder, expires, files, locks")},
    ),
    "task.released": Kind("It is free again.", {**_REASON, "left?": ("flag", "it is not done")}),
    "dependency.added": Kind(
        "A milestone (or with `task` that task) waits for another.",
        {
            "on": ("text", "id of what it waits for"),
            "uid?": ("text", "the record the id means"),
            "list?": ("text", "requires or enables"),
        },
    ),
    "dependency.removed": Kind(
        "It waits no longer.",
        {
            "on": ("text", "id of what it waited for"),
            "written?": ("text", "the id as the record spelt it"),
            "list?": ("text", "requires or enables"),
        },
    ),
    "risk.identified": Kind("A risk is named.", {"risk": ("map", "the whole risk")}),
    "risk.changed": Kind("A risk is changed.", {"id": ("text", "which"), **_SET}),
    "risk.closed": Kind("A risk is past.", {"id": ("text", "which"), **_REASON}),
    "question.asked": Kind("A plan leaves something open.", {"question": ("map", "the whole question")}),
    "question.answered": Kind(
        "A question is answered, and what it decides is changed.",
        {
            "id": ("text", "which"),
            "answer": ("text", "the answer"),
            "by?": ("text", "who, when not the actor"),
            **_SET,
        },
    ),
    "question.taken": Kind("A running agent was given the answer.", {"id": ("text", "which")}),
    "question.withdrawn": Kind("Nobody needs the answer any more.", {"id": ("text", "which"), **_REASON}),
    "fact.met": Kind(
        "A criterion, condition or external dependency has become true.",
        {**_FACT, "evidence?": ("any", "text, path, URL or a command's result"), "by?": ("text", "who says so")},
    ),
    "fact.unmet": Kind("It is not true any more.", {**_FACT, **_REASON}),
    "override.used": Kind(
        "A person went past unmet requirements.",
        {"what": ("text", "the refused verb"), "reason": ("text", "why"), "unmet": ("list", "what was not met")},
    ),
    "evidence.recorded": Kind("Evidence without finishing.", {"evidence": ("map", "one item")}),
    "deliverable.stored": Kind(
        "A file was taken into the store.",
        {
            "path": ("text", "where it lies"),
            "digest": ("text", "of its content"),
            "phase?": ("text", "for which phase"),
            "bytes?": ("number", "its size"),
        },
    ),
    **approval_events.KINDS,
    "session.started": Kind("A run begins.", {"body?": ("map", "the session's record")}),
    "session.saved": Kind(
        "A run's state is kept.",
        {
            "context?": ("map", "directory, branch, notes, next steps"),
            "note?": ("text", "for whoever goes on"),
            **_FIELDS,
        },
    ),
    "session.interrupted": Kind("A run was stopped.", _REASON),
    "session.resumed": Kind("A run goes on.", _FIELDS),
    "session.ended": Kind("A run is over.", {"state?": ("text", "ended, failed or waiting"), **_REASON}),
    "run.step_started": Kind("A step of a run begins.", _STEP),
    "run.step_finished": Kind("A step of a run is over.", _STEP),
    "run.progressed": Kind("A worker says how far it is, and what it cost so far.", _STEP),
    "agent.registered": Kind("A worker or role is there.", {"agent?": ("map", "its entry")}),
    "agent.message": Kind("A message between agents.", {"message?": ("map", "from, to, text")}),
    "agent.failed": Kind("A worker died.", _REASON),
    "agent.restarted": Kind("A worker was replaced.", _REASON),
    "agent.removed": Kind("A worker is gone.", _REASON),
    "lease.expired": Kind("A claim ran out.", {"token?": ("text", "which")}),
    "lease.fenced": Kind("A late writer was refused.", {"token?": ("text", "which")}),
    "blocker.detected": Kind("A role found what stands in the way.", _BLOCKED),
    "blocker.escalated": Kind("A blocker lasts too long.", {**_REASON, "to?": ("text", "who hears of it")}),
    "blocker.resolved": Kind("A blocker is gone.", _REASON),
    "commands.trusted": Kind("Commands from outside were confirmed.", {"digests?": ("list", "of their texts")}),
    "budget.warned": Kind("A budget is nearly used.", _USED),
    "budget.exceeded": Kind("A budget is used up.", _USED),
    "breaker.opened": Kind("An executor failed again and again; its tasks wait a while.", _BREAKER),
    "breaker.closed": Kind("An executor works again.", _BREAKER),
    "commit.recorded": Kind(
        "A commit was made for a task.",
        {"commit": ("text", "its hash"), "branch?": ("text", "where"), "files?": ("list", "paths it changed")},
    ),
    "branch.merged": Kind("A branch was merged.", {"branch?": ("text", "which"), "into?": ("text", "where")}),
    "branch.conflicted": Kind(
        "A merge met a conflict.", {"branch?": ("text", "which"), "files?": ("list", "where")}
    ),
    "branch.pushed": Kind("A branch was pushed.", {"branch?": ("text", "which"), "remote?": ("text", "where")}),
    "pull_request.opened": Kind("A pull request was opened.", {"url?": ("text", "where")}),
    "ci.started": Kind("A pipeline began.", _PIPELINE),
    "ci.finished": Kind(
        "A pipeline ended.",
        {
            **_PIPELINE,
            "result?": ("text", "success, failure or timed_out"),
            "exit_code?": ("number", "of what said so"),
            "deployments?": ("list", "`{environment state url version}`"),
        },
    ),
    "notification.sent": Kind(
        "Somebody was told.",
        {
            "channel?": ("text", "how"),
            "upto?": ("number", "seq of the last event that was looked at"),
            "count?": ("number", "how many things were told"),
        },
    ),
    "notification.failed": Kind("Telling failed.", {"channel?": ("text", "how"), **_REASON}),
    "document.edited": Kind(
        "A file was changed by hand or by git.",
        {**_VIA, **_SET, "body?": ("map", "the whole record of a new file")},
    ),
    "document.removed": Kind("A file is gone; its number stays taken.", _VIA),
    "document.returned": Kind("A file is back.", {**_VIA, **_SET, "body?": ("map", "the whole record")}),
    "conflict.kept": Kind("A value a merge could not keep.", {"conflict": ("map", "`{field value other by at}`")}),
    "conflict.settled": Kind(
        "Somebody chose a value.", {"field": ("text", "its path"), "value?": ("any", "the choice")}
    ),
    "change.undone": Kind(
        "A change was taken back, as far as it concerned this record.",
        {"of": ("number", "seq of the change's first event"), **_BACK},
    ),
    "store.migrated": Kind("The store moved.", {"to?": ("text", "the backend")}),
    "store.backed_up": Kind("A backup was made.", {"id?": ("text", "which")}),
    "store.restored": Kind("The plan went back.", {"to?": ("number", "seq"), "backup?": ("text", "which")}),
    "document.restored": Kind(
        "A record is again as it was at a moment.", {"to": ("number", "seq of that moment"), **_BACK}
    ),
    "store.repaired": Kind("The doctor repaired something.", {"what?": ("text", "what")}),
    "store.synced": Kind("Files and store were settled after a merge.", {"adopted?": ("number", "how many")}),
    "scale.detected": Kind("The project has outgrown its store, which moves.", _SCALE),
    "scale.advised": Kind("The project has outgrown its store, and a person was told how to move it.", _SCALE),
    "config.changed": Kind("A setting was changed.", {"key": ("text", "which"), "value?": ("any", "to what")}),
    "key.rotated": Kind("A key was replaced.", {"key?": ("text", "which")}),
    "person.added": Kind("Somebody joins.", {"handle": ("text", "who")}),
    "person.changed": Kind("Somebody's entry changes.", {"handle": ("text", "who")}),
    "person.removed": Kind("Somebody leaves.", {"handle": ("text", "who")}),
    "access.denied": Kind("Somebody was refused.", {"verb?": ("text", "what")}),
}
