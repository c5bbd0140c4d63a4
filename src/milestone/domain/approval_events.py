"""Kinds of events about phases: what was handed in, asked for, said and decided."""

from collections.abc import Mapping

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """What an event kind means, and its own fields: name -> (type, meaning)."""

    meaning: str
    fields: Mapping[str, tuple[str, str]] = {}


_ON = {"on?": ("date", "the day in the project's zone")}
_PHASE = {"phase": ("text", "the phase's name")}
_COMMENT = {"comment?": ("text", "why")}
_JUDGED = {
    "by?": ("text", "who judges"),
    "proof?": ("text", "how that is known: named, present, signed"),
    "digest?": ("text", "of what was judged"),
    **_COMMENT,
}
_ASKED = {
    **_PHASE,
    "approvers": ("list", "who is asked"),
    "due?": ("text", "by when, a moment"),
}
_HANDED_IN = {
    "digest?": ("text", "of what was handed in"),
    "files?": ("map", "path -> digest"),
    "absent?": ("list", "usual deliverables that are missing"),
}
KINDS: dict[str, Kind] = {
    "phase.started": Kind(
        "A phase begins.",
        {
            **_PHASE,
            **_ON,
            "after?": ("text", "the phase it follows"),
            "again?": ("flag", "it was rejected before"),
        },
    ),
    "phase.submitted": Kind("A phase waits for approval.", {**_PHASE, **_HANDED_IN}),
    "phase.approved": Kind(
        "An approver approves.",
        {
            **_PHASE,
            **_JUDGED,
            "given?": ("map", "`{by proof digest comment at signature}`"),
            "complete?": ("flag", "it was the last approval asked for"),
            "waiting_for?": ("list", "whose approval is missing"),
        },
    ),
    "phase.changes_requested": Kind("An approver wants changes.", {**_PHASE, **_JUDGED}),
    "phase.rejected": Kind("An approver says no.", {**_PHASE, **_JUDGED}),
    "phase.completed": Kind("A phase without approval is done.", {**_PHASE, **_ON, **_HANDED_IN}),
    "vote.cast": Kind(
        "A vote.",
        {
            **_PHASE,
            "vote": ("text", "yes or no"),
            "by": ("text", "whose"),
            "cast": ("map", "`{by vote proof digest comment at signature}`"),
        },
    ),
    "vote.closed": Kind(
        "A vote has ended.",
        {
            **_PHASE,
            "result": ("map", "`{passed yes no quorum share voters why}`"),
            "passed": ("flag", "whether the phase is approved"),
            "digest?": ("text", "of what was voted on"),
        },
    ),
    "approval.requested": Kind(
        "Approvers are asked.",
        {
            **_ASKED,
            "deliverables": ("list", "what they judge"),
            "folder": ("text", "where it lies"),
            "digest": ("text", "of it"),
            "command": ("text", "which answers it"),
        },
    ),
    "approval.reminded": Kind(
        "Approvers are reminded.", {**_ASKED, "mark": ("number", "percent of the time to judge that has passed")}
    ),
    "approval.escalated": Kind("An approval is late.", {**_ASKED, "to?": ("text", "the owner, who hears of it")}),
    "approval.delegated": Kind(
        "Somebody else judges in an approver's place.",
        {
            **_PHASE,
            "by": ("text", "the approver"),
            "to": ("text", "who"),
            "until?": ("date", "the last day"),
            "delegation": ("map", "`{by to until at proof comment signature}`"),
        },
    ),
    "approval.withdrawn": Kind(
        "An approval is taken back.",
        {**_PHASE, "by": ("text", "whose"), "givers": ("list", "as they stand in the record"), **_COMMENT},
    ),
    "approval.expired": Kind(
        "What was approved has changed.",
        {**_PHASE, "digest": ("text", "as it is now"), "approvers?": ("list", "who")},
    ),
}
