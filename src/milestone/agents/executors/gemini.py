"""Gemini CLI, without a terminal: `gemini --output-format stream-json`, the brief on standard input."""

from typing import ClassVar

from milestone.agents.executors.base import Job
from milestone.agents.executors.heard import Heard, number, short
from milestone.agents.executors.process import Line
from milestone.agents.executors.settings import Settings
from milestone.agents.executors.speaking import Dialogue, Message, Speaking

WRITES = frozenset({"write_file", "replace", "edit"})


class Gemini(Speaking):
    """Runs `gemini`, which asks nobody in this mode: what needs a yes it leaves undone."""

    name = "gemini"
    program = ("gemini",)
    oldest = (0, 11, 0)
    install = "npm install -g @google/gemini-cli"
    modes: ClassVar = {"edits": "auto_edit", "all": "yolo"}

    def words(self, job: Job) -> list[str]:
        place = job.environment.get("MILESTONE_DELIVERABLES")
        model = ["--model", self.settings.model] if self.settings.model else []
        again = ["--resume", job.conversation] if job.conversation else []
        more = ["--include-directories", place] if place else []
        return ["--output-format", "stream-json", "--approval-mode", self.mode, *model, *again, *more]

    def dialogue(self, job: Job, heard: Heard) -> Dialogue:
        return Hearing(job, heard, self.settings)


class Hearing(Dialogue):
    """One `gemini`. What it says comes in pieces, which are put together until something else happens."""

    def __init__(self, job: Job, heard: Heard, settings: Settings) -> None:
        super().__init__(job, heard, settings)
        self._pieces: list[str] = []

    def understand(self, message: Message, _line: Line, /) -> bool:
        kind = message.get("type")
        if kind == "message":
            self._message(message)
            return True
        self._put_together()
        match kind:
            case "init":
                self.heard.conversation = str(message["session_id"])
                self.heard.does(f"gemini begins with {message.get('model')}")
            case "tool_use":
                self._tool(message["tool_name"], message.get("parameters") or {})
            case "tool_result":
                if message["status"] == "error":
                    self.heard.does(f"  failed: {short((message.get('error') or {}).get('message'))}")
            case "error":
                self.heard.does(f"{message.get('severity')}: {short(message['message'])}")
            case "result":
                self._result(message)
            case _:
                return False
        return True

    def _message(self, message: Message) -> None:
        if message["role"] != "assistant":
            return
        if not message.get("delta"):
            self._put_together()
        self._pieces.append(str(message["content"]))

    def _put_together(self) -> None:
        text, self._pieces = "".join(self._pieces), []
        self.heard.says(text)

    def _tool(self, name: str, given: Message) -> None:
        if name in WRITES:
            self.heard.changes(given.get("file_path"))
        command = given.get("command")
        self.heard.does(f"$ {short(command)}" if command else short(f"{name} {given.get('file_path') or ''}"))

    def _result(self, message: Message) -> None:
        stats = message.get("stats") or {}
        self.heard.tokens_in = number(stats.get("input_tokens"))
        self.heard.tokens_out = number(stats.get("output_tokens"))
        if message["status"] == "success":
            self.heard.claims_done = True
        else:
            self.heard.failed(f"gemini: {short((message.get('error') or {}).get('message'))}")
        self.heard.tell()
