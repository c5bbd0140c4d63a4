"""What people are told of by themselves: the few events that ask something of somebody, in words of chat."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import msgspec

from milestone.domain import deadlines, phases, risk, tasks
from milestone.domain.context import Context
from milestone.domain.document import Body, Document, Recorded
from milestone.domain.phases import Phase
from milestone.domain.sensitive import WORD
from milestone.reports import events, requests

TOPICS: Mapping[str, str] = {
    "ready": "a phase waits for approval",
    "approved": "a phase is approved, changes are asked for, or it is rejected",
    "blocked": "something stands in the way of a task, a milestone or a run",
    "done": "a milestone is completed",
    "sla": "an approval is nearly due, or late",
    "risk": "a high risk is named",
    "failed": "a run has failed",
    "budget": "a budget is used up",
}
MANY = 6  # things listed in one line


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing somebody is told."""

    seq: int
    topic: str  # of TOPICS, else the event's kind
    about: str  # notices about one thing replace each other while they wait
    title: str
    lines: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()  # whose work it is; none: everybody's


class Scene(NamedTuple):
    """An event, and the record it is about as it is now."""

    recorded: Recorded
    body: Body
    ctx: Context

    @property
    def data(self) -> Body:
        return self.recorded.event.data

    @property
    def task(self) -> Body:
        return tasks.get(self.body, self.recorded.event.task or "") or {}

    @property
    def ref(self) -> str:
        event = self.recorded.event
        return f"{event.milestone}/{event.task}" if event.task else str(event.milestone or "the project")

    @property
    def title(self) -> str:
        return str(self.task.get("title") or self.body.get("title") or self.ref)


def of(recorded: Recorded, document: Document | None, ctx: Context, also: Iterable[str] = ()) -> Notice | None:
    """Return what an event says to people; None for most kinds. `also` names kinds somebody wants besides."""
    scene = Scene(recorded, document.body if document is not None else {}, ctx)
    kind = recorded.event.kind
    said = WORDS[kind](scene) if kind in WORDS else None
    if said is None and kind in also:
        said = (kind, f"{kind.replace('.', ' ').replace('_', ' ')}: {scene.title}", _lines(_told(recorded)))
    if said is None:
        return None
    topic, title, lines = said
    return Notice(
        seq=recorded.seq,
        topic=topic,
        about=f"{topic} {scene.ref} {title if topic == 'risk' else scene.data.get('phase', '')}",
        title=_safe(title),
        lines=tuple(_safe(line) for line in lines),
        teams=_teams(scene),
    )


Said = tuple[str, str, list[str]]


def _ready(scene: Scene) -> Said | None:
    phase = _phase(scene)
    if phase is None or not phase.required:
        return None
    asked = ", ".join(f"@{name.lstrip('@').casefold()}" for name in phase.approvers) or "any person"
    task = f" {scene.recorded.event.task}" if scene.recorded.event.task else ""
    return (
        "ready",
        f"🎨 {_name(phase)} phase completed for {scene.title}",
        [
            f"📋 Ready for review: {_deliverables(scene, phase)}",
            f"👥 Reviewers: {asked}",
            f"⏰ SLA: {deadlines.hours(phase, scene.ctx.settings):g} hours for approval",
            f"🔗 Review: milestone review {scene.recorded.event.milestone}{task} --phase {phase.name}",
        ],
    )


def _approved(scene: Scene) -> Said | None:
    phase = _phase(scene)
    if phase is None or not scene.data.get("complete"):
        return None
    after = phases.after(phases.of(scene.body, scene.recorded.event.task), phase.name)
    follows = f", transitioning to {_name(after)} phase" if after is not None else ", the last one"
    return "approved", f"✅ {_name(phase)} phase approved{follows}", [f"📌 {scene.title} ({scene.ref})"]


