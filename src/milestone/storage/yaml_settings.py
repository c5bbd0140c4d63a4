"""Set one value in a YAML file of settings; comments and all other lines stay."""

from typing import Any

from milestone import errors, strict_yaml
from milestone.domain import words
from milestone.storage import yaml_emit, yaml_splice
from milestone.strict_yaml import Node


def put(text: str, path: tuple[str, ...], value: Any, name: str) -> str:
    """Return the text with a value at a path of keys, which match without regard to case and hyphens.

    Raises:
        UnreadableFile: the file is no YAML, or writes what stands there in a form that cannot be changed alone.
    """
    root = strict_yaml.compose(text, name)
    if not root.items:
        if root.value not in (None, {}):
            raise strict_yaml.refusal(
                name, text, root.line, root.column, "holds no settings", "it is no map of keys"
            )
        return text + ("" if text.endswith("\n") or not text else "\n") + _nested(path, value)
    splice = _splice(text, root, path, value)
    changed = None if splice is None else yaml_splice.apply(text, [splice])
    if changed is None or not _holds(changed, path, value, name):
        raise errors.UnreadableFile(
            f"{name} writes {'.'.join(path)} in a form that cannot be changed alone.",
            hint="Change it in an editor.",
            path=name,
            line=root.line,
            column=root.column,
        )
    return changed


def _splice(text: str, root: Node, path: tuple[str, ...], value: Any) -> yaml_splice.Splice | None:
    owner, key, node, in_flow = root, "", root, False
    for depth, segment in enumerate(path):
        found = next((raw for raw in node.items if words.fold(raw) == segment), None)
        if found is not None:
            owner, key, node = node, found, node.items[found]
            in_flow = in_flow or owner.flow
            continue
        for inner in reversed(path[depth + 1 :]):
            value = {inner: value}
        if node.items:
            names = {raw: raw for raw in node.items}
            return yaml_splice.insert(text, node, segment, value, "", names, in_flow=in_flow or node.flow)
        if node.value not in (None, {}):
            return None
        return yaml_splice.replace(text, owner, key, {segment: value}, "", in_flow=in_flow)
    return yaml_splice.replace(text, owner, key, value, "", in_flow=in_flow)


def _nested(path: tuple[str, ...], value: Any) -> str:
    for segment in reversed(path):
        value = {segment: value}
    return yaml_emit.block(value, "", 0)


def _holds(text: str, path: tuple[str, ...], value: Any, name: str) -> bool:
    try:
        found = strict_yaml.load(text, name)
    except errors.UnreadableFile:
        return False
    for segment in path:
        found = next((more for key, more in found.items() if words.fold(key) == segment), None)
    return bool(found == value)
