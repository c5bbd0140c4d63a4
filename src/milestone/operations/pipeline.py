"""Let CI judge a milestone's branch: start a pipeline by a command, wait for one, keep the result as evidence.

No service is known here: a command starts it (or is it), a command or a status file says how it stands.
"""

import json
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from milestone import clock, errors
from milestone.clock import format_moment
from milestone.domain import durations, tasks
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.document import Document, Event
from milestone.domain.receipts import WorkState
from milestone.integrations.git import state as git_state
from milestone.operations import brought, facts, proving, trusting
from milestone.operations.proving import HOUR, Proof
from milestone.storage.base import Txn
from milestone.workspace.base import Workspace

SECTION = "integrations.ci"
STILL = 75  # exit code of a poll that has to come again (EX_TEMPFAIL)
STATES = {
    **dict.fromkeys(("success", "successful", "succeeded", "passed", "ok"), "success"),
    **dict.fromkeys(("failure", "failed", "error", "cancelled", "canceled", "timed_out"), "failure"),
}
_URL = re.compile(r"https?://[^\s\"'<>]+")


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a pipeline ended."""

    state: str  # success, failure or timed_out
    what: str  # the command or file that said so
    exit_code: int | None = None
    url: str | None = None
    output: str = ""
    deployments: tuple[Mapping[str, Any], ...] = ()

    @property
    def succeeded(self) -> bool:
        return self.state == "success"


def is_wanted(workspace: Workspace, *, asked: bool) -> bool:
    """Tell whether CI judges what is executed: by the flag, or `integrations.ci_cd_integration` with a pipeline.

    Raises:
        Refused: the flag asks for it, and nothing says how.
    """
    get = workspace.settings.get
    known = any(get(f"{SECTION}.{key}") for key in ("command", "poll", "status_file"))
    if asked and not known:
        raise errors.Refused(
            "No pipeline is configured.",
            why="it takes a command that is it or starts it, one that asks for it, or a file with its state",
            next=[f'milestone config set {SECTION}.command "make ci"', f"milestone config explain {SECTION}.poll"],
            code="no_pipeline",
        )
    return known and (asked or bool(get("integrations.ci_cd_integration")))


def require_trust(workspace: Workspace) -> None:
    """Let the configured commands pass. Raises as `trusting.require`."""
    keys = [f"{SECTION}.{key}" for key in ("command", "poll")]
    trusting.require(workspace, [each for key in keys for each in brought.of_setting(workspace, key)])


def judge(workspace: Workspace, start: Path, document: Document) -> dict[str, Any]:
    """Let CI judge the milestone's branch and return `{state url commit exit_code what output}`, all recorded.

    Its result is evidence of grade `ci` of every completed task.
    """
    with facts.place(workspace, start, document) as (folder, _):
        state = git_state.of(workspace.root, folder)
        about = {"commit": state.commit if state else None}
        workspace.write_apart(lambda _txn, _ctx: [rules.event(document, "ci.started", **about)])
        result = _run(workspace, document, folder, state)
    workspace.write_apart(lambda txn, ctx: _record(workspace, txn, ctx, document, result, state))
    shown = {"state": result.state, "url": result.url, "exit_code": result.exit_code, "what": result.what}
    return {**shown, **about, "output": result.output}


def _run(workspace: Workspace, document: Document, folder: Path, state: WorkState | None) -> Result:
    get, deadline = workspace.settings.get, time.monotonic() + _seconds(workspace, "time_limit", HOUR)
    name, began = rules.name(document), clock.wall_ns()
    environment = {
        "MILESTONE_DIR": str(workspace.root),
        "MILESTONE_ID": name,
        "MILESTONE_BRANCH": f"milestone/{name}",
        "MILESTONE_COMMIT": (state.commit if state else None) or "",
    }

    def call(command: str) -> Proof:
        left = max(deadline - time.monotonic(), 1.0)
        return proving.run(command, name, workspace.root, folder, left, exactly=True, environment=environment)

    command, poll, file = (get(f"{SECTION}.{key}") for key in ("command", "poll", "status_file"))
    first = call(str(command)) if command else None
    if first is not None and (not first.succeeded or not (poll or file)):
        return _of(first, str(command))
    url = _url(first.output) if first is not None else None
    pause = threading.Event()
    while time.monotonic() < deadline:
        if poll:
            found = call(str(poll))
            if found.exit_code != STILL:
                said = _of(found, str(poll))
                return msgspec.structs.replace(said, url=said.url or url)
        else:
            read = _read(workspace.root.parent / str(file), str(file), state, began)
            if read is not None:
                return msgspec.structs.replace(read, url=read.url or url)
        pause.wait(_seconds(workspace, "every", 15.0))
    return Result(state="timed_out", what=str(poll or file), url=url)


def _read(path: Path, name: str, state: WorkState | None, began: int) -> Result | None:
    """Return what a status file says of this commit; None while it is missing, older, or says it still runs."""
    try:
        text, changed = path.read_text(encoding="utf-8"), path.stat().st_mtime_ns
    except (OSError, UnicodeDecodeError):
        return None
    try:
        said = json.loads(text)
    except ValueError:
        said = text.strip()
    said = said if isinstance(said, Mapping) else {"state": said}
    word = STATES.get(str(said.get("state") or said.get("status") or said.get("conclusion") or "").casefold())
    commit = str(said.get("commit") or said.get("sha") or "")
    is_ours = bool(state and state.commit and state.commit.startswith(commit)) if commit else changed >= began
    if word is None or not is_ours:
        return None
    listed = said.get("deployments")
    deployments = tuple(each for each in listed if isinstance(each, Mapping)) if isinstance(listed, list) else ()
    url = str(said["url"]) if said.get("url") else None
    code = 0 if word == "success" else 1
    return Result(state=word, what=name, exit_code=code, url=url, deployments=deployments)


def _of(shown: Proof, what: str) -> Result:
    state = "success" if shown.succeeded else "timed_out" if shown.exit_code is None else "failure"
    return Result(
        state=state,
        what=what,
        exit_code=shown.exit_code,
        url=_url(shown.output),
        output=shown.output or shown.error,
    )


def _record(
    workspace: Workspace, txn: Txn, ctx: Context, document: Document, result: Result, state: WorkState | None
) -> Sequence[Event]:
    now = txn.load("milestone", document.uid) or document
    about = {"result": result.state, "url": result.url, "exit_code": result.exit_code}
    bound = state.fields() if state else {}
    ended = rules.event(
        now, "ci.finished", **about, commit=bound.get("commit"), deployments=list(result.deployments) or None
    )
    return [ended, *_evidence(now, result, {**bound, "by": ctx.actor.name, "at": _moment(workspace)})]


def _evidence(document: Document, result: Result, bound: Mapping[str, Any]) -> Iterator[Event]:
    code = 0 if result.succeeded else result.exit_code or 1
    item = {"grade": "ci", **bound, "command": result.what, "exit_code": code, "url": result.url}
    item = {key: value for key, value in item.items() if value is not None}
    for task in tasks.leaves(document.body):
        if tasks.status(task) == "completed":
            yield rules.event(document, "evidence.recorded", str(task["id"]), evidence=item)


def _moment(workspace: Workspace) -> str:
    return format_moment(workspace.clock.now())


def _seconds(workspace: Workspace, key: str, usual: float) -> float:
    hours = durations.hours(str(workspace.settings.get(f"{SECTION}.{key}") or ""))
    return usual if hours is None else hours * HOUR


def _url(output: str) -> str | None:
    found = _URL.findall(output)
    return found[-1].rstrip(".,)") if found else None
