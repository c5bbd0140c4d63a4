"""Names of records as people read them."""


def short(name: str) -> str:
    """Return `m1` for `milestone-001`, `m1/t2` for a task; other words as they are."""
    parts = []
    for part in name.split("/"):
        kind, _, number = part.partition("-")
        parts.append(f"{kind[0]}{int(number)}" if kind in ("milestone", "task") and number.isdigit() else part)
    return "/".join(parts)


def typed(command: str) -> str:
    """Return a command with the ids people type: `milestone task retry m1/t2`."""
    return " ".join(short(word) for word in command.split(" "))
