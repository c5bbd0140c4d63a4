"""`active/dependencies.yaml`: what it says about milestones is read as if it stood in their records."""

from collections.abc import Iterable, Mapping
from typing import Any

from milestone.domain import free_forms, words
from milestone.domain.document import Body

KIND = "dependencies"
UID = "dependencies"
_LISTS = {
    "depends_on": "requires", "requires": "requires", "dependencies": "requires", "enables": "enables",
    "blocks": "enables", "shared_resources": "shared_resources",
}  # fmt: skip


def read(raw: Any) -> Body:
    """Return `{milestone id: {requires, enables, shared_resources, risks}}`, however it is written."""
    said: Body = {}
    for key, value in (raw if isinstance(raw, Mapping) else {}).items():
        if words.fold(key) == "risk_matrix":
            for risk in free_forms.risks(value) or []:
                _take_risk(said, risk)
        elif words.fold(key) == "dependencies" and isinstance(value, Mapping):
            for name, more in value.items():
                _take(said, name, more)
        elif free_forms.milestone_id(key) and isinstance(value, Mapping):
            _take(said, key, value)
    return said


def joined(body: Body, before: Mapping[str, Any], now: Mapping[str, Any]) -> Body:
    """Return a milestone's body with what the file says now and without what it said before and says no more."""
    found = body.get("dependencies") if isinstance(body.get("dependencies"), Mapping) else {}
    wanted = dict(found or {})
    for key in ("requires", "enables", "shared_resources"):
        gone = set(before.get(key, ())) - set(now.get(key, ()))
        kept = [item for item in wanted.get(key) or [] if item not in gone]
        listed = list(dict.fromkeys([*kept, *now.get(key, ())]))
        if listed != list(wanted.get(key) or []):
            wanted[key] = listed
    joined_body = {**body, "dependencies": wanted} if wanted != (found or {}) else body
    return _with_risks(joined_body, before.get("risks", []), now.get("risks", []))


def without(said: Body, milestone: str, other: str, key: str = "requires") -> Body:
    """Return what the file should say once a milestone no longer requires another."""
    about = said.get(milestone, {})
    if other not in about.get(key, ()):
        return said
    return {**said, milestone: {**about, key: [item for item in about[key] if item != other]}}


def written(raw: Mapping[str, Any], milestone: str) -> tuple[str, Mapping[str, Any]] | None:
    """Return the folded key a milestone stands under, and its folded keys; None where it is no map."""
    for key, more in raw.items():
        if free_forms.milestone_id(key) == milestone and isinstance(more, Mapping):
            return words.fold(key), {words.fold(inner): value for inner, value in more.items()}
    return None


def contradictions(said: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a finding for each thing the file says and the records do not, and each milestone nobody knows."""
    known = {str(row["id"]): row for row in rows}
    found: list[dict[str, Any]] = []
    for name, about in said.items():
        if name not in known:
            found.append(_finding("unknown_reference", f"It names {name}, which is not there."))
            continue
        missing = [item for item in about.get("requires", ()) if item not in known[name].get("requires", ())]
        found += [
            _finding("contradiction", f"It says that {name} needs {item}; the record does not.")
            for item in missing
        ]
        named = [("needs", item) for item in about.get("requires", ())]
        named += [("enables", item) for item in about.get("enables", ())]
        found += [
            _finding("unknown_reference", f"{name} {verb} {item}, which is not there.")
            for verb, item in named
            if item not in known
        ]
    return found


def _take(said: Body, name: str, more: Any) -> None:
    milestone = free_forms.milestone_id(name)
    if milestone is None:
        return
    about = said.setdefault(milestone, {})
    if not isinstance(more, Mapping):
        more = {"requires": more}
    for key, value in more.items():
        known = _LISTS.get(words.fold(key))
        if known is None:
            continue
        members = free_forms.words_of(value) or []
        read_one = str if known == "shared_resources" else free_forms.milestone_id
        about[known] = [word for member in members if (word := read_one(member))]


def _take_risk(said: Body, risk: Any) -> None:
    about = dict(free_forms.risk(risk))
    milestone = free_forms.milestone_id(about.pop("milestone", None))
    if milestone is None:
        return
    listed = said.setdefault(milestone, {}).setdefault("risks", [])
    about.setdefault("id", f"shared-{len(listed) + 1:03d}")
    listed.append(about)


def _with_risks(body: Body, before: list[Body], now: list[Body]) -> Body:
    listed = [risk for risk in body.get("risks") or [] if isinstance(risk, dict)]
    gone = {risk["id"] for risk in before} - {risk["id"] for risk in now}
    kept = [risk for risk in listed if risk.get("id") not in gone]
    known = {risk.get("id") for risk in kept}
    wanted = [*kept, *(risk for risk in now if risk["id"] not in known)]
    return {**body, "risks": wanted} if wanted != listed else body


def _finding(code: str, message: str) -> dict[str, Any]:
    return {
        "severity": "warning",
        "code": code,
        "path": "active/dependencies.yaml",
        "line": None,
        "message": message,
        "hint": "Say it in the record, or take it out of dependencies.yaml.",
    }
