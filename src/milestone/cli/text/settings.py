"""Settings as lines for people."""

from collections.abc import Mapping, Sequence
from typing import Any


def value(found: Any) -> str:
    """Return a value as it is typed."""
    if found is None:
        return "(not set)"
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, list):
        return ", ".join(value(member) for member in found)
    if isinstance(found, dict):
        return ", ".join(f"{key}: {value(member)}" for key, member in found.items()) or "(empty)"
    return str(found)


def listing(entries: Sequence[Mapping[str, Any]], width: int) -> str:
    """Return a line for each setting: key, value, where it stands."""
    if not entries:
        return "Nothing is set; every key has its default. `milestone config list --all` shows them."
    wide = max(len(entry["key"]) for entry in entries)
    lines = []
    for entry in entries:
        idle = "  (no effect yet)" if entry["effect"] == "no effect yet" else ""
        line = f"{entry['key']:<{wide}}  {value(entry['value'])}"
        origin = f"  {entry['source']}{idle}"
        room = max(width - len(origin), 20)
        lines.append(f"{line if len(line) <= room else line[: room - 1] + '…'}{origin}")
    return "\n".join(lines)


def explained(told: Mapping[str, Any]) -> str:
    """Return what a key does, what it takes, and every layer that says something about it."""
    lines = [f"{told['key']} is {value(told['value'])}.", f"Effect: {told['effect'].rstrip('.')}."]
    lines.append(f"It takes {told['takes']}; {told['variable']} sets it for one command.")
    for position, layer in enumerate(told["layers"]):
        mark = "counts" if position == 0 else "      "
        lines.append(f"  {mark}  {layer['source']:<11} {value(layer['value'])}{_place(layer)}")
    return "\n".join(lines)


def changed(said: Mapping[str, Any], *, dry_run: bool) -> str:
    """Return what a change did."""
    if not said["changed"]:
        return f"{said['key']} is {value(said['value'])} already; nothing changed."
    done = "would be" if dry_run else "is now"
    idle = "\nIt has no effect yet." if said["effect"] == "no effect yet" else ""
    return f"{said['key']} {done} {value(said['value'])}.\nIt stands in {said['file']}{idle}"


def made_key(said: Mapping[str, Any], *, dry_run: bool) -> str:
    """Return that there is a new key, and what to do with it."""
    if dry_run:
        return f"A new key would be put into {said['file']}."
    keep = "Keep a copy outside this machine: without it nothing it sealed can be read. Git ignores the file."
    return f"Key {said['value']} seals from now on; it stands in {said['file']}\n{keep}"


def made_own_key(said: Mapping[str, Any], name: str) -> str:
    """Return where a person's own key is, and what makes it count."""
    if not said["changed"]:
        return f"A key of your own would be made in {said['file']}."
    return "\n".join(
        [
            f"Your key stands in {said['file']}; it opens with your passphrase only.",
            "It counts in every clone once config/team.yaml lists it and the file is committed:",
            "  people:",
            f"    - handle: {name}",
            f'      keys: ["{said["value"]}"]',
        ]
    )


def _place(layer: Mapping[str, Any]) -> str:
    if not layer["file"]:
        return ""
    return f"  {layer['file']}:{layer['line']}" if layer["line"] else f"  {layer['file']}"
