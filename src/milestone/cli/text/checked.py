"""What `task check` showed."""

from milestone.cli import output
from milestone.cli.output import line
from milestone.operations.checking import Checked
from milestone.reports.names import short


def text(checked: Checked) -> str:
    """Return a line for every command that ran, how each acceptance item stands, and what is still missing."""
    ref = short(checked.ref)
    lines = [_ran(ref, receipt) for receipt in checked.shown]
    for each in checked.criteria:
        how = f"{each.grade}, before files changed" if each.stale else each.grade or "not shown"
        lines.append(f"  {each.number} {line(each.text)}: {'CI' if how == 'ci' else how}")
    ways = list(dict.fromkeys(item["hint"] for item in checked.lacks))[:2] or [f"milestone task done {ref}"]
    return "\n".join([*lines, f"Next: {', or '.join(ways)}"])


def _ran(ref: str, receipt: dict[str, object]) -> str:
    what = f"{ref} item {receipt['item']}" if "item" in receipt else ref
    commit = f" at {str(receipt['commit'])[:7]}" if receipt.get("commit") else ""
    return f"{output.GREEN}✓{output.END} {what}: {line(receipt['command'])} succeeded{commit}."
