"""What people write, in the words of the records: lenient, never refusing, forgetting nothing.

Keys match without regard to case, spaces and hyphens, by the other words of `shape.SHAPE`; values are turned into
what the key holds. A key nobody knows stays as found. A value that cannot be what its key holds is left out of the
body, stays in the file, and is named in a remark.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from milestone import ids
from milestone.domain import free_forms, shape, words
from milestone.domain.document import Body

Path = tuple[str | int, ...]

_ABSENT: Any = object()
_PLACEHOLDER = re.compile(r"(?:milestone|task)-[xX]+")
_WRAPPERS = frozenset({"milestone", "milestone_progress", "record"})
_READ_ELSEWHERE = frozenset({"cross_team_coordination", "current_phase"})
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?=$|[T ])")


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tell about a record, at a path of its raw keys and indexes."""

    code: str
    message: str
    path: Path = ()
    hint: str | None = None


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """A record in canonical words, and what to tell about it."""

    body: Body
    remarks: tuple[Remark, ...] = ()


def understand(raw: Mapping[str, Any], name: str) -> Understood:
    """Return the canonical body of what a file named `name`, such as `active/milestone-001.yaml`, holds.

    `id`, `uid`, `title` and `status` are always there afterwards. Understanding a canonical body changes nothing.
    """
    reader = _Reader()
    prefix = wrapper(raw)
    inner = raw[prefix[0]] if prefix else raw
    body = reader.record(inner, "milestone", prefix)
    _across_teams(body, reader)
    stem = name.rpartition("/")[2].rpartition(".")[0] or name
    _name(body, stem, reader)
    if not body.get("title"):
        described = str(body.get("description") or "").strip().split("\n")[0][:80]
        body["title"] = described or body["id"]
        reader.remark("missing_title", f"{body['id']} has no title.", prefix, "Give it one: `title: …`.")
    if "status" not in body:
        archived = name.startswith("completed/") or "/completed/" in name
        body["status"] = "archived" if archived else status_from_tasks(body.get("tasks") or ())
    return Understood(body=body, remarks=tuple(reader.remarks()))


