"""What shows that a task is done: a receipt bound to the files as they are, and a proof of each acceptance item.

A receipt is an item of `evidence` whose grade is `command` or `ci`. It says which command ran, how it ended, and
at which commit and content of the files (`tree`). When those changed since, it is stale and shows nothing.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from milestone.domain import paths, proof, tasks
from milestone.domain.document import Body, Document

Item = Mapping[str, Any]
Finding = dict[str, Any]
RECEIPTS = ("command", "ci")


class WorkState(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a worktree at one moment."""

    commit: str | None = None  # None: before the first one
    tree: str | None = None  # one name for the content of all files, the records left out
    uncommitted: tuple[str, ...] = ()  # paths that differ from the commit

    def fields(self) -> dict[str, str]:
        """Return what a receipt keeps of it."""
        return {key: value for key, value in (("commit", self.commit), ("tree", self.tree)) if value}


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """One acceptance item of a task, and how well it is shown."""

    number: int  # from 1
    text: str
    check: str | None = None  # its own command
    grade: str | None = None  # None: nothing shows it
    stale: bool = False  # a command showed it, and files changed since

    @property
    def is_shown(self) -> bool:
        return self.grade is not None and not self.stale


def is_required(document: Document, task: Body, settings: Mapping[str, Any]) -> bool:
    """Tell whether a completion needs a receipt: the project, the milestone, or a gate of the task asks for it."""
    if settings.get("evidence") == "required" or document.body.get("evidence") == "required":
        return True
    kiro = document.body.get("kiro_configuration")
    gates = kiro.get("approval_gates") if isinstance(kiro, Mapping) and task.get("kiro_workflow") else None
    rules = gates.values() if isinstance(gates, Mapping) else ()
    return any(isinstance(rule, Mapping) and rule.get("evidence") == "required" for rule in rules)


def criteria(
    document: Document, task: Body, new: Sequence[Item] = (), state: WorkState | None = None
) -> list[Criterion]:
    """Return every acceptance item with the best grade that shows it; `new` is evidence about to be recorded."""
    shown = [*proof.counted(document, task), *(item for item in new if _passed(item))]
    return [_criterion(task, number, each, shown, state) for number, each in enumerate(proof.accepted(task), 1)]


def checks(task: Body) -> dict[int, str]:
    """Return the commands that acceptance items bring themselves, by number."""
    return {
        number: command for number, each in enumerate(proof.accepted(task), 1) if (command := proof.check_of(each))
    }


def missing(
    document: Document, task: Body, new: Sequence[Item] = (), state: WorkState | None = None
) -> list[Finding]:
    """Return what a completion of the task lacks to be proven; `state`: the files now, None where unknown."""
    ref = f"{document.body.get('id') or document.uid}/{task.get('id')}"
    found = [*_receipt(document, task, new, state, ref), *_uncommitted(task, state)]
    for each in criteria(document, task, new, state):
        if not each.is_shown:
            way = f"milestone task check {ref} --item {each.number}" + ("" if each.check else " -- COMMAND")
            why = "was shown before files changed" if each.stale else "is shown by nothing"
            code = "proof_stale" if each.stale else "item_unproven"
            place = f"{_place(task)}/acceptance/{each.number}"
            found.append(_finding(code, f'acceptance item {each.number} "{each.text}" {why}', place, way))
    return found


def _receipt(
    document: Document, task: Body, new: Sequence[Item], state: WorkState | None, ref: str
) -> list[Finding]:
    """Return that nothing which ran shows the task: its verify where it has one, else any command."""
    verify = task.get("verify")
    if not verify and tasks.children(document.body, str(task.get("id"))):
        return []  # it is done when its subtasks are
    shown = [*proof.counted(document, task), *(item for item in new if _passed(item))]
    shown = [item for item in shown if proof.normal(item.get("grade")) in RECEIPTS]
    if verify:
        shown = [item for item in shown if "item" not in item and _is_whole(task, item)]
    if any(not _is_stale(item, state) for item in shown):
        return []
    way = f"milestone task check {ref}" + ("" if verify else " -- COMMAND")
    what = f"its verify ({verify})" if verify else "a command"
    if shown:
        return [_finding("receipt_stale", f"files changed since {what} showed it", _place(task), way)]
    return [_finding("receipt_missing", f"{what} has not shown it", _place(task), way)]


def _uncommitted(task: Body, state: WorkState | None) -> list[Finding]:
    changed = [path for path in (state.uncommitted if state else ()) if _concerns(task, path)]
    if not changed:
        return []
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
    text = f"{', '.join(changed[:3])}{more} {'are' if len(changed) > 1 else 'is'} not committed"
    return [_finding("not_committed", text, f"{_place(task)}/commit", "git commit")]


def _concerns(task: Body, path: str) -> bool:
    """Tell whether a changed file is a matter of the task: one it names, or any where it names none."""
    files = task.get("files")
    named = [files] if isinstance(files, str) else files if isinstance(files, list) else []
    return not named or any(fnmatchcase(path, str(each)) or path.startswith(f"{each}/") for each in named)


def _criterion(task: Body, number: int, each: Any, shown: Sequence[Item], state: WorkState | None) -> Criterion:
    own = [item for item in shown if proof.number_of(task, item) == number]
    check = proof.check_of(each)
    if check:  # what it brings itself decides, not a word
        own = [i for i in own if i.get("command") == check or proof.normal(i.get("grade")) == "ci"]
    elif len(proof.accepted(task)) == 1:  # its verify and its one item say the same
        own += [i for i in shown if "item" not in i and _is_whole(task, i)]
    fresh = [item for item in own if not _is_stale(item, state)]
    best = max((proof.normal(i.get("grade")) for i in fresh or own), key=proof.GRADES.index, default=None)
    return Criterion(
        number=number, text=proof.text_of(each), check=check, grade=best, stale=bool(own) and not fresh
    )


def _is_stale(item: Item, state: WorkState | None) -> bool:
    """Tell whether files changed since: by content, else by commit; one that names neither cannot be relied on."""
    if state is None or proof.normal(item.get("grade")) not in RECEIPTS:
        return False
    if item.get("tree"):
        return bool(item["tree"] != state.tree)
    return not item.get("commit") or item["commit"] != state.commit


def _is_whole(task: Body, item: Item) -> bool:
    """Tell whether a receipt speaks for the whole task: by its own verify, or by CI."""
    by_verify = bool(task.get("verify")) and item.get("command") == task["verify"]
    return by_verify or proof.normal(item.get("grade")) == "ci"


def _passed(item: Item) -> bool:
    return item.get("exit_code") in (0, None)


def _place(task: Body) -> str:
    return paths.join("tasks", str(task.get("id")))


def _finding(code: str, message: str, path: str, hint: str) -> Finding:
    return {"severity": "error", "code": code, "path": path, "line": None, "message": message, "hint": hint}
