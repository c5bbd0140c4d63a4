"""Proof instead of trust: seals of what commands recorded, and the grades that follow from them.

A seal is a short digest of (where, what, canonical value). It is bound to content: a checkout that takes a
completion away and brings it back unchanged finds its seal again; text nobody recorded has none: it is *typed*.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from milestone import digests
from milestone.domain import paths
from milestone.domain.document import Body, Document

GRADES = ("typed", "self-reported", "command", "ci")  # least first

# Events whose additions become proven, and whose removals stop being so.
PROVING = frozenset(
    {
        *("task.completed", "task.failed", "task.reopened", "task.retried", "task.cancelled", "evidence.recorded"),
        *("fact.met", "fact.unmet", "milestone.reopened", "vote.cast", "vote.closed", "approval.withdrawn"),
        "approval.delegated",
        "override.used",
        *("phase.started", "phase.submitted", "phase.completed"),
        *("phase.approved", "phase.changes_requested", "phase.rejected"),
    }
)


def seal(where: str, what: str, value: Any) -> str:
    """Return the seal of one recorded thing."""
    text = json.dumps([where, what, value], sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return digests.sha256(text.encode())[:20]


def seals(body: Body) -> set[str]:
    """Return the seal of everything in a record that would need one to count."""
    return set(_all(body))


def folded(proven: Sequence[str], before: Body, after: Body) -> tuple[str, ...]:
    """Return the proven seals after a command changed a record: what it added, without what it took away."""
    old, new = seals(before), seals(after)
    return tuple(sorted((set(proven) - (old - new)) | (new - old)))


def completion(task: Mapping[str, Any]) -> str | None:
    """Return the seal a completed task needs; None for one that is not completed."""
    if task.get("status") != "completed":
        return None
    return seal(str(task.get("id")), "completed", [task.get("status"), task.get("completed_at")])


def fact_seal(where: str, fact: Mapping[str, Any]) -> str | None:
    """Return the seal a fact needs to count as met; None for one that does not say so."""
    if fact.get("met") is not True:
        return None
    return seal(where, "fact", {key: value for key, value in fact.items() if value is not None})


def is_proven(document: Document, where: str, what: str, value: Any) -> bool:
    """Tell whether a command recorded this value there."""
    return seal(where, what, value) in document.proven


def grade(document: Document, task: Mapping[str, Any]) -> str | None:
    """Return how well a task's completion is known: None when it is not completed, else one of `GRADES`.

    Without its seal it is typed; what a command recorded is at least self-reported; sealed evidence about
    the whole task lifts it, and so does evidence of every single acceptance item.
    """
    wanted = completion(task)
    if wanted is None:
        return None
    if wanted not in document.proven:
        return "typed"
    shown = counted(document, task)
    every = accepted(task)
    whole = [normal(item.get("grade")) for item in shown if "item" not in item or not every]
    each = [_best(item for item in shown if number_of(task, item) == n) for n in range(1, len(every) + 1)]
    parts = [min(each, key=GRADES.index)] if each else []
    return max(["self-reported", *whole, *parts], key=GRADES.index)


def evidence_grades(document: Document, task: Mapping[str, Any]) -> list[str]:
    """Return the grade of each evidence item of a task; an item without its seal is typed."""
    where = str(task.get("id"))
    return [
        normal(item.get("grade")) if is_proven(document, where, "evidence", item) else "typed"
        for item in _dicts(task.get("evidence"))
    ]


def counted(document: Document, task: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the evidence of a task that shows something: recorded by a command, since the task was last taken up.

    Of one command the last word counts: what it once showed is gone when it failed afterwards.
    """
    where, since = str(task.get("id")), str(task.get("reopened_at") or "")
    last: dict[Any, Mapping[str, Any]] = {}
    for place, item in enumerate(_dicts(task.get("evidence"))):
        if is_proven(document, where, "evidence", item) and str(item.get("at") or "") >= since:
            last[(str(item.get("item")), str(item["command"])) if item.get("command") else place] = item
    return [item for item in last.values() if item.get("exit_code") in (0, None)]


def normal(grade: Any) -> str:
    """Return a grade as the program spells it; anything unknown is self-reported."""
    word = str(grade or "").casefold()
    return word if word in GRADES else "self-reported"


def accepted(task: Mapping[str, Any]) -> list[Any]:
    """Return the acceptance items of a task."""
    found = task.get("acceptance")
    return found if isinstance(found, list) else [found] if found else []


def text_of(item: Any) -> str:
    """Return the words of an acceptance item."""
    return str(item.get("text") or item.get("name") or "") if isinstance(item, Mapping) else str(item)


def check_of(item: Any) -> str | None:
    """Return the command an acceptance item brings itself; None for one that is only words."""
    found = (item.get("check") or item.get("verify")) if isinstance(item, Mapping) else None
    return str(found) if found else None


