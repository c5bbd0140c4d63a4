"""Speaks as `claude -p --output-format stream-json --input-format stream-json` does."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from milestone.testing.scripted.lines import junk, receive, send, value_of


class Claude:
    """One conversation."""

    version = "2.1.77 (Claude Code)"

    def __init__(self, arguments: list[str]) -> None:
        self.conversation = value_of(arguments, "--resume") or str(uuid.uuid4())
        self.mode = value_of(arguments, "--permission-mode")
        self.usage = {"input_tokens": 0, "output_tokens": 0}
        self.dollars = 0.0
        self._messages = 0

    def begin(self) -> str:
        while True:
            message = receive()
            if message.get("type") == "control_request":
                answer = {"subtype": "success", "request_id": message["request_id"], "response": {"commands": []}}
                send({"type": "control_response", "response": answer})
                continue
            first = {
                "subtype": "init",
                "model": "scripted",
                "tools": ["Bash", "Write"],
                "permissionMode": self.mode,
            }
            self._send("system", **first)
            content = message.get("message", {}).get("content") or [{"text": ""}]
            return str(content[0]["text"])

    def say(self, text: str) -> None:
        self._assistant({"type": "text", "text": text})

    def wrote(self, path: str) -> None:
        self._tool("Write", {"file_path": path, "content": "..."}, "written")

    def ran(self, command: str, code: int, output: str) -> None:
        self._tool("Bash", {"command": command}, output, failed=code != 0)

    def spend(self, tokens_in: int, tokens_out: int, dollars: float) -> None:
        self.usage["input_tokens"] += tokens_in
        self.usage["output_tokens"] += tokens_out
        self.dollars += dollars
        self._assistant(
            {"type": "text", "text": "thinking"}, {"input_tokens": tokens_in, "output_tokens": tokens_out}
        )

    def ask(self, text: str) -> bool:
        return self.mode == "bypassPermissions" or self._control("Bash", {"command": text})["behavior"] == "allow"

    def question(self, text: str, options: Sequence[str]) -> str:
        asked = {"questions": [{"question": text, "options": [{"label": each} for each in options]}]}
        return str(self._control("AskUserQuestion", asked)["updatedInput"]["answers"][text])

    def junk(self, text: str) -> None:
        junk(text)

    def done(self, text: str) -> int:
        self.say(text)
        self._result("success", text)
        return 0

    def fail(self, text: str) -> int:
        self._result("error_during_execution", text, is_error=True)
        return 1

    def _result(self, subtype: str, text: str, *, is_error: bool = False) -> None:
        cost = {"total_cost_usd": self.dollars, "usage": self.usage, "num_turns": 1, "duration_ms": 1}
        self._send("result", subtype=subtype, is_error=is_error, result=text, **cost)

    def _control(self, tool: str, given: Mapping[str, Any]) -> dict[str, Any]:
        name = str(uuid.uuid4())
        request = {"subtype": "can_use_tool", "tool_name": tool, "input": given, "permission_suggestions": []}
        send({"type": "control_request", "request_id": name, "request": request})
        while (answer := receive()).get("type") != "control_response":
            if not answer:
                raise SystemExit(1)
        found: dict[str, Any] = answer["response"]["response"]
        return found

    def _tool(self, name: str, given: Mapping[str, Any], output: str, *, failed: bool = False) -> None:
        call = f"toolu_{uuid.uuid4().hex[:8]}"
        self._assistant({"type": "tool_use", "id": call, "name": name, "input": given})
        result = {"type": "tool_result", "tool_use_id": call, "content": output, "is_error": failed}
        self._send("user", message={"role": "user", "content": [result]})

    def _assistant(self, block: Mapping[str, Any], usage: Mapping[str, int] | None = None) -> None:
        self._messages += 1
        whole = {"id": f"msg_{self._messages}", "role": "assistant", "content": [block], "usage": usage or {}}
        self._send("assistant", message=whole, parent_tool_use_id=None)

    def _send(self, kind: str, **fields: Any) -> None:
        send({"type": kind, **fields, "session_id": self.conversation, "uuid": str(uuid.uuid4())})
