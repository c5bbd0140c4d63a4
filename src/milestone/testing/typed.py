"""Commands typed as they stand, in a folder of their own: the outermost test there is."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from milestone.workspace.acting import MARKS

FOREIGN = {*MARKS, "CI", "NO_COLOR", "FORCE_COLOR"}  # what the machine running the tests says of itself


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What one command line did."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The `data` of a `--json` answer."""
        return json.loads(self.out)["data"]

    @property
    def error(self) -> Any:
        """The `error` of a `--json` answer."""
        return json.loads(self.out)["error"]


class Typed:
    """A folder and somebody who types in it; every command is a process of its own."""

    def __init__(self, folder: Path, actor: str = "ana", environ: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        kept = {
            n: v for n, v in os.environ.items() if n not in FOREIGN and not n.startswith(("MILESTONE", "GIT_"))
        }
        path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
        self.environ = kept | {
            "PATH": path,
            "HOME": str(folder),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "MILESTONE_ACTOR": actor,
            "COLUMNS": "80",
            **(environ or {}),
        }

    @property
    def program(self) -> list[str]:
        """How this milestone is started."""
        return [sys.executable, "-m", "milestone"]

    def as_(self, actor: str, **environ: str) -> "Typed":
        """Return the same folder with somebody else typing in it."""
        return Typed(self.folder, actor, environ)

    def milestone(self, *words: str, stdin: str = "") -> Answered:
        """Type `milestone WORDS`, whatever it answers."""
        return self.run([*self.program, *words], stdin=stdin)

    def does(self, *words: str, code: int = 0) -> Answered:
        """Type `milestone WORDS`, and expect that exit code."""
        answered = self.milestone(*words)
        assert answered.code == code, f"milestone {' '.join(words)}: {answered.code}\n{answered.out}{answered.err}"
        return answered

    def shell(self, line: str) -> Answered:
        """Type a whole line in bash, `milestone` being this one."""
        function = f'milestone() {{ "{sys.executable}" -m milestone "$@"; }}\n'
        return self.run(["bash", "-c", function + line])

    def git(self, *words: str) -> str:
        """Return what git prints."""
        answered = self.run(["git", *words])
        assert answered.code == 0, answered.err
        return answered.out

    def repository(self, name: str = "Ana") -> None:
        """Make the folder a git repository with one commit of what lies in it."""
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", name)
        self.git("config", "user.email", f"{name.lower()}@example.org")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "Begin")

    def write(self, path: str, text: str) -> Path:
        """Write a file by hand."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def run(self, words: list[str], *, stdin: str = "", timeout: float = 120) -> Answered:
        """Run any program in the folder."""
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environ,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Answered(words=tuple(words), code=done.returncode, out=done.stdout, err=done.stderr)