def about(task: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return how evidence names an acceptance item: its number, and what it said, in short."""
    every = accepted(task)
    return {"item": number, **({"of": _short(every[number - 1])} if 1 <= number <= len(every) else {})}


def number_of(task: Mapping[str, Any], item: Mapping[str, Any]) -> int | None:
    """Return which acceptance item a piece of evidence is about, from 1; None when that says something else now.

    Older records name it by its text.
    """
    named, every = item.get("item"), accepted(task)
    if item.get("of"):
        shorts = [_short(each) for each in every]
        return shorts.index(item["of"]) + 1 if item["of"] in shorts else None
    if isinstance(named, int) and not isinstance(named, bool):
        return named if 1 <= named <= len(every) else None
    texts = [text_of(each) for each in every]
    return texts.index(named) + 1 if named in texts else None


def _short(item: Any) -> str:
    return digests.sha256(text_of(item).encode())[:8]


def _best(items: Iterable[Mapping[str, Any]]) -> str:
    return max((normal(item.get("grade")) for item in items), key=GRADES.index, default="typed")


def overridden(document: Document) -> set[str]:
    """Return what people went past by a recorded `--override`; a typed one counts for nothing."""
    return {
        str(path)
        for entry in _dicts(document.body.get("overrides"))
        if is_proven(document, "", "override", entry) and isinstance(entry.get("unmet"), list)
        for path in entry["unmet"]
    }


def counts(document: Document, task: Mapping[str, Any], required: bool) -> bool:
    """Tell whether a completion counts for order: any, or with `evidence: required` only one with a real grade."""
    found = grade(document, task)
    return found is not None and not (required and found == "typed")


def _all(body: Body) -> Iterator[str]:
    for where, fact in facts_of(body):
        wanted = fact_seal(where, fact)
        if wanted:
            yield wanted
    yield from (seal("", "override", item) for item in _dicts(body.get("overrides")))
    yield from _phases("", body.get("phases"))
    for task in _dicts(body.get("tasks")):
        where = str(task.get("id"))
        done = completion(task)
        if done:
            yield done
        yield from (seal(where, "evidence", item) for item in _dicts(task.get("evidence")))
        workflow = task.get("kiro_workflow")
        yield from _phases(where, workflow.get("phases") if isinstance(workflow, Mapping) else None)


def _phases(where: str, phases: Any) -> Iterator[str]:
    if not isinstance(phases, Mapping):
        return
    for name, phase in phases.items():
        if not isinstance(phase, Mapping):
            continue
        place = f"{where}/{name}"
        if phase.get("status") in ("approved", "completed"):
            yield phase_seal(place, phase)
        approval = phase.get("approval")
        if isinstance(approval, Mapping):
            yield seal(place, "submitted", [approval.get("digest"), approval.get("submitted_at")])
            for what in ("given", "delegated", "votes"):
                yield from (seal(place, what, item) for item in _dicts(approval.get(what)))
        for entry in _dicts(phase.get("history")):
            yield from (withdrawn_seal(place, item) for item in _dicts(entry.get("withdrawn")))


def phase_seal(place: str, phase: Mapping[str, Any]) -> str:
    """Return the seal an approved or completed phase needs; `place`: `TASK/PHASE`, `/PHASE` of the milestone."""
    return seal(place, "phase", [phase.get("status"), phase.get("approved_at") or phase.get("completed_at")])


def withdrawn_seal(place: str, item: Mapping[str, Any]) -> str:
    """Return the seal of an approval's withdrawal: it stays known when somebody takes the withdrawal out again."""
    return seal(place, "withdrawn", [item.get("by"), item.get("at")])


def facts_of(body: Body) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every fact of a record that is written out (not a bare text), with the path of its list."""
    for where, items in fact_lists(body):
        for item in _dicts(items):
            yield where, item


def fact_lists(body: Body) -> Iterator[tuple[str, Sequence[Any]]]:
    """Yield every list of facts in a record with its path: criteria, conditions, external ones, each gate's."""
    if isinstance(body.get("success_criteria"), list):
        yield "success_criteria", body["success_criteria"]
    needs = body.get("dependencies")
    if isinstance(needs, Mapping):
        for name in ("conditions", "external"):
            if isinstance(needs.get(name), list):
                yield f"dependencies/{name}", needs[name]
    kiro = body.get("kiro_configuration")
    gates = kiro.get("approval_gates") if isinstance(kiro, Mapping) else None
    for gate, rules in gates.items() if isinstance(gates, Mapping) else ():
        if isinstance(rules, Mapping) and isinstance(rules.get("criteria"), list):
            yield paths.join("kiro_configuration", "approval_gates", str(gate), "criteria"), rules["criteria"]
    yield from _phase_criteria("phases", body.get("phases"))
    for task in _dicts(body.get("tasks")):
        workflow = task.get("kiro_workflow")
        if isinstance(workflow, Mapping):
            yield from _phase_criteria(
                paths.join("tasks", str(task.get("id")), "kiro_workflow", "phases"), workflow.get("phases")
            )


def _phase_criteria(where: str, phases: Any) -> Iterator[tuple[str, Sequence[Any]]]:
    for name, phase in phases.items() if isinstance(phases, Mapping) else ():
        approval = phase.get("approval") if isinstance(phase, Mapping) else None
        if isinstance(approval, Mapping) and isinstance(approval.get("criteria"), list):
            yield f"{where}/{paths.join(str(name))}/approval/criteria", approval["criteria"]


def _dicts(items: Any) -> list[Mapping[str, Any]]:
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
