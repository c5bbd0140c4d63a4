"""Read, explain and set settings."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from milestone import errors, strict_yaml
from milestone.config import files, keys, values
from milestone.config.settings import Setting, Settings
from milestone.domain import words
from milestone.domain.document import Event
from milestone.storage import disk, yaml_settings
from milestone.storage.place import check_inside
from milestone.uids import uid_from_name
from milestone.workspace.base import Workspace

NO_EFFECT = "no effect yet"
_HIDDEN = "(secret)"
_FILES = {"ui": "ui-config", "storage": "storage-config", "scale": "scale-detection"}


def entry(settings: Settings, key: str) -> dict[str, Any]:
    """Return what is effective for a key, where it comes from and what it does."""
    known = keys.find(key)
    found = settings.origin(key) or Setting(key=key, value=None)
    return {
        "key": key,
        "value": _shown(key, found.value),
        "source": found.source,
        "file": found.file,
        "line": found.line,
        "effect": known.effect if known and known.effect else NO_EFFECT,
        "takes": taking(known) if known else "any",
        "default": known.default if known else None,
    }


def listing(settings: Settings, *, every: bool = False, prefix: str = "") -> list[dict[str, Any]]:
    """Return the settings that somebody set, or with `every` all there are."""
    wanted = [
        key
        for key, value in settings.values.items()
        if not prefix or key == prefix or key.startswith(f"{prefix}.")
        if every or prefix or (settings.origin(key) or Setting(key=key, value=value)).source != "default"
    ]
    return [entry(settings, key) for key in sorted(wanted)]


def explain(settings: Settings, key: str) -> dict[str, Any]:
    """Return what `entry` says, and the value of every layer, the one that counts first."""
    layers = [
        {"value": _shown(key, layer.value), "source": layer.source, "file": layer.file, "line": layer.line}
        for layer in settings.layers
        if layer.key == key
    ]
    known = keys.find(key)
    layers.append({"value": known.default if known else None, "source": "default", "file": None, "line": None})
    return {**entry(settings, key), "layers": layers, "variable": keys.variable(key)}


def known_key(text: str, *, section: bool = False) -> str:
    """Return the dotted key that somebody typed.

    Raises:
        InvalidRequest: there is no such key; the nearest is named.
    """
    key = ".".join(words.fold(part) for part in text.split("."))
    if keys.find(key) is not None or (section and key in keys.sections()):
        return key
    if text.split(".")[0] in keys.FREE and keys.find(text) is not None:
        return text
    near = difflib.get_close_matches(key, keys.KEYS, n=3, cutoff=0.6)
    raise errors.InvalidRequest(
        f"{text} is no setting.",
        why=f"the nearest are {', '.join(near)}" if near else "",
        hint="`milestone config list --all` shows every key.",
        candidates=near,
        next=[f"milestone config explain {near[0]}" if near else "milestone config list --all"],
    )


def put(place: Path, key: str, text: str, *, workspace: Workspace | None) -> dict[str, Any]:
    """Set a key in a file and return `{key, value, file, changed, effect}`; other lines of the file stay.

    With a workspace the change is recorded (`config.changed`), without a secret's value.

    Raises:
        InvalidRequest: the value is not what the key takes.
        UnreadableFile: the file is no YAML; it stays as it is.
        NotWritable: it cannot be written.
    """
    known = keys.find(key) or keys.Key("any")
    value = _fit(key, known, text)
    before = disk.read(str(place))
    old = before.decode() if before is not None else ""
    new = yaml_settings.put(old, tuple(_inside(key, place).split(".")), value, place.name)
    if new != old:
        if workspace is not None:
            check_inside(workspace.root)
        if workspace is None or not workspace.options.dry_run:
            _write(place, new)
        if workspace is not None:
            _record(workspace, key, _shown(key, value))
    return {
        "key": key,
        "value": _shown(key, value),
        "file": str(place),
        "changed": new != old,
        "effect": known.effect or NO_EFFECT,
    }


def project_file(root: Path, key: str, value: str) -> Path:
    """Return the file of a project that a key is set in; a literal secret goes where git does not look."""
    name = _FILES.get(key.partition(".")[0], "milestone-config")
    known = keys.find(key)
    hidden = known is not None and known.kind == "secret" and values.is_literal(value)
    return root / "config" / (f"{name}.local.yaml" if hidden else f"{name}.yaml")


def user_file(environ: Mapping[str, str]) -> Path:
    """Return the file that holds for every project of the user."""
    return files.user_file(environ)


def check(settings: Settings, root: Path) -> dict[str, Any]:
    """Return what `--validate-config` says: findings, and keys that are set and have no effect yet."""
    idle = [
        _note(layer)
        for layer in _distinct(settings.layers)
        if (known := keys.find(layer.key)) is not None and known.effect is None
    ]
    findings = [
        {
            "severity": found.severity,
            "code": found.code,
            "path": found.path,
            "line": found.line,
            "message": found.message,
            "hint": found.hint,
        }
        for found in settings.findings
    ]
    findings += _team(root)
    return {"ok": not [f for f in findings if f["severity"] != "note"], "findings": [*findings, *idle]}


def _team(root: Path) -> list[dict[str, Any]]:
    """Return a finding for each file of people that cannot be read."""
    found = []
    for name in ("team.yaml", "team.local.yaml"):
        path = root / "config" / name
        try:
            if path.exists():
                files.read(path, strict_yaml.compose)
        except errors.UnreadableFile as error:
            found.append(
                {
                    "severity": "error",
                    "code": error.code,
                    "path": str(path),
                    "line": error.facts.get("line"),
                    "message": str(error.facts.get("said") or error.message),
                    "hint": error.hint,
                }
            )
    return found


def taking(known: keys.Key) -> str:
    """Return in words what a key takes."""
    kinds = {
        "flag": "true or false",
        "count": "a whole number",
        "number": "a number",
        "hours": "a time such as 30m, 4h, 2 days",
        "choice": ", ".join(known.choices),
        "texts": "a list of words",
        "lines": "a list of command lines",
        "map": "keys with values",
        "secret": "a secret: ${VARIABLE}, file:PATH, or itself",
        "zone": "a time zone such as Europe/Berlin",
    }
    return kinds.get(known.kind, "a text")


def _note(layer: Setting) -> dict[str, Any]:
    return {
        "severity": "note",
        "code": "no_effect_yet",
        "path": layer.file,
        "line": layer.line,
        "message": f"{layer.key} is understood and has no effect yet.",
        "hint": None,
    }


def _distinct(layers: Sequence[Setting]) -> list[Setting]:
    return list({layer.key: layer for layer in reversed(layers)}.values())[::-1]


def _fit(key: str, known: keys.Key, text: str) -> Any:
    try:
        return values.fit(known, text)
    except values.Unfit as unfit:
        raise errors.InvalidRequest(
            f"{key} {unfit}; {text!r} is not that.", next=[f"milestone config explain {key}"]
        ) from None


def _inside(key: str, place: Path) -> str:
    """Return the path of a key inside its file: those of `ui-config.yaml` stand without `ui`."""
    section, _, rest = key.partition(".")
    own = _FILES.get(section)
    return rest if rest and own is not None and place.name.startswith(own) else key


def _write(place: Path, text: str) -> None:
    try:
        disk.make_folder(str(place.parent))
        drafts = place.parent / ".drafts"  # on the same disk, so that renaming is one step
        drafts.mkdir(exist_ok=True)
        disk.replace(str(place), text.encode(), str(drafts))
        drafts.rmdir()
    except OSError as error:
        raise errors.NotWritable(f"{place} cannot be written.", why=error.strerror or str(error)) from None


def _record(workspace: Workspace, key: str, value: Any) -> None:
    event = Event(
        kind="config.changed", document="project", uid=uid_from_name("project"), data={"key": key, "value": value}
    )
    workspace.write(lambda _txn, _ctx: [event])


def _shown(key: str, value: Any) -> Any:
    known = keys.find(key)
    return _HIDDEN if known is not None and known.kind == "secret" and value else value
