"""An agent in a terminal: `python -m claims.terminal NAME OUT [FAULT]`, in a project's folder.

It uses only `next --claim`, `task` and `review`, and ends when nothing is left to do. While it holds a task it
makes a file for each file the task touches in `desk/`: one that is there is somebody else's. It also tries,
with and without its token, to finish what others hold. What it saw goes to OUT, a line of JSON each.
"""

import contextlib
import io
import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

from milestone.cli import main
from milestone.domain import leases, overlap
from milestone.operations import claim

WORKS = 0.01  # seconds
DONE = "Every milestone is finished."


def say(*argv: str, lease: str | None = None) -> tuple[int, Any]:
    """Run a command line; return its exit code and its answer."""
    words = [*argv, "--json", *(["--lease", lease] if lease else [])]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main.run(words)
    return code, json.loads(out.getvalue().splitlines()[-1])


def break_something(fault: str) -> None:
    """Take away what the rig is to prove: it has to notice."""
    if fault == "overlap":
        overlap.clashes = lambda _one, _other: None  # type: ignore[assignment]
    if fault == "claims":
        claim.in_hand = lambda _reading, ctx: claim.of_hands.Hands(ctx.settings)  # type: ignore[assignment]
        leases.is_live = lambda _lease, _now: False  # type: ignore[assignment]
    if fault == "names":
        leases.check = lambda _lease, _ctx, _ref: False  # type: ignore[assignment]
        leases.check_decides = lambda _lease, _ctx, _ref: None  # type: ignore[assignment]


class Terminal:
    """One agent."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.known: list[str] = []  # refs of tasks that others held when this one looked

    def note(self, **said: Any) -> None:
        with self.out.open("a") as file:
            file.write(json.dumps(said) + "\n")

    def work(self) -> None:
        while True:
            code, answer = say("next", "--claim")
            assert code == 0, answer
            task = answer["data"]["task"]
            if task is None:
                if answer["data"]["reason"] == DONE:
                    return
                time.sleep(WORKS)
                continue
            self.do(task["ref"], answer["data"]["lease"]["token"])

    def do(self, ref: str, token: str) -> None:
        desk = self.lay_out(ref)
        code, answer = say("task", "start", ref, lease=token)
        assert code == 0, answer
        self.meddle(ref, token)
        time.sleep(WORKS * random.random())
        for path in desk:
            path.unlink(missing_ok=True)
        code, answer = say("task", "done", ref, lease=token)
        assert code == 0, answer
        self.note(done=ref, token=token)

    def lay_out(self, ref: str) -> list[Path]:
        _, shown = say("show", ref)
        made = []
        for name in [f"task {ref.replace('/', ' ')}", *shown["data"].get("files", [])]:
            path = Path("desk", name.replace("/", "-"))
            try:
                os.close(os.open(path, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                self.note(shared=name, ref=ref)
            made.append(path)
        return made

    def meddle(self, mine: str, token: str) -> None:
        """Try to finish a task that somebody else holds."""
        held = [p.name.removeprefix("task ").replace(" ", "/") for p in Path("desk").glob("task *")]
        for ref in [each for each in held if each != mine][:1]:
            before = len(list(Path("desk").glob(f"task {ref.replace('/', ' ')}")))
            code, _ = say("task", "done", ref, lease=random.choice([token, None]))
            still = len(list(Path("desk").glob(f"task {ref.replace('/', ' ')}")))
            self.note(meddled=ref, code=code, held=bool(before and still))


if __name__ == "__main__":
    _, name, out, *faults = sys.argv
    os.environ["MILESTONE_ACTOR"] = name
    for each in faults:
        break_something(each)
    Terminal(Path(out)).work()
