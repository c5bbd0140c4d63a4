"""One git command, run so that no hook, filter, monitor, pager, editor or helper of the repository runs."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

# Settings a repository may carry that would start a program; the last word is ours.
SAFE_CONFIG = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.sshCommand=ssh",
    "core.pager=cat",
    "core.editor=true",
    "core.askPass=true",
    "core.untrackedCache=false",
    "protocol.ext.allow=never",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "gpg.program=false",
    "diff.external=",
    "log.showSignature=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.detachedHead=false",
    "submodule.recurse=false",
    "core.quotePath=false",
)

# Nothing below asks a person, reads a terminal, or fetches what a partial clone left out.
SAFE_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_EDITOR": "true",
    "GIT_SEQUENCE_EDITOR": "true",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}

# A caller inside a hook or another git would redirect every command below to its own repository.
DROPPED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE", "GIT_PREFIX")

NO_TRANSPORT = "none"  # the name of no protocol: GIT_ALLOW_PROTOCOL refuses all others


class GitFailed(Exception):
    """A git command answered with an error."""

    def __init__(self, arguments: Sequence[str], code: int, message: str) -> None:
        super().__init__(f"git {' '.join(arguments[:2])}: {message.strip() or f'exit {code}'}")
        self.code = code
        self.reason = message.strip()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a git command said."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line it printed."""
        return self.out.strip()

    @property
    def fields(self) -> list[str]:
        """The NUL-separated fields it printed (`-z`)."""
        return [field for field in self.out.split("\0") if field]


def git(
    folder: Path,
    *arguments: str,
    stdin: str | None = None,
    config: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    ok: Sequence[int] = (0,),
    transport: str = NO_TRANSPORT,
    seconds: float | None = None,
) -> Answer:
    """Return what git answered in `folder`; `config` comes after ours.

    Raises:
        GitFailed: the exit code is not among `ok`, it took longer than `seconds`, or there is no git here.
    """
    command = ["git", "--no-pager"]
    for setting in (*SAFE_CONFIG, *config):
        command += ["-c", setting]
    inherited = {key: value for key, value in os.environ.items() if key not in DROPPED}
    try:
        done = subprocess.run(
            [*command, *arguments],
            cwd=folder,
            input=stdin.encode() if stdin is not None else None,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            capture_output=True,
            env={**inherited, **SAFE_ENVIRONMENT, "GIT_ALLOW_PROTOCOL": transport, **(environment or {})},
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise GitFailed(arguments, 124, f"it took longer than {seconds:.0f} s") from None
    except (FileNotFoundError, NotADirectoryError) as error:
        raise GitFailed(arguments, 127, str(error)) from error
    answer = Answer(
        code=done.returncode,
        out=done.stdout.decode(errors="surrogateescape"),
        err=done.stderr.decode(errors="replace"),
    )
    if answer.code not in ok:
        raise GitFailed(arguments, answer.code, answer.err)
    return answer


def without_drivers(folder: Path) -> tuple[str, ...]:
    """Return settings that switch off every filter, merge driver and text converter the repository itself defines.

    What the user configured for the whole machine (`git lfs install`) stays: it did not come with the repository.
    """
    listed = git(folder, "config", "--list", "--show-scope", "--name-only", "-z", ok=(0, 1)).fields
    off: dict[str, None] = {}
    for scope, name in zip(listed[::2], listed[1::2], strict=False):
        if scope not in ("local", "worktree"):
            continue
        section, _, rest = name.partition(".")
        driver, _, key = rest.rpartition(".")
        if not driver or "=" in driver:
            continue
        if section == "filter":
            off |= dict.fromkeys(f"filter.{driver}.{part}=" for part in ("clean", "smudge", "process"))
            off[f"filter.{driver}.required=false"] = None
        elif section == "merge" and key == "driver":
            # A failing driver is a conflict: the file is never merged by a program the repository named.
            off[f"merge.{driver}.driver=false"] = None
        elif section == "diff" and key in ("command", "textconv"):
            off[f"diff.{driver}.{key}="] = None
    return tuple(off)
