"""Gates on which people vote: quorum, share, window; one vote a person, and only votes that count."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from milestone import clock
from milestone.domain import approvers, durations, opinions, people, proof
from milestone.domain.context import Context
from milestone.domain.document import Body, Document
from milestone.domain.phase import Phase

PROCESS = "community_consensus"
WINDOW = 7 * 24.0  # hours
DAY, WEEK = 24.0, 168.0


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How a vote stands at one moment."""

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()  # who may vote and has not; empty where anybody may
    quorum: int = 1  # votes it takes at least
    share: float | None = None  # of yes among the votes; None: more yes than no
    closes: str | None = None  # the moment after which nobody can vote
    closed: bool = False  # the moment has come, or everybody has voted
    uncounted: tuple[tuple[str, str], ...] = ()  # (who, why their vote does not count)

    @property
    def passed(self) -> bool:
        """Whether it is closed and carried."""
        cast = len(self.yes) + len(self.no)
        if not self.closed or cast < self.quorum:
            return False
        return len(self.yes) > len(self.no) if self.share is None else len(self.yes) >= self.share * cast

    @property
    def result(self) -> Body:
        """What is kept of it."""
        voters = [*({"by": name, "vote": "yes"} for name in self.yes), *({"by": n, "vote": "no"} for n in self.no)]
        counted = {"yes": len(self.yes), "no": len(self.no), "quorum": self.quorum, "share": self.share}
        return {"passed": self.passed, **counted, "voters": voters, "why": self.why}

    @property
    def why(self) -> str:
        """Return in words why it passed or not."""
        cast = len(self.yes) + len(self.no)
        if cast < self.quorum:
            return f"{cast} of at least {self.quorum} votes"
        return f"{len(self.yes)} yes, {len(self.no)} no"


def is_vote(phase: Phase, settings: Mapping[str, Any]) -> bool:
    """Tell whether people vote at a gate: it says so itself, else `workflow.approval_process` does."""
    said = phase.process or settings.get("workflow.approval_process") or ""
    return phase.required and str(said).casefold().replace("-", "_").replace(" ", "_") == PROCESS


def tally(document: Document, task_id: str | None, phase: Phase, digest: str | None, ctx: Context) -> Tally:
    """Return how the vote on these contents stands."""
    judged = [
        (vote, opinions.why_not(document, task_id, phase, vote, digest, ctx, what="votes")) for vote in phase.votes
    ]
    good = [vote for vote, why in judged if why is None and _may_vote(phase, vote, ctx)]
    last = {approvers.identity(str(vote["by"]), ctx.people): vote for vote in sorted(good, key=_moment)}
    uncounted = [(str(vote.get("by")), why) for vote, why in judged if why]
    uncounted += [(str(v.get("by")), opinions.NOT_ASKED) for v, why in judged if not why and v not in good]
    missing = [name for name in electorate(phase, ctx) if name not in last]
    closes = _closes(document, task_id, phase, last.values())
    everybody = bool(phase.approvers) and not missing
    return Tally(
        yes=tuple(name for name, vote in last.items() if vote.get("vote") == "yes"),
        no=tuple(name for name, vote in last.items() if vote.get("vote") == "no"),
        missing=tuple(missing),
        quorum=phase.quorum or 1,
        share=_share(phase.share),
        closes=closes,
        closed=everybody or (closes is not None and closes <= ctx.now),
        uncounted=tuple(uncounted),
    )


def electorate(phase: Phase, ctx: Context) -> list[str]:
    """Return who is asked to vote, each once; empty where anybody may."""
    names: list[str] = []
    for approver in phase.approvers:
        held = people.holders(approver, ctx.people)
        names += [person.handle for person in held] or [approvers.identity(approver, ctx.people)]
    return list(dict.fromkeys(names))


def hours(phase: Phase) -> float:
    """Return how long people can vote: the gate's `window`, else a week."""
    said = phase.window
    if isinstance(said, int | float) and not isinstance(said, bool):
        return float(said)
    return durations.hours(str(said), day=DAY, week=WEEK) or WINDOW if said else WINDOW


def _closes(document: Document, task_id: str | None, phase: Phase, counted: Iterable[Body]) -> str | None:
    """Return when the window ends. A hand-in that only came as text begins it with the last vote that counts:
    whoever writes an earlier moment into the file must not end a vote."""
    begun = phase.submitted_at
    if not proof.is_proven(document, opinions.place(task_id, phase), "submitted", [phase.digest, begun]):
        begun = max((_moment(vote) for vote in counted), default=None)
    try:
        return clock.format_moment(clock.parse_moment(begun) + timedelta(hours=hours(phase))) if begun else None
    except ValueError:
        return None


def _may_vote(phase: Phase, vote: Body, ctx: Context) -> bool:
    """Tell whether a vote is of somebody who is asked, and on this hand-in: an earlier one has its own result."""
    if _moment(vote) < str(phase.submitted_at or ""):
        return False
    return vote.get("vote") in ("yes", "no") and approvers.may_approve(phase, str(vote.get("by")), ctx.people)


def _moment(vote: Body) -> str:
    return str(vote.get("at") or "")


def _share(said: Any) -> float | None:
    """Return a share written as 0.6, 60, 60 % or 2/3; None for anything else."""
    text = str(said if said is not None else "").strip()
    try:
        over, slash, under = text.partition("/")
        number = float(over) / float(under) if slash else float(text.removesuffix("%").strip())
    except (ValueError, ZeroDivisionError):
        return None
    number = number / 100 if number > 1 or text.endswith("%") else number
    return number if 0 < number <= 1 else None
