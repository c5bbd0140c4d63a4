"""Write the YAML file of a record: ours as a whole, a person's only where it changed."""

from milestone import registry
from milestone.domain.document import Body
from milestone.storage import yaml_emit
from milestone.storage.yaml_emit import SCHEMA_LINE as SCHEMA_LINE

# How a file that a person touched is brought to a body, best first; each answers None when it cannot.
# A plain change of a file of ours loads none of them.
EDITS = ("milestone.storage.yaml_edit:edit", "milestone.storage.yaml_roundtrip:rewrite")


def write_record(body: Body, *, before_text: str | None = None, before_body: Body | None = None) -> str:
    """Return the text of a record's file; the same text when nothing changed.

    `before_text` is the file as it is, byte order mark and line ends included, `before_body` what it reads as.
    Without them, or where the text is just what we wrote, the whole file is written anew. In a file that a person
    touched only the places that differ change: comments, order, quoting and unknown keys of the rest stay.
    """
    if before_text is None:
        return yaml_emit.emit(body)
    if body == before_body:
        return before_text
    if before_body is not None and yaml_emit.emit(before_body) == before_text:
        return yaml_emit.emit(body)
    name = f"{body.get('id', 'record')}.yaml"
    for target in EDITS:
        text: str | None = registry.load(target)(before_text, body, name)
        if text is not None:
            return text
    return yaml_emit.emit(body)
