"""Any agent that speaks the Agent Client Protocol, version 1: JSON-RPC on standard input and output."""

from pathlib import Path
from typing import Any, ClassVar

from milestone import errors
from milestone.agents.executors import programs
from milestone.agents.executors.base import Ask, Job
from milestone.agents.executors.heard import Heard, number, short
from milestone.agents.executors.process import Line
from milestone.agents.executors.settings import Settings
from milestone.agents.executors.speaking import Dialogue, Message, Speaking
from milestone.domain import asks, spending

VERSION = 1
HARMLESS = frozenset({"read", "search", "think", "edit"})  # kinds of tool calls that `edits` lets pass
WORDS = {
    "allow_once": asks.ALLOW,
    "allow_always": asks.ALWAYS,
    "reject_once": asks.REJECT,
    "reject_always": asks.NEVER,
}
UPDATES = frozenset(
    {
        *("user_message_chunk", "agent_thought_chunk", "tool_call_update", "plan", "available_commands_update"),
        *("current_mode_update", "config_option_update", "session_info_update"),
    }
)
METHOD_NOT_FOUND = -32601


class Acp(Speaking):
    """Runs the program of `executors.<name>.command`, for example `gemini --acp` or `opencode acp`."""

    name = "acp"
    program = ()
    oldest = (VERSION,)
    install = "npm install -g opencode-ai"
    modes: ClassVar = {"ask": "ask", "edits": "edits", "all": "all"}
    tells_money = True

    def words(self, job: Job) -> list[str]:  # noqa: ARG002  (everything is said in the protocol)
        return []

    def check(self) -> str:
        """Return the version of the protocol; the program's own is not asked, the protocol has one of its own.

        Raises:
            Refused: no program is named, or it is not there.
        """
        if not self.start:
            raise errors.Refused(
                f"executors.{self.name}.command is not set.",
                why="the Agent Client Protocol is spoken by many programs, and one has to be named",
                next=[f'milestone config set executors.{self.name}.command "opencode acp"'],
                code="executor_missing",
            )
        programs.find(self.name, self.start, self.install)
        return str(VERSION)

    def dialogue(self, job: Job, heard: Heard) -> Dialogue:
        return Talking(job, heard, self.settings, self.mode)


