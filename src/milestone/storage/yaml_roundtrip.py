"""The last resort for a file a person touched: ruamel rewrites whole top-level values, comments elsewhere stay."""

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from milestone import strict_yaml
from milestone.domain import free_forms, vocabulary
from milestone.domain.document import Body
from milestone.storage import yaml_edit
from milestone.storage.yaml_order import RECORD


def rewrite(text: str, body: Body, name: str) -> str | None:
    """Return the text with the top-level values that differ from `body` written anew; None if it fails."""
    body = vocabulary.understand(body, name).body
    said = strict_yaml.load(text, name)
    read = vocabulary.understand(said, name).body
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    try:
        tree: Any = yaml.load(text.removeprefix("\ufeff"))
    except YAMLError:  # it is stricter in places
        return None
    wrapper = vocabulary.wrapper(said)
    record = tree[wrapper[0]] if wrapper else tree
    for key in [key for key in {*read, *body} if read.get(key) != body.get(key)]:
        raw = next((other for other in record if free_forms.canonical_key(str(other), RECORD) == key), key)
        if key in body:
            record[raw] = body[key]
        else:
            record.pop(raw, None)
    written = io.StringIO()
    yaml.dump(tree, written)
    result = bom + written.getvalue()
    result = result.replace("\n", "\r\n") if "\r\n" in text else result
    return result if yaml_edit.reads_as(result, body, name) else None
