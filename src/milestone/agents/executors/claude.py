"""Claude Code, without a terminal: `claude -p` with lines of JSON in and out (stream-json, control requests)."""

from typing import Any, ClassVar

from milestone.agents.executors.base import Ask, Job
from milestone.agents.executors.heard import Heard, number, short
from milestone.agents.executors.process import Line
from milestone.agents.executors.speaking import Dialogue, Message, Speaking
from milestone.domain import asks, spending

PASSED_OVER = frozenset(
    {
        "control_response",
        "control_cancel_request",
        "stream_event",
        "tool_progress",
        "rate_limit_event",
        "keep_alive",
    }
)
WRITES = frozenset({"Write", "Edit", "MultiEdit", "NotebookEdit"})
OPTIONS = (asks.ALLOW, asks.ALWAYS, asks.REJECT)


class Claude(Speaking):
    """Runs `claude`; permissions it wants are asked of a person through its control protocol."""

    name = "claude"
    program = ("claude",)
    oldest = (2, 0, 0)
    install = "npm install -g @anthropic-ai/claude-code"
    modes: ClassVar = {"ask": "default", "edits": "acceptEdits", "all": "bypassPermissions"}
    tells_money = True
    unset = ("CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT")

    def words(self, job: Job) -> list[str]:
        streams = ["--input-format", "stream-json", "--output-format", "stream-json", "--verbose"]
        allowed = ["--permission-mode", self.mode, "--permission-prompt-tool", "stdio"]
        model = ["--model", self.settings.model] if self.settings.model else []
        again = ["--resume", job.conversation] if job.conversation else []
        place = job.environment.get("MILESTONE_DELIVERABLES")
        return ["-p", *streams, *allowed, *model, *again, *(["--add-dir", place] if place else [])]

    def dialogue(self, job: Job, heard: Heard) -> Dialogue:
        return Talking(job, heard, self.settings)


class Talking(Dialogue):
    """One `claude -p` from the brief to its result."""

    def __init__(self, job: Job, heard: Heard, settings: Any) -> None:
        super().__init__(job, heard, settings)
        self._used: dict[str, tuple[int, int]] = {}  # message -> tokens: one message comes in several lines

    def begin(self, line: Line) -> None:
        hello = {"subtype": "initialize", "hooks": None}
        line.send({"type": "control_request", "request_id": "milestone-1", "request": hello})
        content = [{"type": "text", "text": self.job.brief}]
        line.send({"type": "user", "message": {"role": "user", "content": content}})

    def understand(self, message: Message, line: Line, /) -> bool:
        match message.get("type"):
            case "system":
                self._system(message)
            case "assistant":
                self._assistant(message["message"])
            case "user":
                self._results(message["message"])
            case "result":
                self._result(message)
                line.hang_up()
            case "control_request":
                self._control(message, line)
            case kind:
                return kind in PASSED_OVER
        return True

    def _system(self, message: Message) -> None:
        if message.get("subtype") == "init":
            self.heard.conversation = str(message["session_id"])
            self.heard.does(f"claude begins with {message.get('model')}")

    def _assistant(self, message: Message) -> None:
        usage = message.get("usage") or {}
        self._used[str(message.get("id"))] = (_tokens_in(usage), number(usage.get("output_tokens")))
        self.heard.tokens_in = sum(each[0] for each in self._used.values())
        self.heard.tokens_out = sum(each[1] for each in self._used.values())
        for block in message["content"]:
            if block["type"] == "text":
                self.heard.says(block["text"])
            elif block["type"] == "tool_use":
                self._tool(block["name"], block.get("input") or {})

    def _tool(self, name: str, given: Message) -> None:
        if name in WRITES:
            self.heard.changes(given.get("file_path") or given.get("notebook_path"))
        self.heard.does(_about(name, given))

    def _results(self, message: Message) -> None:
        content = message["content"]
        for block in content if isinstance(content, list) else ():
            if block.get("type") == "tool_result" and block.get("is_error"):
                self.heard.does(f"  failed: {short(block.get('content'))}")

    def _result(self, message: Message) -> None:
        usage = message.get("usage") or {}
        self.heard.tokens_in = max(self.heard.tokens_in, _tokens_in(usage))
        self.heard.tokens_out = max(self.heard.tokens_out, number(usage.get("output_tokens")))
        cost = message.get("total_cost_usd")
        if isinstance(cost, int | float):
            self.heard.costs(spending.minor(float(cost), "USD"), "USD")
        self.heard.conversation = str(message.get("session_id") or self.heard.conversation)
        good = message.get("subtype") == "success" and not message.get("is_error")
        self.heard.claims_done = good
        said = str(message.get("result") or "")
        if good:
            self.heard.said = self.heard.clean(said) or self.heard.said
        else:
            self.heard.failed(f"claude ended with {message.get('subtype')}: {short(said)}".rstrip(": "))
        self.heard.tell()

    def _control(self, message: Message, line: Line) -> None:
        request, name = message["request"], message["request_id"]
        if request.get("subtype") != "can_use_tool":
            line.send(_answer(name, error=f"{request.get('subtype')} is not offered here"))
            return
        given = request.get("input") or {}
        if request["tool_name"] == "AskUserQuestion":
            reply = self._questions(given, line)
        else:
            reply = self._permission(request, given, line)
        if reply is not None:
            line.send(_answer(name, response=reply))

    def _permission(self, request: Message, given: Message, line: Line) -> Message | None:
        wanted = Ask(kind=asks.PERMISSION, text=_about(request["tool_name"], given), options=OPTIONS)
        text = self.ask(wanted, line)
        if text is None:
            return None
        word = asks.choice(asks.PERMISSION, text, OPTIONS)
        if word == asks.ALLOW:
            return {"behavior": "allow", "updatedInput": given}
        if word == asks.ALWAYS:
            suggested = request.get("permission_suggestions") or []
            return {"behavior": "allow", "updatedInput": given, "updatedPermissions": suggested}
        return {"behavior": "deny", "message": text}

    def _questions(self, given: Message, line: Line) -> Message | None:
        answers = {}
        for each in given["questions"]:
            labels = tuple(str(option["label"]) for option in each.get("options") or [])
            text = self.ask(Ask(kind=asks.QUESTION, text=each["question"], options=labels), line)
            if text is None:
                return None
            answers[each["question"]] = asks.choice(asks.QUESTION, text, labels) or text
        return {"behavior": "allow", "updatedInput": {**given, "answers": answers}}


def _answer(request: str, *, response: Message | None = None, error: str = "") -> Message:
    inner = {"subtype": "error", "error": error} if error else {"subtype": "success", "response": response}
    return {"type": "control_response", "response": {**inner, "request_id": request}}


def _about(name: str, given: Message) -> str:
    if name == "Bash":
        return f"$ {short(given.get('command'))}"
    return short(f"{name} {given.get('file_path') or given.get('path') or given.get('url') or ''}").strip()


def _tokens_in(usage: Message) -> int:
    kinds = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    return sum(number(usage.get(kind)) for kind in kinds)
