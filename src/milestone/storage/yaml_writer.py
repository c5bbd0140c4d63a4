"""Write the YAML file of a record: ours as a whole, a person's only where it changed."""

from milestone.domain.document import Body
from milestone.storage import yaml_emit
from milestone.storage.yaml_emit import SCHEMA_LINE as SCHEMA_LINE


def write_record(body: Body, *, before_text: str | None = None, before_body: Body | None = None) -> str:
    """Return the text of a record's file; the same text when nothing changed.

    Without `before_text`, or where that is just what we would have written for `before_body`, the whole file is
    written anew.
    """
    if before_text is not None and body == before_body:
        return before_text
    return yaml_emit.emit(body)
