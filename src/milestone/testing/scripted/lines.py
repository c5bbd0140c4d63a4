"""Lines of JSON on standard input and output, as every speaker writes them."""

import json
import sys
from collections.abc import Mapping
from typing import Any


def send(message: Mapping[str, Any]) -> None:
    """Write one message."""
    junk(json.dumps(message))


def junk(text: str) -> None:
    """Write a line as it is."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def receive() -> dict[str, Any]:
    """Return the next message; empty at the end of the input."""
    line = sys.stdin.readline()
    found: dict[str, Any] = json.loads(line) if line.strip() else {}
    return found


def value_of(arguments: list[str], flag: str) -> str:
    """Return what stands behind a flag; empty where it is not there."""
    return arguments[arguments.index(flag) + 1] if flag in arguments else ""
