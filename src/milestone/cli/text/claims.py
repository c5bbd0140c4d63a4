"""What a claim says to people: what the last worker left to say first, then who holds what until when."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from milestone.cli.output import line
from milestone.cli.text import moments
from milestone.reports.names import short

if TYPE_CHECKING:
    from milestone.operations.claim import Claimed


def taken(claimed: "Claimed") -> str:
    """Return what `task claim` did."""
    if not claimed.leases:
        return "Nothing was claimed."
    lines = [f"From the last worker: {line(text)}" for _, text in claimed.notes]
    lines += [held(lease) for lease in claimed.leases]
    return "\n".join([*lines, _follow(claimed.leases)])


def next_taken(view: Mapping[str, Any], shown: str, *, dry_run: bool) -> str:
    """Return what `next --claim` did, over the task as `next` shows it."""
    lease = view["lease"]
    if lease is None:
        return f"Would be claimed:\n{shown}" if dry_run and view["task"] else shown
    note = view["task"].get("next_note")
    said = f"From the last worker: {line(note)}\n" if note else ""
    body = "\n".join(row for row in shown.splitlines() if not row.startswith(("Next:", "  note:", "  or:")))
    return f"{said}{body}\n{held(lease)}\n{_follow([lease])}"


def held(lease: Mapping[str, Any]) -> str:
    """Return one claim: who holds what until when, and how far that reaches."""
    reach = "in this clone" if lease["scope"] == "clone" else "in the whole project"
    until = moments.moment(str(lease["expires"]))
    return f"✓ {short(str(lease['ref']))} is {line(lease['holder'])}'s until {until}, {reach}: {lease['token']}"


def _follow(leases: Sequence[Mapping[str, Any]]) -> str:
    tokens = ",".join(str(lease["token"]) for lease in leases)
    first = short(str(leases[0]["ref"]))
    return f"Next: export MILESTONE_LEASE={tokens}\n      milestone task start {first}"


def released(refs: Sequence[str]) -> str:
    """Return what `task release` did."""
    return "\n".join(f"✓ {short(ref)} is free" for ref in refs) or "Nothing changed: nobody held it."