def _sent_back(scene: Scene) -> Said | None:
    name = str(scene.data.get("phase") or "").title()
    word = "rejected" if scene.recorded.event.kind == "phase.rejected" else "needs changes"
    by = str(scene.data.get("by") or scene.recorded.actor.name)
    return "approved", f"↩️ {name} phase {word}: {scene.title}", _lines(f"{by}: {scene.data.get('comment') or ''}")


def _blocked(scene: Scene) -> Said | None:
    kind = scene.recorded.event.kind
    if kind == "blocker.detected" and scene.recorded.event.task:
        return None  # the task is blocked or failed by an event of its own, or may only have stalled
    return "blocked", f"⛔ Blocked: {scene.title} ({scene.ref})", _lines(scene.data.get("reason"))


def _done(scene: Scene) -> Said | None:
    return "done", f"🎉 Completed: {scene.title} ({scene.ref})", []


def _late(scene: Scene) -> Said | None:
    said = requests.message(scene.recorded)
    if said is None:
        return None
    asked = [f"👥 {', '.join(said['to'])}"] if said["to"] else []
    due = [f"⏰ Due: {said['due']}"] if said["due"] else []
    return "sla", f"⏰ {said['what']}", [f"📌 {scene.title}", *asked, *due, f"🔗 {said['command']}"]


def _risk(scene: Scene) -> Said | None:
    found = scene.data.get("risk")
    if not isinstance(found, Mapping) or risk.band(found) != "high":
        return None
    return (
        "risk",
        f"⚠️ High risk: {found.get('description') or found.get('id')}",
        [f"📌 {scene.title} ({scene.ref})"],
    )


def _failed(scene: Scene) -> Said | None:
    if scene.data.get("state") != "failed":
        return None
    command = f"milestone execute {scene.recorded.event.milestone}"
    return "failed", f"❌ A run of {scene.ref} ended with failed tasks", [f"🔗 {command}"]


def _spent(scene: Scene) -> Said | None:
    return "budget", f"💸 A budget is used up: {scene.title} ({scene.ref})", _lines(scene.data.get("reason"))


WORDS: Mapping[str, Callable[[Scene], Said | None]] = {
    "phase.submitted": _ready,
    "phase.approved": _approved,
    "phase.changes_requested": _sent_back,
    "phase.rejected": _sent_back,
    "task.blocked": _blocked,
    "milestone.blocked": _blocked,
    "blocker.detected": _blocked,
    "milestone.completed": _done,
    "approval.reminded": _late,
    "approval.escalated": _late,
    "risk.identified": _risk,
    "session.ended": _failed,
    "budget.exceeded": _spent,
}


def _phase(scene: Scene) -> Phase | None:
    found = phases.of(scene.body, scene.recorded.event.task)
    return phases.named(found, str(scene.data.get("phase") or ""))


def _name(phase: Phase) -> str:
    return phase.name.replace("_", " ").title()


def _deliverables(scene: Scene, phase: Phase) -> str:
    files = scene.data.get("files")
    names = list(files) if isinstance(files, Mapping) else []
    found = [PurePosixPath(str(name)).name for name in names] or [each.name for each in phase.declared]
    more = f" and {len(found) - MANY} more" if len(found) > MANY else ""
    return ", ".join(found[:MANY]) + more or "nothing was handed in"


def _teams(scene: Scene) -> tuple[str, ...]:
    names = [scene.task.get("team"), scene.body.get("team"), scene.body.get("workstream")]
    who = [scene.task.get("assigned_to"), scene.body.get("owner")]
    of_people = [t for p in scene.ctx.people if p.handle in who for t in p.teams]
    return tuple(dict.fromkeys(str(name) for name in [*names, *of_people] if name))


def _told(recorded: Recorded) -> Any:
    return events.told(events.flat(recorded))


def _lines(text: Any) -> list[str]:
    return [line.strip() for line in str(text or "").splitlines() if line.strip()][:3]


def _safe(text: str) -> str:
    """Return a line without what is kept secret, and without what steers a terminal."""
    return "".join(c for c in WORD.sub("(encrypted)", text) if c.isprintable())[:400]
