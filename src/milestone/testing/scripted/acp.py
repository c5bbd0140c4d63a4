"""Speaks the Agent Client Protocol, version 1, as an agent does."""

import uuid
from collections.abc import Sequence
from typing import Any

from milestone.testing.scripted.lines import junk, receive, send

OPTIONS = (("allow_once", "Allow"), ("allow_always", "Always allow"), ("reject_once", "Reject"))


class Acp:
    """One session, one prompt."""

    version = "1.0.0"

    def __init__(self, _arguments: list[str]) -> None:
        self.conversation = f"sess_{uuid.uuid4().hex[:12]}"
        self.usage = {"inputTokens": 0, "outputTokens": 0}
        self.dollars = 0.0
        self._prompt: Any = None
        self._asked = 100

    def begin(self) -> str:
        while message := receive():
            method, params = message.get("method"), message.get("params") or {}
            if method == "initialize":
                able = {"loadSession": True, "promptCapabilities": {"embeddedContext": True}}
                self._answer(message, {"protocolVersion": 1, "agentCapabilities": able, "authMethods": []})
            elif method == "session/new":
                self._answer(message, {"sessionId": self.conversation})
            elif method == "session/load":
                self.conversation = params["sessionId"]
                self._chunk("what was said before")
                self._answer(message, None)
            elif method == "session/prompt":
                self._prompt = message
                return str(params["prompt"][0]["text"])
        raise SystemExit(1)

    def say(self, text: str) -> None:
        half = len(text) // 2
        self._chunk(text[:half])
        self._chunk(text[half:])
        self._update(sessionUpdate="plan", entries=[])

    def wrote(self, path: str) -> None:
        self._tool("edit", f"Write {path}", [{"path": path}])

    def ran(self, command: str, _code: int, _output: str) -> None:
        self._tool("execute", command, [])

    def spend(self, tokens_in: int, tokens_out: int, dollars: float) -> None:
        self.usage["inputTokens"] += tokens_in
        self.usage["outputTokens"] += tokens_out
        self.dollars += dollars
        cost = {"amount": self.dollars, "currency": "USD"}
        self._update(sessionUpdate="usage_update", used=tokens_in, size=200_000, cost=cost)

    def ask(self, text: str) -> bool:
        call = {"toolCallId": "call_1", "title": text, "kind": "execute", "rawInput": {"command": text}}
        options = [{"optionId": f"id-{kind}", "name": name, "kind": kind} for kind, name in OPTIONS]
        self._asked += 1
        params = {"sessionId": self.conversation, "toolCall": call, "options": options}
        send({"jsonrpc": "2.0", "id": self._asked, "method": "session/request_permission", "params": params})
        while (answer := receive()).get("id") != self._asked:
            if not answer:
                raise SystemExit(1)
        return str(answer["result"]["outcome"].get("optionId", "")).startswith("id-allow")

    def question(self, _text: str, _options: Sequence[str]) -> str:
        return ""

    def junk(self, text: str) -> None:
        junk(text)

    def done(self, text: str) -> int:
        self._chunk(text)
        self._answer(self._prompt, {"stopReason": "end_turn", "usage": self.usage})
        receive()  # it lives until its input ends
        return 0

    def fail(self, text: str) -> int:
        send({"jsonrpc": "2.0", "id": self._prompt["id"], "error": {"code": -32000, "message": text}})
        return 1

    def _tool(self, kind: str, title: str, locations: list[dict[str, str]]) -> None:
        call = f"call_{uuid.uuid4().hex[:6]}"
        self._update(sessionUpdate="tool_call", toolCallId=call, title=title, kind=kind, locations=locations)
        self._update(sessionUpdate="tool_call_update", toolCallId=call, status="completed")

    def _chunk(self, text: str) -> None:
        self._update(sessionUpdate="agent_message_chunk", content={"type": "text", "text": text})

    def _update(self, **update: Any) -> None:
        params = {"sessionId": self.conversation, "update": update}
        send({"jsonrpc": "2.0", "method": "session/update", "params": params})

    def _answer(self, message: dict[str, Any], result: Any) -> None:
        send({"jsonrpc": "2.0", "id": message["id"], "result": result})
