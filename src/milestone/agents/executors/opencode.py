"""OpenCode, without a terminal: `opencode run --format json`, the brief on standard input."""

from typing import ClassVar

from milestone.agents.executors.base import Job
from milestone.agents.executors.heard import Heard, number, short
from milestone.agents.executors.process import Line
from milestone.agents.executors.speaking import Dialogue, Message, Speaking
from milestone.domain import spending

PASSED_OVER = frozenset({"step_start", "reasoning", "done"})
WRITES = frozenset({"write", "edit", "patch", "multiedit"})


class OpenCode(Speaking):
    """Runs `opencode run`, which asks nobody: what its own settings would ask for it leaves undone."""

    name = "opencode"
    program = ("opencode",)
    oldest = (1, 1, 0)
    install = "npm install -g opencode-ai"
    modes: ClassVar = {"edits": "", "all": "--auto"}
    tells_money = True

    def words(self, job: Job) -> list[str]:
        model = ["--model", self.settings.model] if self.settings.model else []
        again = ["--session", job.conversation] if job.conversation else []
        return ["run", "--format", "json", *([self.mode] if self.mode else []), *model, *again]

    def dialogue(self, job: Job, heard: Heard) -> Dialogue:
        return Hearing(job, heard, self.settings)


class Hearing(Dialogue):
    """One `opencode run`. Each step has its own tokens and cost; a last one that stopped by itself is the end."""

    def understand(self, message: Message, _line: Line, /) -> bool:
        kind = message.get("type")
        if isinstance(message.get("sessionID"), str):
            self.heard.conversation = message["sessionID"]
        match kind:
            case "text":
                self.heard.says(message["part"]["text"])
            case "tool_use":
                self._tool(message["part"])
            case "step_finish":
                self._step(message["part"])
            case "error":
                self._error(message["error"])
            case _:
                return kind in PASSED_OVER
        return True

    def _tool(self, part: Message) -> None:
        name, state = part["tool"], part["state"]
        given = state.get("input") or {}
        if name in WRITES:
            self.heard.changes(given.get("filePath"))
        command = given.get("command")
        self.heard.does(f"$ {short(command)}" if command else short(f"{name} {given.get('filePath') or ''}"))
        if state.get("status") == "error":
            self.heard.does(f"  failed: {short(state.get('error'))}")

    def _step(self, part: Message) -> None:
        used = part.get("tokens") or {}
        kept = used.get("cache") or {}
        self.heard.tokens_in += number(used.get("input")) + number(kept.get("read")) + number(kept.get("write"))
        self.heard.tokens_out += number(used.get("output")) + number(used.get("reasoning"))
        cost = part.get("cost")
        if isinstance(cost, int | float) and cost > 0:
            self.heard.costs(self.heard.money.get("USD", 0.0) + spending.minor(float(cost), "USD"), "USD")
        self.heard.claims_done = part.get("reason") == "stop"
        self.heard.tell()

    def _error(self, error: Message) -> None:
        data = error.get("data") or {}
        self.heard.failed(f"opencode: {short(data.get('message') or error['name'])}")
