"""Take in `active/dependencies.yaml`, and keep it true when a command changes what stands only there."""

from collections.abc import Callable, Collection

import msgspec

from milestone import errors, strict_yaml
from milestone.domain import dependency_file, paths
from milestone.domain.document import Body, Event
from milestone.storage import said, saving, summary_file, yaml_settings
from milestone.storage.base import Warning
from milestone.storage.moment import Moment
from milestone.storage.snapshots import Stored

KEY = (dependency_file.KIND, dependency_file.UID)
_WRITTEN = {
    "requires": ("depends_on", "requires"),
    "enables": ("enables",),
    "shared_resources": ("shared_resources",),
}

Stage = Callable[[Event], None]


def take_in(moment: Moment, stage: Stage, *, there: bool, new: Collection[str]) -> Warning | None:
    """Stage what the file says that the records do not; return why it cannot be read, if it cannot.

    `there`: the file exists. `new`: uids of records that came just now and have not heard of it.
    """
    path = summary_file.DEPENDENCIES
    known = moment.stored(*KEY)
    before: Body = known.document.body if known is not None else {}
    found = _read(moment, path) if there else ("", {})
    if found is None or isinstance(found, Warning):
        return found
    text, now = found
    _tell_records(moment, stage, before, now, new)
    if now != before or known is None or (known.path is None) == there:
        stage(Event(kind="document.edited", document=KEY[0], uid=KEY[1], data={"body": now, "via": "hand"}))
    stored = moment.stored(*KEY)
    assert stored is not None
    kept = {"path": path, "base": text, "base_revision": stored.document.revision} if there else {"path": None}
    moment.put(msgspec.structs.replace(stored, **kept))
    return None


def _read(moment: Moment, path: str) -> tuple[str, Body] | Warning | None:
    """Return text and meaning of the file, or why nobody can tell; None when it is gone or is being saved."""
    try:
        data = saving.read(moment.place.file(path))
        if data is None:
            return None
        text = strict_yaml.decode(data, path)
        return text, dependency_file.read(strict_yaml.load(text, path))
    except errors.UnreadableFile as problem:
        return said.unreadable(path, problem)
    except OSError as problem:
        return Warning(code="unreadable_file", message=f"It cannot be read: {problem.strerror}.", path=path)


def concerns(moment: Moment) -> bool:
    """Return whether the store knows such a file."""
    return KEY in moment.summary.entries or KEY in moment.changed


def follow(moment: Moment) -> Event | None:
    """Return the change of the file that what was staged asks for: what was dropped is dropped there too."""
    stored = moment.stored(*KEY)
    if stored is None or stored.path is None:
        return None
    wanted: Body = stored.document.body
    for recorded in moment.staged:
        event = recorded.event
        if event.kind == "dependency.removed" and event.task is None:
            key = str(event.data.get("list") or "requires")
            wanted = dependency_file.without(wanted, str(event.milestone), str(event.data.get("on")), key)
    if wanted == stored.document.body:
        return None
    return Event(kind="document.edited", document=KEY[0], uid=KEY[1], data={"body": wanted})


def text(stored: Stored) -> str | None:
    """Return the file's text as the document says it; lists that did not change keep their lines."""
    if stored.base is None or stored.path is None:
        return stored.base
    now = dependency_file.read(strict_yaml.load(stored.base, stored.path))
    found = stored.base
    for name, about in stored.document.body.items():
        for key in ("requires", "enables", "shared_resources"):
            if about.get(key) != now.get(name, {}).get(key):
                found = _put(found, stored.path, name, key, about.get(key) or [])
    return found


def _put(text: str, path: str, name: str, key: str, members: list[str]) -> str:
    raw = strict_yaml.load(text, path)
    inside = raw.get("dependencies") if isinstance(raw, dict) else None
    top = ("dependencies",) if isinstance(inside, dict) else ()
    about = dependency_file.written(inside if isinstance(inside, dict) else raw, name)
    if about is None:
        return text
    word, more = about
    written = next((other for other in _WRITTEN[key] if other in more), _WRITTEN[key][0])
    return yaml_settings.put(text, (*top, word, written), members, path)


def _tell_records(moment: Moment, stage: Stage, before: Body, now: Body, new: Collection[str]) -> None:
    for document in list(moment.find("milestone")):
        name = str(document.body.get("id"))
        heard = {} if document.uid in new else before.get(name, {})
        to_set, to_unset = paths.diff(
            document.body, dependency_file.joined(document.body, heard, now.get(name, {}))
        )
        if to_set or to_unset:
            data = {"set": to_set, "unset": to_unset, "via": "hand"}
            stage(Event(kind="document.edited", document="milestone", uid=document.uid, milestone=name, data=data))
