"""The shape of a milestone file as one table: every key in its order, what it holds, which other words mean it.

Reading leniently, writing in order and the JSON Schema all follow this table, so they cannot disagree.
"""

import msgspec


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """What a key holds.

    `kind` is one of the readers in `vocabulary`; a kind with `of` holds records of that place.
    """

    kind: str
    about: str
    of: str = ""
    also: tuple[str, ...] = ()  # other words for the key, folded as `words.fold` does


def _field(kind: str, about: str, *also: str, of: str = "") -> Field:
    return Field(kind=kind, about=about, also=also, of=of)


MILESTONE = {
    "id": _field(
        "milestone_id", "The name people type, such as milestone-001.", "milestone",
            "milestone_id", "key", "number"
    ),
    "uid": _field("text", "The name that never changes, 32 hex digits."),
    "title": _field("text", "What is reached, in a few words.", "name", "goal", "summary"),
    "description": _field("text", "More about it.", "details", "desc", "about"),
    "status": _field(
        "milestone_status", "planned, in_progress, paused, blocked, completed, cancelled or archived.", "state"
    ),
    "priority": _field("word", "low, medium, high, critical, or a word of your own.", "prio", "importance"),
    "category": _field("word", "feature, infrastructure, testing, documentation, or a word of your own."),
    "type": _field("text", "What sort of milestone it is."),
    "visibility": _field("word", "private or public."),
    "labels": _field("texts", "Words to find it by.", "tags", "label", "keywords"),
    "owner": _field("text", "Who answers for it.", "lead", "responsible", "owned_by"),
    "workstream": _field("text", "The larger stream of work it belongs to.", "stream", "epic"),
    "compliance": _field("rules", "Rules it has to keep, such as gdpr; or by name, with their evidence."),
    "budget": _field("any", "Money planned for it."),
    "quarter": _field("text", "The quarter it is planned for."),
    "release": _field("text", "The release it ships in.", "version"),
    "sensitive": _field("texts", "Keys whose values are kept secret."),
    "stakeholders": _field("texts", "Who has an interest in it.", "stakeholder"),
    "assumptions": _field("texts", "What the plan takes for granted.", "assumption"),
    "rollback": _field("text", "How to go back when it fails.", "rollback_plan", "roll_back"),
    "approval_required": _field("any", "Whether, or by whom, its phases need approval.", "approvals_required"),
    "timeline": _field("record", "When, and how much work.", "schedule", of="timeline"),
    "success_criteria": _field(
        "facts", "What has to be true at the end.", "acceptance_criteria", "criteria", "acceptance",
        "definition_of_done", "completion_criteria", of="fact",
    ),
    "deliverables": _field("named", "What comes out of it.", "deliverable", "outputs", of="deliverable"),
    "resources": _field("record", "People, skills and tools it needs.", of="resources"),
    "dependencies": _field(
        "dependencies", "What it waits for and what waits for it.", "depends_on", "requires", "dependency",
        "prerequisites", of="dependencies",
    ),
    "risks": _field("risks", "What may go wrong.", "risk", "risk_assessment", of="risk"),
    "questions": _field("questions", "What the plan leaves open.", "open_questions", of="question"),
    "evidence": _field("word", "required: its tasks are done only with a receipt, whatever the project asks."),
    "lessons": _field("any", "What was learned."),
    "kiro_configuration": _field("record", "Phases, their weights and gates.", of="kiro_configuration"),
    "phases": _field("phases", "The milestone's own phases.", of="phase"),
    "refs": _field("any", "Which record an id in here means, by its uid."),
    "formerly": _field("texts", "Ids it had before it was renumbered."),
    "conflicts": _field("records", "Values a merge could not keep in place.", of="conflict"),
    "tasks": _field("tasks", "The work, a day or two each.", "task_list", "todo", "todos", "steps", of="task"),
    "paused": _field("any", "Why it is paused, since when and by whom."),
    "blocked": _field("any", "Why it is blocked, since when and by whom."),
    "recheck": _field("any", "What was reopened below it."),
    "overrides": _field("any", "Which rules were passed over, why and by whom."),
    "planning": _field("any", "How the plan came about."),
    "progress": _field("any", "Read and left as found; progress is computed."),
    "execution": _field("any", "Read and left as found."),
    "revision": _field("any", "Read and left as found."),
}  # fmt: skip
TASK = {
    "id": _field("task_id", "Unique inside the milestone, such as task-001.", "task", "task_id", "key"),
    "parent": _field("task_id", "The task this one is a part of.", "parent_task"),
    "title": _field("text", "What to do.", "name", "summary", "text"),
    "description": _field("text", "More about it.", "details", "desc"),
    "type": _field("text", "What sort of task it is."),
    "status": _field(
        "task_status", "pending, in_progress, in_review, blocked, completed, failed or cancelled.", "state", "done"
    ),
    "priority": _field("word", "low, medium, high, critical, or a word of your own.", "prio"),
    "estimated_hours": _field(
        "estimate", "Hours of work, or an optimistic, a likely and a pessimistic figure.", "estimate", "hours",
        "effort", "duration", "estimated_duration", "estimated_time", of="estimate",
    ),
    "actual_hours": _field("number", "Hours it took.", "hours_spent", "time_spent"),
    "time": _field("records", "Hours spent, who and when.", "time_log", of="time"),
    "assigned_to": _field("text", "Who does it.", "assignee", "assignees", "owner", "assigned", "responsible"),
    "dependencies": _field(
        "task_ids", "Tasks that come first.", "depends_on", "requires", "after", "dependency",
            "blocked_by", "needs"
    ),
    "acceptance": _field(
        "facts", "What has to be true when it is done; each may bring its `check`.", "acceptance_criteria",
        "criteria", of="fact",
    ),
    "run": _field("text", "The command that does it."),
    "verify": _field("text", "The command whose success is the evidence."),
    "outputs": _field("texts", "What comes out of it.", "output"),
    "files": _field("texts", "Files it touches: no two tasks that share one are worked on at once.", "file"),
    "related_files": _field("texts", "Files to look at first; they keep no other task waiting.", "related_file"),
    "locks": _field("texts", "What only one worker may use at a time: a build, a test database.", "lock"),
    "executor": _field("word", "shell, agent or human."),
    "attempts": _field("number", "How often it was tried."),
    "started_at": _field("text", "When it was started.", "started"),
    "completed_at": _field("text", "When it was completed.", "completed", "finished_at"),
    "reopened_at": _field("text", "When it was last taken up again; evidence from before shows nothing."),
    "blocked": _field("any", "Why it is blocked, since when and by whom."),
    "evidence": _field("any", "What shows that it is done."),
    "reported": _field("any", "A worker's own figure."),
    "recheck": _field("any", "What was reopened below it."),
    "skills": _field("texts", "What its worker can do.", "skills_required"),
    "next_note": _field("text", "A word to the next worker."),
    "labels": _field("texts", "Words to find it by.", "tags", "label"),
    "kiro_workflow": _field("workflow", "Its phases.", of="kiro_workflow"),
}  # fmt: skip
PHASE = {
    "status": _field("phase_status", "pending, in_progress, in_review, approved and so on.", "state"),
    "owner": _field("text", "Who answers for it.", "lead"),
    "reviewers": _field("texts", "Who looks at it.", "reviewer"),
    "assignees": _field("texts", "Who works on it.", "assignee", "assigned_to"),
    "deliverables": _field("things", "What comes out of it.", "deliverable"),
    "progress": _field("any", "A worker's own figure."),
    "started_at": _field("text", "When it was started.", "started"),
    "completed_at": _field("text", "When it was completed.", "completed"),
    "approved_at": _field("text", "When it was approved."),
    "approval": _field("record", "Who has to agree, and who did.", of="approval"),
    "approval_required": _field("boolean", "Whether somebody has to agree."),
    "duration": _field("text", "How long it usually takes."),
    "stored": _field("any", "What was found of its deliverables, with digests."),
    "history": _field("any", "Earlier rounds."),
}
SHAPE: dict[str, dict[str, Field]] = {
    "milestone": MILESTONE,
    "task": TASK,
    "phase": PHASE,
    "timeline": {
        "estimated_start": _field("date", "The planned first day.", "start", "start_date", "planned_start"),
        "estimated_end": _field(
            "date", "The planned last day.", "end", "end_date", "due", "due_date", "deadline", "planned_end"
        ),
        "estimated_hours": _field("number", "Hours of work.", "hours", "duration",
            "estimated_duration", "estimate"),
        "buffer_percentage": _field("number", "Time kept for surprises.", "buffer"),
        "actual_start": _field("text", "The day it was started.", "started", "actual_start_date", "started_at"),
        "actual_end": _field("text", "The day it was finished.", "finished", "actual_end_date", "completed_at"),
        "phase_timing": _field("any", "Hours of each phase."),
    },
    "estimate": {
        "optimistic": _field("number", "Hours if all goes well.", "best", "min", "low"),
        "likely": _field("number", "Hours most likely.", "most_likely", "expected", "realistic"),
        "pessimistic": _field("number", "Hours if much goes wrong.", "worst", "max", "high"),
    },
    "fact": {
        "name": _field("text", "A short name, for `--met`.", "id"),
        "text": _field("text", "What has to be true.", "description", "title", "criterion"),
        "check": _field("text", "A command whose success shows it."),
        "met": _field("boolean", "Whether it is true; only a command proves it.", "done"),
        "evidence": _field("any", "What shows it."),
        "by": _field("text", "Who said so."),
        "at": _field("text", "When."),
    },
    "deliverable": {
        "name": _field("text", "What it is called.", "title"),
        "type": _field("text", "code, documentation, test or deployment."),
        "path": _field("text", "Where it lies.", "file"),
        "acceptance_criteria": _field("texts", "What has to be true of it.", "acceptance", "criteria"),
    },
    "resources": {
        "team_members": _field("texts", "Who works on it.", "team", "people", "members"),
        "skills_required": _field("texts", "What they can do.", "skills"),
        "tools_needed": _field("texts", "What they use.", "tools"),
        "allocation": _field("allocation", "How many of which role, for how long.", of="allocation"),
    },
    "allocation": {
        "role": _field("text", "The role."),
        "fte": _field("number", "How many full-time people."),
        "weeks": _field("number", "For how many weeks."),
        "for": _field("text", "What for."),
    },
    "dependencies": {
        "requires": _field(
            "milestone_ids", "Milestones that come first.", "depends_on", "dependencies", "needs",
                "after", "milestones",
            "blocked_by", "prerequisites",
        ),
        "enables": _field("milestone_ids", "Milestones that wait for this one.", "blocks",
            "unlocks", "required_by", "before"),
        "external": _field("facts", "What others have to bring.", of="fact"),
        "conditions": _field("facts", "What has to be true before the start.", "condition", of="fact"),
        "shared_resources": _field("texts", "What it shares with other milestones.", "resources"),
        "groups": _field("any", "Which required milestones belong to which group."),
        "reasons": _field("any", "Why a required milestone comes first."),
    },
    "risk": {
        "id": _field("text", "Unique inside the milestone."),
        "description": _field("text", "What may go wrong.", "risk", "title", "name", "text"),
        "probability": _field("chance", "A number from 0 to 1, or low, medium, high.", "likelihood", "chance"),
        "impact": _field("word", "low, medium, high or critical.", "severity", "level"),
        "why": _field("text", "What makes it likely or grave."),
        "mitigation": _field("text", "What is done about it.", "mitigation_strategy", "response"),
        "owner": _field("text", "Who watches it."),
        "status": _field("word", "open, or closed.", "state"),
    },
    "question": {
        "id": _field("text", "Unique inside the milestone."),
        "text": _field("text", "What is open.", "question", "title"),
        "why": _field("text", "Why it matters.", "reason"),
        "default": _field("any", "What holds until it is answered."),
        "answer": _field("any", "The answer."),
        "answered_by": _field("text", "Who answered."),
        "effect": _field("any", "What an answer changes."),
    },
    "kiro_configuration": {
        "enabled": _field("boolean", "Whether tasks go through phases."),
        "default_phases": _field("texts", "Their names, in order.", "phases"),
        "approval_gates": _field("gates", "Who has to agree between two phases.", "gates", of="gate"),
        "phase_weights": _field("numbers", "How much of the work each phase is.", "weights"),
    },
    "gate": {
        "approvers": _field("texts", "Who has to agree.", "approver"),
        "criteria": _field("facts", "What has to be true.", of="fact"),
        "required": _field("boolean", "Whether the gate holds work back."),
        "quorum": _field("number", "How many of them suffice."),
    },
    "kiro_workflow": {
        "enabled": _field("boolean", "Whether the task goes through phases."),
        "current_phase": _field("word", "Where it is.", "phase"),
        "phases": _field("phases", "The phases.", of="phase"),
    },
    "approval": {
        "required": _field("boolean", "Whether somebody has to agree."),
        "approvers": _field("texts", "Who has to agree.", "approver"),
        "quorum": _field("number", "How many of them suffice."),
        "criteria": _field("facts", "What has to be true.", of="fact"),
        "status": _field("word", "pending, approved, rejected.", "state"),
        "digest": _field("text", "What was handed in."),
        "submitted_at": _field("text", "When it was handed in."),
        "submitted_by": _field("text", "Who handed it in."),
        "given": _field("records", "Who agreed to what, and how they are known.", of="given"),
    },
    "given": {
        "by": _field("text", "Who agreed."),
        "proof": _field("word", "named, present or signed."),
        "digest": _field("text", "What was judged."),
        "comment": _field("text", "What was said."),
        "at": _field("text", "When."),
        "signature": _field("text", "Proof by a key."),
    },
    "evidence": {
        "grade": _field("text", "typed, self-reported, command or ci."),
        "by": _field("text", "Who brought it."),
        "at": _field("text", "When."),
        "command": _field("text", "What was run."),
        "exit_code": _field("number", "How it ended."),
        "commit": _field("text", "The commit it belongs to."),
        "tree": _field("text", "The content of all files it ran on, in git's words."),
        "item": _field("any", "The number of the acceptance item it shows."),
        "of": _field("text", "What that item said, in short."),
        "text": _field("text", "What somebody said shows it."),
        "url": _field("text", "The pipeline."),
        "signature": _field("text", "Proof by a key."),
    },
    "time": {
        "who": _field("text", "Who worked.", "by"),
        "date": _field("date", "The day."),
        "hours": _field("number", "How long."),
        "source": _field("word", "Where the figure comes from."),
    },
    "conflict": {
        "field": _field("text", "The path of the value."),
        "value": _field("any", "The value that stands."),
        "other": _field("any", "The value that was set aside."),
        "by": _field("text", "Who wrote it."),
        "at": _field("text", "When."),
    },
}  # fmt: skip
