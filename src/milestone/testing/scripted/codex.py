"""Speaks as `codex exec --json` does."""

import sys
import uuid
from collections.abc import Sequence
from typing import Any

from milestone.testing.scripted.lines import junk, send, value_of


class Codex:
    """One thread of one turn."""

    version = "codex-cli 0.58.0"

    def __init__(self, arguments: list[str]) -> None:
        self.conversation = value_of(arguments, "resume") or str(uuid.uuid4())
        self.usage = {"input_tokens": 0, "cached_input_tokens": 0, "output_tokens": 0}
        self._items = 0

    def begin(self) -> str:
        send({"type": "thread.started", "thread_id": self.conversation})
        send({"type": "turn.started"})
        return sys.stdin.read()

    def say(self, text: str) -> None:
        self._item("item.completed", type="agent_message", text=text)

    def wrote(self, path: str) -> None:
        change = {"path": path, "kind": "add"}
        self._item("item.completed", type="file_change", changes=[change], status="completed")

    def ran(self, command: str, code: int, output: str) -> None:
        self._item("item.started", type="command_execution", command=command, status="in_progress")
        status = {"exit_code": code, "status": "failed" if code else "completed"}
        self._item("item.completed", type="command_execution", command=command, aggregated_output=output, **status)

    def spend(self, tokens_in: int, tokens_out: int, _dollars: float) -> None:
        self.usage["input_tokens"] += tokens_in
        self.usage["output_tokens"] += tokens_out

    def ask(self, _text: str) -> bool:
        return False  # its sandbox says no, and it goes on

    def question(self, _text: str, _options: Sequence[str]) -> str:
        return ""

    def junk(self, text: str) -> None:
        junk(text)

    def done(self, text: str) -> int:
        self.say(text)
        send({"type": "turn.completed", "usage": self.usage})
        return 0

    def fail(self, text: str) -> int:
        send({"type": "error", "message": text})
        send({"type": "turn.failed", "error": {"message": text}})
        return 1

    def _item(self, kind: str, **fields: Any) -> None:
        self._items += 1
        send({"type": kind, "item": {"id": f"item_{self._items}", **fields}})