def wrapper(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the one key around a whole record (`milestone: {…}`), as a path; empty for a record without one."""
    if len(raw) == 1:
        key, value = next(iter(raw.items()))
        if words.fold(key) in _WRAPPERS and isinstance(value, Mapping):
            return (key,)
    return ()


def status_from_tasks(tasks: Any) -> str:
    """Return the status of a milestone that has none, from its tasks."""
    states = {task.get("status", "pending") for task in tasks if isinstance(task, Mapping)} - {"cancelled"}
    if states == {"completed"}:
        return "completed"
    return "planned" if states <= {"pending"} else "in_progress"


class _Reader:
    """Reads records place by place and keeps the remarks."""

    def __init__(self) -> None:
        self._remarks: list[Remark] = []
        self._unknown: list[Path] = []

    def remarks(self) -> list[Remark]:
        """Return what there is to tell; keys nobody knows are named together, once."""
        if not self._unknown:
            return self._remarks
        names = ", ".join(dict.fromkeys(str(path[-1]) for path in self._unknown))
        return [
            *self._remarks,
            Remark(
                code="unknown_key",
                message=f"Not understood and left as it is: {names}.",
                path=self._unknown[0],
                hint="`milestone schema milestone` shows every key.",
            ),
        ]

    def remark(self, code: str, message: str, path: Path, hint: str | None = None) -> None:
        self._remarks.append(Remark(code=code, message=message, path=path, hint=hint))

    def record(self, raw: Mapping[str, Any], place: str, path: Path) -> Body:
        """Return one record in canonical words; the exact key wins over other words for it."""
        fields = shape.SHAPE[place]
        body: Body = {}
        for key in [key for key in raw if key in fields]:
            self._put(body, key, fields[key], raw[key], (*path, key))
        for key, value in raw.items():
            known = free_forms.canonical_key(key, place)
            if key == known:
                continue
            if known is not None and known not in body:
                self._put(body, known, fields[known], value, (*path, key))
            elif known is None and place == "milestone" and words.fold(key) in shape.DEEPER:
                self._put_deeper(body, key, value, (*path, key))
            else:
                body[key] = value
                if known is None and words.fold(key) not in _READ_ELSEWHERE:
                    self._unknown.append((*path, key))
        return {key: body[key] for key in (*raw, *body) if key in body}

    def _put(self, body: Body, key: str, field: shape.Field, value: Any, path: Path) -> None:
        read = self._value(field, value, path)
        if read is not _ABSENT:
            body[key] = read

    def _put_deeper(self, body: Body, key: str, value: Any, path: Path) -> None:
        """Put a value that people write at the top where it belongs; what stands there already wins."""
        place, inner = shape.DEEPER[words.fold(key)]
        if inner == "enabled" and isinstance(value, Mapping):
            self._workflow_at_the_top(body, value, path)
            return
        there = body.get(place, {})
        if inner in there:
            body[key] = value
            return
        read = self._value(shape.SHAPE[place][inner], value, path)
        if read is not _ABSENT:
            body[place] = {**there, inner: read}

    def _workflow_at_the_top(self, body: Body, value: Mapping[str, Any], path: Path) -> None:
        workflow = self.record(value, "kiro_workflow", path)
        phases = workflow.pop("phases", None)
        if phases:
            body.setdefault("phases", phases)
        body["kiro_configuration"] = {**workflow, **body.get("kiro_configuration", {})}

    def _value(self, field: shape.Field, value: Any, path: Path) -> Any:
        if value is None:
            return _ABSENT
        read = _KINDS[field.kind](self, value, field.of, path)
        if read is _ABSENT:
            self.remark(
                "not_understood",
                f"{path[-1]}: {_short(value)} is not what this key holds. {field.about}",
                path,
                "It stays in the file as it is and counts as absent.",
            )
        return read

    def text(self, value: Any, _of: str, _path: Path) -> Any:
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return str(value)
        if isinstance(value, list) and all(isinstance(member, (str, int, float)) for member in value):
            return ", ".join(str(member) for member in value)
        return _ABSENT

    def texts(self, value: Any, of: str, path: Path) -> Any:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()] if value.strip() else []
        if isinstance(value, list):
            return [text for member in value if (text := self.text(member, of, path)) is not _ABSENT]
        text = self.text(value, of, path)
        return text if text is _ABSENT else [text]

    def word(self, value: Any, of: str, path: Path) -> Any:
        text = self.text(value, of, path)
        return text if text is _ABSENT else words.level(text)

    def milestone_id(self, value: Any, _of: str, _path: Path) -> Any:
        read = free_forms.milestone_id(value)
        return _ABSENT if read is None or "/" in read or _PLACEHOLDER.fullmatch(read) else read

    def task_id(self, value: Any, _of: str, _path: Path) -> Any:
        read = free_forms.task_id(value)
        return _ABSENT if read is None or "/" in read or _PLACEHOLDER.fullmatch(read) else read

    def milestone_ids(self, value: Any, _of: str, path: Path) -> Any:
        return self._ids(value, free_forms.milestone_id, path)

    def task_ids(self, value: Any, _of: str, path: Path) -> Any:
        return self._ids(value, free_forms.task_id, path)

    def _ids(self, value: Any, read: Callable[[Any], str | None], path: Path) -> Any:
        members = free_forms.words_of(value)
        if members is None:
            return _ABSENT
        found = [read(member) for member in members]
        for position, (member, word) in enumerate(zip(members, found, strict=True)):
            if word is None:
                self.remark("not_understood", f"{_short(member)} names no record.", (*path, position))
        return list(dict.fromkeys(word for word in found if word is not None))

    def number(self, value: Any, _of: str, _path: Path) -> Any:
        read = words.number(value)
        return _ABSENT if read is None or read < 0 else read

    def numbers(self, value: Any, _of: str, _path: Path) -> Any:
        if not isinstance(value, Mapping):
            return _ABSENT
        return {
            words.fold(key): read for key, figure in value.items() if (read := words.number(figure)) is not None
        }

    def estimate(self, value: Any, of: str, path: Path) -> Any:
        return self.record(value, of, path) if isinstance(value, Mapping) else self.number(value, of, path)

    def boolean(self, value: Any, _of: str, _path: Path) -> Any:
        read = words.boolean(value)
        return _ABSENT if read is None else read

    def chance(self, value: Any, _of: str, _path: Path) -> Any:
        read = words.chance(value)
        return _ABSENT if read is None else read

    def date(self, value: Any, _of: str, _path: Path) -> Any:
        if not isinstance(value, str):
            return _ABSENT
        match = _DATE.match(value.strip())
        if match is None or not (1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 31):
            return _ABSENT
        return f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"

    def any(self, value: Any, _of: str, _path: Path) -> Any:
        return value

    def a_record(self, value: Any, of: str, path: Path) -> Any:
        if isinstance(value, Mapping):
            return self.record(value, of, path)
        enabled = words.boolean(value) if "enabled" in shape.SHAPE[of] else None
        if enabled is not None:
            return {"enabled": enabled}
        return _ABSENT

    def records(self, value: Any, of: str, path: Path) -> Any:
        if not isinstance(value, list):
            return _ABSENT
        return [
            self.record(member, of, (*path, position)) if isinstance(member, Mapping) else member
            for position, member in enumerate(value)
        ]

    def facts(self, value: Any, of: str, path: Path) -> Any:
        if isinstance(value, Mapping):
            return [
                {"name": name, **self.record(fact, of, (*path, name))}
                if isinstance(fact, Mapping)
                else {"name": name, "text": str(fact)}
                for name, fact in value.items()
            ]
        if not isinstance(value, list):
            value = [value]
        return [
            self.record(member, of, (*path, position))
            if isinstance(member, Mapping)
            else free_forms.sentence(member)
            for position, member in enumerate(value)
            if member is not None
        ]

    def things(self, value: Any, _of: str, _path: Path) -> Any:
        return value if isinstance(value, list) else [value] if isinstance(value, (str, Mapping)) else _ABSENT

    def named(self, value: Any, of: str, path: Path) -> Any:
        if isinstance(value, Mapping):
            value = [{"name": name, **(more if isinstance(more, Mapping) else {"path": str(more)})}
                     for name, more in value.items()]  # fmt: skip
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            return _ABSENT
        return [
            self.record(member, of, (*path, position))
            if isinstance(member, Mapping)
            else {"name": free_forms.sentence(member)}
            for position, member in enumerate(value)
            if member is not None
        ]

    def tasks(self, value: Any, of: str, path: Path) -> Any:
        members = free_forms.tasks(value)
        if members is None:
            return _ABSENT
        found = [self._task(free_forms.task(member), of, (*path, key)) for key, member in members]
        _number(found, "task", self, path)
        for task in found:
            task.setdefault("title", task["id"])
            task.setdefault("status", "pending")
        return found

    def _task(self, raw: Mapping[str, Any], of: str, path: Path) -> Body:
        task = self.record(raw, of, path)
        phase = task.get("current_phase")  # of the old form, where it stood beside the workflow
        if isinstance(phase, str) and isinstance(task.get("kiro_workflow"), dict):
            task["kiro_workflow"].setdefault("current_phase", words.level(phase))
        return task

    def risks(self, value: Any, of: str, path: Path) -> Any:
        members = free_forms.risks(value)
        if members is None:
            return _ABSENT
        found = [self.record(free_forms.risk(member), of, (*path, key)) for key, member in enumerate(members)]
        _number(found, "risk", self, path)
        return found

    def questions(self, value: Any, of: str, path: Path) -> Any:
        found = self.records(value if isinstance(value, list) else [value], of, path)
        found = [member if isinstance(member, dict) else {"text": free_forms.sentence(member)} for member in found]
        _number(found, "question", self, path)
        return found

    def allocation(self, value: Any, of: str, path: Path) -> Any:
        members = free_forms.allocation(value)
        if members is None:
            return _ABSENT
        return [self.record(member, of, (*path, key)) for key, member in enumerate(members)]

    def dependencies(self, value: Any, of: str, path: Path) -> Any:
        if not isinstance(value, Mapping):
            reasons = free_forms.reasons(value)
            requires = self.milestone_ids(value, of, path)
            if requires is _ABSENT:
                return _ABSENT
            return {"requires": requires, **({"reasons": reasons} if reasons else {})}
        known = {key: more for key, more in value.items() if free_forms.canonical_key(key, of)}
        others = {key: more for key, more in value.items() if key not in known}
        found = self.record(known, of, path)
        for key, more in others.items():
            self._group(found, key, more, (*path, key))
        return found

    def _group(self, found: Body, key: str, more: Any, path: Path) -> None:
        """Read `Technical: [{milestone-045: "why"}]` or `milestone-045: "why"` as requirements."""
        if ids.parse_milestone_id(key) and not isinstance(more, (list, Mapping)):
            group, reasons = [ids.parse_milestone_id(key) or key], free_forms.reasons([{key: more}])
        elif isinstance(more, (list, str)) or (
            isinstance(more, Mapping) and all(ids.parse_milestone_id(k) for k in more)
        ):
            read = self.milestone_ids(more, "", path)
            group, reasons = ([] if read is _ABSENT else read), free_forms.reasons(more)
            found["groups"] = {**found.get("groups", {}), words.fold(key): group}
        else:
            found[key] = more
            self._unknown.append(path)
            return
        found["requires"] = list(dict.fromkeys([*found.get("requires", []), *group]))
        if reasons:
            found["reasons"] = {**found.get("reasons", {}), **reasons}

    def gates(self, value: Any, of: str, path: Path) -> Any:
        if not isinstance(value, Mapping):
            return _ABSENT
        return {
            words.fold(key): self.record(gate, of, (*path, key)) if isinstance(gate, Mapping) else gate
            for key, gate in value.items()
        }

    def phases(self, value: Any, of: str, path: Path) -> Any:
        if isinstance(value, list):
            return {words.fold(str(name)): {} for name in value if isinstance(name, (str, int))}
        if not isinstance(value, Mapping):
            return _ABSENT
        return {
            words.fold(name): self.record(phase, of, (*path, name)) if isinstance(phase, Mapping) else {}
            for name, phase in value.items()
        }

    def milestone_status(self, value: Any, _of: str, _path: Path) -> Any:
        return _ABSENT if (known := words.milestone_status(value)) is None else known

    def task_status(self, value: Any, _of: str, _path: Path) -> Any:
        return _ABSENT if (known := words.task_status(value)) is None else known

    def phase_status(self, value: Any, _of: str, _path: Path) -> Any:
        return _ABSENT if (known := words.phase_status(value)) is None else known


_KINDS: dict[str, Callable[[_Reader, Any, str, Path], Any]] = {
    "milestone_id": _Reader.milestone_id,
    "task_id": _Reader.task_id,
    "milestone_ids": _Reader.milestone_ids,
    "task_ids": _Reader.task_ids,
    "text": _Reader.text,
    "texts": _Reader.texts,
    "word": _Reader.word,
    "number": _Reader.number,
    "numbers": _Reader.numbers,
    "estimate": _Reader.estimate,
    "boolean": _Reader.boolean,
    "chance": _Reader.chance,
    "date": _Reader.date,
    "any": _Reader.any,
    "record": _Reader.a_record,
    "records": _Reader.records,
    "facts": _Reader.facts,
    "things": _Reader.things,
    "named": _Reader.named,
    "tasks": _Reader.tasks,
    "risks": _Reader.risks,
    "questions": _Reader.questions,
    "allocation": _Reader.allocation,
    "dependencies": _Reader.dependencies,
    "gates": _Reader.gates,
    "phases": _Reader.phases,
    "workflow": _Reader.a_record,
    "milestone_status": _Reader.milestone_status,
    "task_status": _Reader.task_status,
    "phase_status": _Reader.phase_status,
}


def _across_teams(body: Body, reader: _Reader) -> None:
    """Read `Cross-Team Coordination: {Lead Team, Contributing Teams, Approval Required}`, which stays as found."""
    block = next((body[key] for key in body if words.fold(key) == "cross_team_coordination"), None)
    if not isinstance(block, Mapping):
        return
    said = {words.fold(key): value for key, value in block.items()}
    lead = said.get("lead_team")
    if isinstance(lead, str):
        body.setdefault("owner", lead)
    teams = reader.texts(said.get("contributing_teams"), "", ())
    if teams is not _ABSENT:
        body["resources"] = {"team_members": teams, **body.get("resources", {})}
    if "approval_required" in said:
        body.setdefault("approval_required", said["approval_required"])


def _name(body: Body, stem: str, reader: _Reader) -> None:
    fallback = free_forms.milestone_id(stem) or "milestone"
    if "id" not in body:
        body["id"] = fallback
    if not isinstance(body.get("uid"), str) or not re.fullmatch(r"[\w-]{8,64}", body["uid"]):
        body["uid"] = ids.uid_from_name(stem)
    if body["id"] != fallback:
        reader.remark(
            "id_differs_from_name",
            f"The file {stem} holds {body['id']}.",
            ("id",),
            "Both names find it; rename the file, or change its id, to end the doubt.",
        )


def _number(found: list[Body], word: str, reader: _Reader, path: Path) -> None:
    """Give an id to each member that has none or a taken one: its position, else the next free number."""
    taken = {str(member["id"]) for member in found if "id" in member}
    seen: set[str] = set()
    for position, member in enumerate(found):
        wanted = member.get("id")
        if wanted is not None and wanted not in seen:
            seen.add(wanted)
            continue
        number = position + 1
        while f"{word}-{number:03d}" in taken:
            number += 1
        member["id"] = f"{word}-{number:03d}"
        taken.add(member["id"])
        seen.add(member["id"])
        if wanted is not None:
            reader.remark(
                f"repeated_{word}_id",
                f"Two {word}s are called {wanted}; the later one is read as {member['id']}.",
                (*path, position),
            )


def _short(value: Any) -> str:
    said = str(value)
    return repr(said if len(said) <= 40 else said[:37] + "...")