class Talking(Dialogue):
    """One prompt: initialize, a session new or loaded, the brief, and what comes back until the turn ends."""

    def __init__(self, job: Job, heard: Heard, settings: Settings, mode: str) -> None:
        super().__init__(job, heard, settings)
        self._mode = mode
        self._waits_for: dict[int, str] = {}  # id of a request of ours -> its method
        self._pieces: list[str] = []
        self._loading = False

    def begin(self, line: Line) -> None:
        able = {"fs": {"readTextFile": False, "writeTextFile": False}, "terminal": False}
        self._request(line, "initialize", {"protocolVersion": VERSION, "clientCapabilities": able})

    def understand(self, message: Message, line: Line, /) -> bool:
        if "method" not in message:
            return self._answered(message, line)
        method, params = message["method"], message.get("params") or {}
        if method == "session/update":
            return self._update(params["update"])
        if method == "session/request_permission":
            self._permission(message["id"], params, line)
        elif "id" in message:
            error = {"code": METHOD_NOT_FOUND, "message": f"{method} is not offered"}
            line.send({"jsonrpc": "2.0", "id": message["id"], "error": error})
        return True

    def _request(self, line: Line, method: str, params: Message) -> None:
        number_ = len(self._waits_for)
        self._waits_for[number_] = method
        line.send({"jsonrpc": "2.0", "id": number_, "method": method, "params": params})

    def _answered(self, message: Message, line: Line) -> bool:
        method = self._waits_for[message["id"]]
        if message.get("error"):
            self._failed(f"{method}: {short(message['error'].get('message'))}", line)
        elif method == "initialize":
            self._open(message["result"], line)
        elif method in ("session/new", "session/load"):
            self._prompt(message.get("result") or {}, line)
        else:
            self._ended(message["result"], line)
        return True

    def _open(self, result: Message, line: Line) -> None:
        spoken = result["protocolVersion"]
        if spoken != VERSION:
            self._failed(f"it speaks version {spoken} of the protocol, and {VERSION} is read here", line)
            return
        place = {"cwd": str(self.job.folder), "mcpServers": []}
        able = result.get("agentCapabilities") or {}
        if self.job.conversation and able.get("loadSession"):
            self.heard.conversation = self.job.conversation
            self._loading = True  # what was said before is told again: it is not news
            self._request(line, "session/load", {"sessionId": self.job.conversation, **place})
        else:
            self._request(line, "session/new", place)

    def _prompt(self, result: Message, line: Line) -> None:
        self._loading = False
        self.heard.conversation = str(result.get("sessionId") or self.heard.conversation)
        self.heard.does(f"{Path((self.settings.command or ('agent',))[0]).name} begins")
        prompt = [{"type": "text", "text": self.job.brief}]
        self._request(line, "session/prompt", {"sessionId": self.heard.conversation, "prompt": prompt})

    def _ended(self, result: Message, line: Line) -> None:
        self._put_together()
        used = result.get("usage") or {}
        self.heard.tokens_in = max(self.heard.tokens_in, number(used.get("inputTokens")))
        self.heard.tokens_out = max(self.heard.tokens_out, number(used.get("outputTokens")))
        if result["stopReason"] == "end_turn":
            self.heard.claims_done = True
            self.heard.tell()
            line.hang_up()
        else:
            self._failed(f"it stopped with {result['stopReason']}", line)

    def _failed(self, why: str, line: Line) -> None:
        self.heard.failed(why)
        line.hang_up()

    def _update(self, update: Message) -> bool:
        kind = update["sessionUpdate"]
        if self._loading:
            return True
        if kind == "agent_message_chunk":
            self._pieces.append(str((update.get("content") or {}).get("text") or ""))
            return True
        self._put_together()
        if kind == "tool_call":
            self._tool(update)
        elif kind == "usage_update":
            self._used(update)
        else:
            return kind in UPDATES
        return True

    def _put_together(self) -> None:
        text, self._pieces = "".join(self._pieces), []
        self.heard.says(text)

    def _tool(self, call: Message) -> None:
        if call.get("kind") in ("edit", "delete", "move"):
            for place in call.get("locations") or []:
                self.heard.changes(place["path"])
        self.heard.does(short(call["title"]))

    def _used(self, update: Message) -> None:
        """Take the size of the context for the tokens used, which are at least as many, and the cost so far."""
        self.heard.tokens_in = max(self.heard.tokens_in, number(update.get("used")))
        cost = update.get("cost")
        if cost:
            currency = str(cost["currency"]).upper()
            self.heard.costs(spending.minor(float(cost["amount"]), currency), currency)
        self.heard.tell()

    def _permission(self, number_: Any, params: Message, line: Line) -> None:
        call = params["toolCall"]
        offered = {WORDS.get(each["kind"], str(each["name"])): each["optionId"] for each in params["options"]}
        word: str | None = asks.ALLOW
        if not self._is_allowed(call, offered):
            text = self.ask(Ask(kind=asks.PERMISSION, text=_about(call), options=tuple(offered)), line)
            word = asks.choice(asks.PERMISSION, text, tuple(offered)) if text is not None else None
        chosen = offered.get(word or "")
        outcome = {"outcome": "selected", "optionId": chosen} if chosen else {"outcome": "cancelled"}
        line.send({"jsonrpc": "2.0", "id": number_, "result": {"outcome": outcome}})

    def _is_allowed(self, call: Message, offered: Message) -> bool:
        if asks.ALLOW not in offered:
            return False
        inside = all(_lies_in(place.get("path"), self.job.folder) for place in call.get("locations") or [])
        return self._mode == "all" or (self._mode == "edits" and call.get("kind") in HARMLESS and inside)


def _about(call: Message) -> str:
    given = call.get("rawInput")
    command = given.get("command") if isinstance(given, dict) else None
    return short(f"$ {command}" if command else call.get("title") or call["toolCallId"])


def _lies_in(path: Any, folder: Path) -> bool:
    whole = folder / str(path)
    return whole.resolve().is_relative_to(folder.resolve())
