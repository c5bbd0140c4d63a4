"""What a command gets: options, the opened workspace, and the one way to answer."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from milestone import errors
from milestone.cli import errors as faults
from milestone.cli import output
from milestone.cli.options import Options
from milestone.cli.text import prose
from milestone.registry import load

if TYPE_CHECKING:  # a look at the summary loads no store
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import TypeVar

    from milestone.storage.base import Reading
    from milestone.workspace.base import Workspace, Written

    T = TypeVar("T")

# Answers made of sentences: lines too long for the terminal are wrapped. Others are laid out, or are data.
SENTENCES = frozenset(
    ["actor", "archive", "change", "doctor", "init", "review", "review.list", "run", "verification"]
)

# Verbs that only read or write the store: how long these take says how well it fits.
TIMED = frozenset(["status", "next", "list", "show", "log", "update", "task", "use", "undo", "delete", "answer"])

Text = str | Callable[[], str]


class Env:
    """One invocation: its flags, streams, project."""

    def __init__(self, options: Options, *, start: str | os.PathLike[str], environ: Mapping[str, str]) -> None:
        self.options = options
        self.here = os.fspath(start)
        self.environ = environ
        self.out, self.err = output.printers(options.color, environ)
        self.width = output.width(sys.stdout, environ)
        self.json = options.json
        self.warnings: list[dict[str, Any]] = []
        self.was_long = False  # a backup that is due is made at the end, nobody waits for it
        self.recorded: set[str] = set()  # kinds of the events that were recorded
        self.before = sys.maxsize  # seq of the last event before these
        self.adopted: set[str] = set()  # kinds of those that were taken in from files first
        self._workspace: Workspace | None = None
        self._held: Any = None

    @property
    def start(self) -> "Path":
        """The folder the person is in."""
        folder: Path = load("pathlib:Path")(self.here)
        return folder

    @property
    def terminal(self) -> bool:
        """Whether a person can be asked."""
        return sys.stdin.isatty() and sys.stdout.isatty() and not self.environ.get("CI") and not self.json

    @property
    def workspace(self) -> "Workspace":
        """The project, opened at the first use.

        Raises:
            ProjectNotFound: there is none here or above.
        """
        if self._workspace is None:
            self._workspace = self._open()
        return self._workspace

    def workspace_or_init(self) -> "Workspace":
        """Return the project, made first where there is none; what was made is said on stderr."""
        try:
            return self.workspace
        except errors.ProjectNotFound:
            if self.options.project or self.environ.get("MILESTONE_DIR"):
                raise
            for sentence in load("milestone.operations.init:make_project")(self.start):
                self.note(sentence)
            return self.workspace

    def _open(self) -> "Workspace":
        opened: Workspace = load("milestone.workspace.opening:open_workspace")(
            self.start,
            project=self.options.project,
            as_=self.options.actor,
            options=self.options,
            environ=self.environ,
            terminal=self.terminal,
        )
        opened.trust = self.options.trust_commands
        if self.terminal:
            opened.asks = lambda commands: bool(load("milestone.cli.confirming:ask")(self, commands))
        return opened

    def note_time(self, words: "Sequence[str]", seconds: float) -> None:
        """Keep how long a command took that opened the store and waited for nobody."""
        if self._workspace is not None and words and words[0] in TIMED:
            load("milestone.workspace.readings:note")(str(self._workspace.root), seconds)

    @property
    def opened(self) -> "Workspace | None":
        """The project, where this command opened it."""
        return self._workspace

    @property
    def has_outgrown(self) -> bool:
        """Whether a write of this command made the project too big for its store."""
        growth = self._workspace.growth if self._workspace is not None else None
        return growth is not None and (growth.move or growth.advised) is not None

    def hold(self, opened: "AbstractContextManager[T]") -> "T":
        """Enter a context that lasts as long as the invocation: a store answers while its reading is open."""
        if self._held is None:
            self._held = load("contextlib:ExitStack")()
        found: T = self._held.enter_context(opened)
        return found

    def close(self) -> None:
        """Let go of what was opened."""
        if self._held is not None:
            self._held.close()
            self._held = None
        if self._workspace is not None:
            self._workspace.store.close()
            self._workspace = None

    def answer(
        self,
        kind: str,
        data: object,
        text: Text,
        *,
        written: "Written | None" = None,
        reading: "Reading | None" = None,
        total: int | None = None,
        next_cursor: str | None = None,
        warnings: Iterable[Any] = (),
        exit_code: int = 0,
        seq: int | None = None,
        unrecorded: int = 0,
    ) -> int:
        """Print one answer and return the exit code."""
        for warning in [*warnings, *(written.warnings if written else ()), *(reading.warnings if reading else ())]:
            self._keep(warning)
        if reading is not None:
            seq, unrecorded = reading.seq, reading.unrecorded
        elif written is not None:
            seq = written.seq
        if written is not None and not written.dry_run:
            self.recorded |= {recorded.event.kind for recorded in written.events}
            self.before = min([self.before, *(recorded.seq - 1 for recorded in written.events)])
            self.adopted |= {recorded.event.kind for recorded in written.adopted}
        if self.json:
            document = output.envelope(kind, seq=seq, unrecorded=unrecorded, data=data)
            document |= {"total": total, "next_cursor": next_cursor, "warnings": self.warnings}
            self._write_json(document)
        else:
            shown = text() if callable(text) else text
            if shown:
                self.out.write(prose.fitted(shown, self.width) if kind in SENTENCES else shown)
            self._show_warnings()
        return 0 if self.options.exit_zero and exit_code in faults.SOFTENED else exit_code

    def answer_change(self, written: "Written", text: Text | None = None, **extra: Any) -> int:
        """Print what a write changed."""
        changes = load("milestone.cli.changes")
        data = changes.data(written) | extra
        shown = text if text is not None else (lambda: str(changes.text(written)))
        return self.answer("change", data, shown, written=written)

    def fail(self, error: errors.MilestoneError) -> int:
        """Print a refusal and return its exit code; for people stdout stays empty."""
        code = faults.exit_code(error, exit_zero=self.options.exit_zero)
        if self.json:
            seq = error.facts.pop("seq", None)
            self._write_json(
                output.envelope("error", seq=seq, error=faults.as_data(error), warnings=self.warnings)
            )
        else:
            self.err.write(faults.as_text(error, self.width))
        return code

    def _write_json(self, document: Mapping[str, Any]) -> None:
        sys.stdout.write(output.to_json(document) + "\n")

    def event_line(self, document: Mapping[str, Any]) -> None:
        """Print one document of a stream (`--follow --json`), at once."""
        self._write_json(document)
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """Say something on stderr; programs are spared it."""
        if not self.json:
            self.err.write(prose.fitted(text, self.width))

    def notice(self, code: str, message: str) -> None:
        """Keep something for programs only; the text for people says it in its own way."""
        if self.json:
            self.warn(code, message)

    def warn(self, code: str, message: str) -> None:
        """Keep a warning for the answer."""
        self._keep({"code": code, "message": message})

    def _keep(self, warning: Any) -> None:
        plain = warning if isinstance(warning, dict) else _plain(warning)
        if plain not in self.warnings:
            self.warnings.append(plain)

    def _show_warnings(self) -> None:
        for warning in self.warnings:
            self.err.write(faults.warning_text(warning, self.width))

    def ask(self, question: str, default: str | None, flag: str) -> str:
        """Return what a person answers; `default` for an empty line.

        Raises:
            NeedsAnswer: nobody can be asked; the hint names the flag.
        """
        if not self.terminal:
            raise errors.NeedsAnswer(f"A question is open: {question}", hint=f"Say it with {flag}.", next=[flag])
        shown = f"{question} [{default}]: " if default else f"{question} "
        sys.stderr.write(self.err.render(shown))
        sys.stderr.flush()
        reply = sys.stdin.readline()
        if not reply:
            raise errors.NeedsAnswer(f"A question is open: {question}", hint=f"Say it with {flag}.", next=[flag])
        return reply.strip() or (default or "")

    def read_text(self, value: str) -> str:
        """Return a TEXT argument: `-` is stdin, `@FILE` a file, else the words themselves.

        Raises:
            NotFound: the file cannot be read.
        """
        if value == "-":
            return sys.stdin.read()
        if not value.startswith("@") or value == "@":
            return value
        try:
            return (self.start / value[1:]).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise errors.NotFound(f"There is no file {value[1:]}.", code="file_not_found", next=["ls"]) from None
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
            raise errors.NotFound(
                f"{value[1:]} cannot be read: {reason}.", code="file_not_found", next=["milestone help text"]
            ) from None


def _plain(warning: Any) -> dict[str, Any]:
    fields = {name: getattr(warning, name, None) for name in ("code", "message", "path", "line", "column", "hint")}
    return {name: value for name, value in fields.items() if value is not None or name in ("code", "message")}


def environment() -> dict[str, str]:
    """Return the process environment."""
    return dict(os.environ)
