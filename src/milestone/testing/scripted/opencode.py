"""Speaks as `opencode run --format json` does."""

import sys
import uuid
from collections.abc import Sequence
from typing import Any

from milestone.testing.scripted.lines import junk, send, value_of


class OpenCode:
    """One message to a session."""

    version = "1.1.12"

    def __init__(self, arguments: list[str]) -> None:
        self.conversation = value_of(arguments, "--session") or f"ses_{uuid.uuid4().hex[:12]}"

    def begin(self) -> str:
        brief = sys.stdin.read()
        self._send("step_start", part={"type": "step-start", "snapshot": "abc"})
        return brief

    def say(self, text: str) -> None:
        self._send("text", part={"type": "text", "text": text, "time": {"start": 1, "end": 2}})

    def wrote(self, path: str) -> None:
        self._tool("write", {"filePath": path, "content": "..."}, "written")

    def ran(self, command: str, code: int, output: str) -> None:
        self._tool("bash", {"command": command}, output, failed=code != 0)

    def spend(self, tokens_in: int, tokens_out: int, dollars: float) -> None:
        used = {"input": tokens_in, "output": tokens_out, "reasoning": 0, "cache": {"read": 0, "write": 0}}
        self._send(
            "step_finish", part={"type": "step-finish", "reason": "tool-calls", "cost": dollars, "tokens": used}
        )
        self._send("step_start", part={"type": "step-start"})

    def ask(self, text: str) -> bool:
        self._tool(
            "bash", {"command": text}, "The user rejected permission to use this specific tool", failed=True
        )
        return False

    def question(self, _text: str, _options: Sequence[str]) -> str:
        return ""

    def junk(self, text: str) -> None:
        junk(text)

    def done(self, text: str) -> int:
        self.say(text)
        used = {"input": 0, "output": 0, "reasoning": 0, "cache": {"read": 0, "write": 0}}
        self._send("step_finish", part={"type": "step-finish", "reason": "stop", "cost": 0, "tokens": used})
        return 0

    def fail(self, text: str) -> int:
        self._send("error", error={"name": "ProviderAuthError", "data": {"message": text}})
        return 1

    def _tool(self, name: str, given: dict[str, Any], output: str, *, failed: bool = False) -> None:
        result = {"status": "error", "error": output} if failed else {"status": "completed", "output": output}
        part = {"type": "tool", "tool": name, "callID": uuid.uuid4().hex[:8], "state": {"input": given, **result}}
        self._send("tool_use", part=part)

    def _send(self, kind: str, **fields: Any) -> None:
        send({"type": kind, "timestamp": 1768191337567, "sessionID": self.conversation, **fields})
