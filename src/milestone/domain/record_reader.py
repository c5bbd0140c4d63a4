"""Read one record after another, place by place of `shape.SHAPE`, and keep what there is to tell."""

from collections.abc import Callable, Mapping
from typing import Any

from milestone import ids
from milestone.domain import free_forms, remark, shape, single_values, words
from milestone.domain.deeper import DEEPER
from milestone.domain.document import Body
from milestone.domain.remark import Path, Remark
from milestone.domain.single_values import ABSENT

_READ_ELSEWHERE = frozenset({"cross_team_coordination", "current_phase"})


class RecordReader:
    """Reads records place by place and keeps the remarks."""

    def __init__(self) -> None:
        self._remarks: list[Remark] = []
        self._unknown: list[Path] = []

    def remarks(self) -> list[Remark]:
        """Return what there is to tell; keys nobody knows are named together, once."""
        return [*self._remarks, *remark.unknown_keys(self._unknown)]

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
            if key == known or key == "":  # a path cannot say an empty key
                continue
            if known is not None and known not in body:
                self._put(body, known, fields[known], value, (*path, key))
            elif known is None and place == "milestone" and words.fold(key) in DEEPER:
                self._put_deeper(body, key, value, (*path, key))
            else:
                body[key] = value
                if known is None and words.fold(key) not in _READ_ELSEWHERE:
                    self._unknown.append((*path, key))
        return {key: body[key] for key in (*raw, *body) if key in body}

    def _put(self, body: Body, key: str, field: shape.Field, value: Any, path: Path) -> None:
        read = self._value(field, value, path)
        if read is not ABSENT:
            body[key] = read

    def _put_deeper(self, body: Body, key: str, value: Any, path: Path) -> None:
        """Put a value that people write at the top where it belongs; what stands there already wins."""
        place, inner = DEEPER[words.fold(key)]
        if inner == "enabled" and isinstance(value, Mapping):
            self._workflow_at_the_top(body, value, path)
            return
        there = body.get(place, {})
        if inner in there:
            body[key] = value
            return
        read = self._value(shape.SHAPE[place][inner], value, path)
        if read is not ABSENT:
            body[place] = {**there, inner: read}

    def _workflow_at_the_top(self, body: Body, value: Mapping[str, Any], path: Path) -> None:
        workflow = self.record(value, "kiro_workflow", path)
        phases = workflow.pop("phases", None)
        if phases:
            body.setdefault("phases", phases)
        joined = {**workflow, **body.get("kiro_configuration", {})}
        body["kiro_configuration"] = self.record(joined, "kiro_configuration", path)

    def _value(self, field: shape.Field, value: Any, path: Path) -> Any:
        if value is None:
            return ABSENT
        single = single_values.KINDS.get(field.kind)
        read = single(value) if single else _KINDS[field.kind](self, value, field.of, path)
        if read is ABSENT:
            self.remark(
                "not_understood",
                f"{remark.cut(str(path[-1]))}: {remark.short(value)} is not what this key holds. {field.about}",
                path,
                "It stays in the file as it is and counts as absent.",
            )
        return read

    def milestone_ids(self, value: Any, _of: str, path: Path) -> Any:
        return self._ids(value, free_forms.milestone_id, path)

    def task_ids(self, value: Any, _of: str, path: Path) -> Any:
        return self._ids(value, free_forms.task_id, path)

    def _ids(self, value: Any, read: Callable[[Any], str | None], path: Path) -> Any:
        members = free_forms.words_of(value)
        if members is None:
            return ABSENT
        found = [read(member) for member in members]
        for position, (member, word) in enumerate(zip(members, found, strict=True)):
            if word is None:
                self.remark("not_understood", f"{remark.short(member)} names no record.", (*path, position))
        return list(dict.fromkeys(word for word in found if word is not None))

    def estimate(self, value: Any, of: str, path: Path) -> Any:
        return self.record(value, of, path) if isinstance(value, Mapping) else single_values.number(value)

    def a_record(self, value: Any, of: str, path: Path) -> Any:
        if isinstance(value, Mapping):
            return self.record(value, of, path)
        enabled = words.boolean(value) if "enabled" in shape.SHAPE[of] else None
        if enabled is not None:
            return {"enabled": enabled}
        return ABSENT

    def records(self, value: Any, of: str, path: Path) -> Any:
        if not isinstance(value, list):
            return ABSENT
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

    def named(self, value: Any, of: str, path: Path) -> Any:
        if isinstance(value, Mapping):
            value = [{"name": name, **(more if isinstance(more, Mapping) else {"path": str(more)})}
                     for name, more in value.items()]  # fmt: skip
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            return ABSENT
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
            return ABSENT
        found = [self._task(free_forms.task(member), of, (*path, key)) for key, member in members]
        self._number(found, "task", path)
        for task in found:
            task.setdefault("title", task["id"])
            task.setdefault("status", "pending")
        free_forms.name_by_title(found)
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
            return ABSENT
        found = [self.record(free_forms.risk(member), of, (*path, key)) for key, member in enumerate(members)]
        self._number(found, "risk", path)
        return found

    def questions(self, value: Any, of: str, path: Path) -> Any:
        found = self.records(value if isinstance(value, list) else [value], of, path)
        found = [member if isinstance(member, dict) else {"text": free_forms.sentence(member)} for member in found]
        self._number(found, "question", path)
        return found

    def _number(self, found: list[Body], noun: str, path: Path) -> None:
        for position, wanted in free_forms.number(found, noun):
            given = found[position]["id"]
            self.remark(
                f"repeated_{noun}_id",
                f"Two {noun}s are called {wanted}; the later one is read as {given}.",
                (*path, position),
            )

    def allocation(self, value: Any, of: str, path: Path) -> Any:
        if isinstance(value, str):
            return value
        members = free_forms.allocation(value)
        if members is None:
            return ABSENT
        return [self.record(member, of, (*path, key)) for key, member in enumerate(members)]

    def dependencies(self, value: Any, of: str, path: Path) -> Any:
        if not isinstance(value, Mapping):
            reasons = free_forms.reasons(value)
            requires = self.milestone_ids(value, of, path)
            if requires is ABSENT:
                return ABSENT
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
            group, reasons = ([] if read is ABSENT else read), free_forms.reasons(more)
            found["groups"] = {**_as_map(found.get("groups")), words.fold(key): group}
        else:
            found[key] = more
            self._unknown.append(path)
            return
        found["requires"] = list(dict.fromkeys([*found.get("requires", []), *group]))
        if reasons:
            found["reasons"] = {**_as_map(found.get("reasons")), **reasons}

    def gates(self, value: Any, of: str, path: Path) -> Any:
        if not isinstance(value, Mapping):
            return ABSENT
        return {
            words.fold(key): self.record(gate, of, (*path, key)) if isinstance(gate, Mapping) else gate
            for key, gate in value.items()
        }

    def phases(self, value: Any, of: str, path: Path) -> Any:
        if isinstance(value, list):
            return {words.fold(str(name)): {} for name in value if isinstance(name, (str, int))}
        if not isinstance(value, Mapping):
            return ABSENT
        return {
            words.fold(name): self.record(phase, of, (*path, name)) if isinstance(phase, Mapping) else {}
            for name, phase in value.items()
        }


_KINDS: dict[str, Callable[["RecordReader", Any, str, Path], Any]] = {
    "milestone_ids": RecordReader.milestone_ids,
    "task_ids": RecordReader.task_ids,
    "estimate": RecordReader.estimate,
    "record": RecordReader.a_record,
    "records": RecordReader.records,
    "facts": RecordReader.facts,
    "named": RecordReader.named,
    "tasks": RecordReader.tasks,
    "risks": RecordReader.risks,
    "questions": RecordReader.questions,
    "allocation": RecordReader.allocation,
    "dependencies": RecordReader.dependencies,
    "gates": RecordReader.gates,
    "phases": RecordReader.phases,
    "workflow": RecordReader.a_record,
}


def _as_map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
