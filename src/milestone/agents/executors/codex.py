"""Codex, without a terminal: `codex exec --json`, a line for each thread, turn and item."""

import json
from typing import ClassVar

from milestone.agents.executors.base import Job
from milestone.agents.executors.heard import Heard, number, short
from milestone.agents.executors.process import Line
from milestone.agents.executors.speaking import Dialogue, Message, Speaking

PASSED_OVER = frozenset({"turn.started", "item.updated", "item.plan.delta", "request_user_input"})


class Codex(Speaking):
    """Runs `codex exec`, which asks nobody: its sandbox decides beforehand what is allowed."""

    name = "codex"
    program = ("codex",)
    oldest = (0, 45, 0)
    install = "npm install -g @openai/codex"
    modes: ClassVar = {"edits": "workspace-write", "all": "danger-full-access"}

    def words(self, job: Job) -> list[str]:
        place = job.environment.get("MILESTONE_DELIVERABLES")
        roots = ["--config", f"sandbox_workspace_write.writable_roots={json.dumps([place])}"] if place else []
        model = ["--model", self.settings.model] if self.settings.model else []
        again = ["resume", job.conversation, "-"] if job.conversation else ["-"]
        # Our words come before `resume`; whatever the project adds stands behind it.
        return ["exec", "--json", "--skip-git-repo-check", "--sandbox", self.mode, *roots, *model, *again]

    def dialogue(self, job: Job, heard: Heard) -> Dialogue:
        return Hearing(job, heard, self.settings)


class Hearing(Dialogue):
    """One `codex exec`. Its usage is that of the whole thread so far, so the greatest counts."""

    def understand(self, message: Message, _line: Line, /) -> bool:
        match message.get("type"):
            case "thread.started":
                self.heard.conversation = str(message["thread_id"])
                self.heard.does("codex begins")
            case "item.started":
                self._item(message["item"], over=False)
            case "item.completed":
                self._item(message["item"], over=True)
            case "turn.completed":
                self._used(message.get("usage") or {})
                self.heard.claims_done = True
                self.heard.tell()
            case "turn.failed":
                self.heard.failed(f"codex: {short(message['error']['message'])}")
            case "error":
                self.heard.does(f"error: {short(message['message'])}")
            case kind:
                return kind in PASSED_OVER
        return True

    def _item(self, item: Message, *, over: bool) -> None:
        kind = item.get("type") or item["item_type"]  # the older word
        if kind in ("agent_message", "assistant_message") and over:
            self.heard.says(item["text"])
        elif kind == "command_execution":
            code = item.get("exit_code")
            self.heard.does(f"  failed (exit {code})" if over and code else "" if over else f"$ {item['command']}")
        elif kind == "file_change" and over:
            for change in item["changes"]:
                self.heard.changes(change["path"])
                self.heard.does(f"{change['kind']} {change['path']}")
        elif kind == "mcp_tool_call" and not over:
            self.heard.does(f"{item.get('server')}: {item.get('tool')}")
        elif kind == "error" and over:
            self.heard.does(f"error: {short(item['message'])}")

    def _used(self, usage: Message) -> None:
        self.heard.tokens_in = max(self.heard.tokens_in, number(usage.get("input_tokens")))
        self.heard.tokens_out = max(self.heard.tokens_out, number(usage.get("output_tokens")))
