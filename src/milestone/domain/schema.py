"""JSON Schemas of the files people write, made from the table of their shape."""

from collections.abc import Callable
from typing import Any

from milestone.domain import shape
from milestone.domain.states import TABLES

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_NUMBER: Schema = {"type": ["number", "string"]}  # `8`, or in words: `2 days`
_FLAG: Schema = {"type": ["boolean", "string"]}
_TEXTS: Schema = {"type": ["array", "string"], "items": _TEXT}
_STATES = {f"{noun}_status": [state.value for state in table] for noun, table in TABLES.items()}
_SINGLE: dict[str, Schema] = {
    "any": {},
    "text": _TEXT,
    "word": {"type": "string"},
    "texts": _TEXTS,
    "rules": {"type": ["array", "string", "object"], "items": _TEXT},
    "milestone_id": {"type": ["string", "integer"]},
    "task_id": {"type": ["string", "integer"]},
    "milestone_ids": {"type": ["array", "string"], "items": {"type": ["string", "integer", "object"]}},
    "task_ids": {"type": ["array", "string"], "items": {"type": ["string", "integer", "object"]}},
    "number": _NUMBER,
    "numbers": {"type": "object", "additionalProperties": _NUMBER},
    "boolean": _FLAG,
    "chance": {"type": ["number", "string"]},
    "date": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}"},
    "things": {"type": ["array", "string"]},
    "allocation": {"type": ["array", "object", "string"]},
    **{kind: {"anyOf": [{"enum": states}, {"type": "string"}]} for kind, states in _STATES.items()},
}


def kinds() -> dict[str, Callable[[], Schema]]:
    """Return what has a schema, by the word `milestone schema` takes."""
    return {"milestone": milestone, "plan": plan, "task": task, "team": team, "dependencies": dependencies}


def milestone() -> Schema:
    """Return the schema of a milestone file."""
    return _document("A milestone", {"$ref": "#/$defs/milestone"}, _definitions())


def task() -> Schema:
    """Return the schema of a task."""
    return _document("A task", {"$ref": "#/$defs/task"}, _definitions())


def plan() -> Schema:
    """Return the schema of what `plan --from` takes: one milestone, a list, or a map of them."""
    one: Schema = {"$ref": "#/$defs/milestone"}
    many: Schema = {"type": "array", "items": one}
    whole: Schema = {"type": "object", "required": ["milestones"], "properties": {"milestones": many}}
    return _document("A plan handed in", {"anyOf": [whole, many, one]}, _definitions())


def team() -> Schema:
    """Return the schema of `config/team.yaml`."""
    person = {
        "type": "object",
        "required": ["handle"],
        "properties": {
            "handle": {"type": "string", "description": "How the person is named in records."},
            "name": {"type": "string"},
            "roles": _TEXTS,
            "skills": _TEXTS,
            "capacity_hours": {"type": "number", "description": "Hours a week."},
            "timezone": {"type": "string"},
            "teams": _TEXTS,
            "keys": _TEXTS,
        },
    }
    people = {"type": "array", "items": person}
    return _document("The people of a project", {"type": "object", "properties": {"people": people}}, {})


def dependencies() -> Schema:
    """Return the schema of `active/dependencies.yaml`."""
    one = {
        "type": "object",
        "properties": {
            "depends_on": _SINGLE["milestone_ids"],
            "enables": _SINGLE["milestone_ids"],
            "shared_resources": _TEXTS,
            "critical_path": _FLAG,
        },
    }
    properties = {
        "dependencies": {"type": "object", "additionalProperties": one},
        "risk_matrix": {"type": "object"},
    }
    return _document("Dependencies between milestones", {"type": "object", "properties": properties}, {})


def _document(title: str, schema: Schema, definitions: Schema) -> Schema:
    return {"$schema": DIALECT, "title": title, **schema, **({"$defs": definitions} if definitions else {})}


def _definitions() -> Schema:
    return {
        place: {
            "type": "object",
            "properties": {key: _property(field) for key, field in fields.items()},
            **({"required": ["title"]} if place == "milestone" else {}),
        }
        for place, fields in shape.SHAPE.items()
    }


def _property(field: shape.Field) -> Schema:
    return {"description": field.about, **_of_kind(field)}


def _of_kind(field: shape.Field) -> Schema:
    if field.kind in _SINGLE:
        return _SINGLE[field.kind]
    one: Schema = {"$ref": f"#/$defs/{field.of}"}
    if field.kind == "estimate":
        return {"anyOf": [_NUMBER, one]}
    if field.kind in ("phases", "gates"):
        return {"type": ["object", "array"], "additionalProperties": one}
    if field.kind == "dependencies":
        return {"anyOf": [one, {"type": ["array", "string"]}]}
    if field.kind in ("record", "workflow"):
        return {"anyOf": [one, _FLAG]}
    return {"anyOf": [{"type": "array", "items": {"anyOf": [one, _TEXT]}}, {"type": ["object", "string"]}]}
