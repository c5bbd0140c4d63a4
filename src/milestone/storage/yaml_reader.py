"""Read the YAML file of a record: strict against attacks, lenient towards people."""

import msgspec

from milestone import strict_yaml
from milestone.domain import vocabulary
from milestone.domain.document import Body
from milestone.domain.remark import Remark
from milestone.storage.base import Warning


class ReadRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says, in canonical words, and what a person should know about it."""

    body: Body
    warnings: tuple[Warning, ...] = ()
    is_named: bool = True  # the uid stands in the file, and is not derived from its name


def read_record(text: str, name: str) -> ReadRecord:
    """Return the record in the text of a file; `name` is its path under `.milestones/`, such as
    `active/milestone-001.yaml`.

    What is not understood is kept as found and named in a warning; nothing of it refuses.

    Raises:
        UnreadableFile: no YAML, no record, or more than a record needs; the file stays as it is.
    """
    root = strict_yaml.compose(text, name)
    if not isinstance(root.value, dict):
        raise strict_yaml.refusal(
            name,
            text,
            root.line,
            root.column,
            "is no record",
            "a record is keys with values, such as `title: Log in`",
        )
    meant = vocabulary.understand(root.value, name)
    warnings = tuple(_warning(remark, root, name) for remark in meant.remarks)
    return ReadRecord(body=meant.body, warnings=warnings, is_named=meant.is_named)


def _warning(remark: Remark, root: strict_yaml.Node, name: str) -> Warning:
    place = strict_yaml.nearest(root, remark.path)
    return Warning(
        code=remark.code,
        message=remark.message,
        hint=remark.hint,
        path=name,
        line=place.line,
        column=place.column,
    )
