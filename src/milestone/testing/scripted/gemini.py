"""Speaks as `gemini --output-format stream-json` does."""

import sys
import uuid
from collections.abc import Sequence
from typing import Any

from milestone.testing.scripted.lines import junk, send, value_of

MOMENT = "2026-11-20T12:00:00.000Z"


class Gemini:
    """One answer to a piped prompt."""

    version = "0.21.1"

    def __init__(self, arguments: list[str]) -> None:
        self.conversation = value_of(arguments, "--resume") or str(uuid.uuid4())
        self.stats = {"total_tokens": 0, "input_tokens": 0, "output_tokens": 0, "duration_ms": 1, "tool_calls": 0}

    def begin(self) -> str:
        brief = sys.stdin.read()
        self._send("init", session_id=self.conversation, model="scripted")
        self._send("message", role="user", content=brief[:100])
        return brief

    def say(self, text: str) -> None:
        half = len(text) // 2
        for part in (text[:half], text[half:]):
            self._send("message", role="assistant", content=part, delta=True)

    def wrote(self, path: str) -> None:
        self._tool("write_file", {"file_path": path, "content": "..."})

    def ran(self, command: str, code: int, output: str) -> None:
        self._tool("run_shell_command", {"command": command}, output, failed=code != 0)

    def spend(self, tokens_in: int, tokens_out: int, _dollars: float) -> None:
        self.stats["input_tokens"] += tokens_in
        self.stats["output_tokens"] += tokens_out
        self.stats["total_tokens"] += tokens_in + tokens_out

    def ask(self, text: str) -> bool:
        self._tool("run_shell_command", {"command": text}, "denied by policy", failed=True)
        return False

    def question(self, _text: str, _options: Sequence[str]) -> str:
        return ""

    def junk(self, text: str) -> None:
        junk(text)

    def done(self, text: str) -> int:
        # A message that is whole follows pieces of another: it stands for itself.
        self._send("message", role="assistant", content=text)
        self._send("result", status="success", stats=self.stats)
        return 0

    def fail(self, text: str) -> int:
        self._send("result", status="error", error={"type": "FatalError", "message": text}, stats=self.stats)
        return 1

    def _tool(self, name: str, given: dict[str, Any], output: str = "", *, failed: bool = False) -> None:
        call = uuid.uuid4().hex[:8]
        self._send("tool_use", tool_name=name, tool_id=call, parameters=given)
        if failed:
            self._send("tool_result", tool_id=call, status="error", error={"type": "x", "message": output})
        else:
            self._send("tool_result", tool_id=call, status="success", output=output)

    def _send(self, kind: str, **fields: Any) -> None:
        send({"type": kind, "timestamp": MOMENT, **fields})
