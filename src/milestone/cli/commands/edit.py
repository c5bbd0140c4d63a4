"""Edit a milestone in your editor"""

import argparse
import shlex
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from milestone import errors
from milestone.cli.env import Env
from milestone.cli.text import doing
from milestone.operations import edit
from milestone.operations.edit import Draft, Edited
from milestone.reports.names import short

EXAMPLES = """
milestone edit m1
milestone edit            the current milestone
EDITOR=nano milestone edit m1
"""
ASKING = frozenset(
    {"vi", "vim", "nvim", "vim.tiny", "nano", "pico", "emacs", "micro", "helix", "hx", "joe", "kak", "ne"}
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the milestone."""
    parser.add_argument("milestone", nargs="?", metavar="ID", help="a milestone; else the current one")


def run(env: Env, args: argparse.Namespace) -> int:
    """Open a copy in $VISUAL or $EDITOR; what is saved there is recorded, joined with what changed meanwhile."""
    command = _editor(env)
    draft = edit.draft(env.workspace, env.start, args.milestone)
    with TemporaryDirectory(prefix="milestone-") as folder:
        file = Path(folder) / Path(draft.path).name
        file.write_text(draft.text, encoding="utf-8", newline="")
        while True:
            _open(env, command, file, draft)
            data = file.read_bytes() if file.exists() else draft.text.encode()
            done = _taken(env, draft, data)
            if done is not None:
                return _answer(env, draft, done)


def _editor(env: Env) -> list[str]:
    """Return the words that start the editor.

    Raises:
        NeedsAnswer: nobody sits here to type, and no editor is named that does without.
    """
    words = shlex.split(env.environ.get("VISUAL") or env.environ.get("EDITOR") or "")
    if not env.terminal and (not words or Path(words[0]).name in ASKING):
        raise errors.NeedsAnswer(
            "edit opens an editor, and there is no terminal.",
            why="EDITOR may name a program that changes the file by itself",
            hint="milestone update ID --title TEXT changes single fields",
            next=["milestone update ID --title TEXT"],
        )
    return words or ["vi"]


def _open(env: Env, command: list[str], file: Path, draft: Draft) -> None:
    try:
        code = subprocess.run([*command, str(file)], check=False).returncode
    except OSError as problem:
        raise errors.NotFound(
            f"{command[0]} cannot be started: {problem.strerror}.",
            why="VISUAL or EDITOR names it",
            next=["EDITOR=nano milestone edit"],
            code="editor_not_found",
        ) from None
    if code != 0:
        kept = edit.keep(env.workspace, draft, file.read_bytes()) if file.exists() else None
        raise errors.WorkFailed(
            f"{command[0]} ended with {code}; nothing was changed.",
            why=f"the text is kept in {kept}" if kept else "",
            next=[f"milestone edit {short(draft.id)}"],
        )


def _taken(env: Env, draft: Draft, data: bytes) -> Edited | None:
    """Return what was recorded; None when the person goes on editing. A text that is refused is never lost."""
    try:
        return edit.apply(env.workspace, draft, data)
    except errors.UnreadableFile as problem:
        if env.terminal:
            env.note(f"{problem.message} {problem.why}".strip())
            if env.ask("Go on editing?", "yes", "--yes").casefold() in ("y", "yes"):
                return None
        raise _kept(env, draft, data, problem) from None
    except errors.MilestoneError as problem:
        raise _kept(env, draft, data, problem) from None


def _kept(env: Env, draft: Draft, data: bytes, problem: errors.MilestoneError) -> errors.MilestoneError:
    kept = edit.keep(env.workspace, draft, data)
    problem.why = f"{problem.why}; what you typed is kept in {kept}".removeprefix("; ")
    return problem


def _answer(env: Env, draft: Draft, done: Edited) -> int:
    for field in done.conflicts:
        env.warn("conflict", f"{field} was changed meanwhile as well; the other value is kept under conflicts:.")
    for warning in done.warnings:
        env.warn(warning.code, warning.message)

    def text() -> str:
        told = doing.sentences(done.written)
        return "\n".join(told) or f"Nothing changed: {short(draft.id)} says that already."

    return env.answer_change(done.written, text, conflicts=list(done.conflicts))
