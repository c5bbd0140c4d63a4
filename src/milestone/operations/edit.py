"""Edit a record as text, on any backend: what changed meanwhile and what was typed are joined field by field."""

from pathlib import Path

import msgspec

from milestone import errors, strict_yaml
from milestone.domain import adoption, paths
from milestone.domain.context import Context
from milestone.domain.document import Body, Document, Event
from milestone.domain.joining import Merged
from milestone.storage import disk, located, locks, yaml_reader, yaml_writer
from milestone.storage.base import Txn, Warning
from milestone.workspace import current, finding
from milestone.workspace.base import Workspace, Written


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A record as text, as it was when editing began."""

    uid: str
    id: str
    path: str  # where its file lies, or would
    text: str
    body: Body


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    """What an edit did."""

    written: Written
    conflicts: tuple[str, ...] = ()  # fields that somebody else had changed, too
    warnings: tuple[Warning, ...] = ()


def draft(workspace: Workspace, start: Path, ref: str | None) -> Draft:
    """Return the text of a milestone, the current one without a ref; comments are those of its file.

    Raises:
        MilestoneNotFound: there is none; InvalidRequest: none is current.
    """
    with workspace.reading() as reading:
        here = current.find(workspace.root, start, reading.rows())
        document = finding.milestone(reading, ref or "@", current=here, writing=ref is not None)
    path = f"{'completed' if document.archived else 'active'}/{document.body['id']}.yaml"
    text = _text(workspace.root / path, path, document)
    return Draft(uid=document.uid, id=str(document.body["id"]), path=path, text=text, body=document.body)


def _text(file: Path, path: str, document: Document) -> str:
    """Return a record as text, on the lines of its file where that can be read."""
    data = disk.read(str(file))
    try:
        text = strict_yaml.decode(data or b"", path)
        body = yaml_reader.read_record(text, path).body
    except errors.UnreadableFile:
        return yaml_writer.write_record(document.body)
    if body == document.body:
        return text
    return yaml_writer.write_record(document.body, before_text=text, before_body=body)


def read(draft: Draft, data: bytes) -> Body:
    """Return what an edited text says.

    Raises:
        UnreadableFile: it is no YAML or no record; line and column are named.
    """
    body = yaml_reader.read_record(strict_yaml.decode(data, draft.path), draft.path).body
    return {**body, "uid": draft.uid, "id": draft.id}


def apply(workspace: Workspace, draft: Draft, data: bytes) -> Edited:
    """Record what an edited text says that the draft did not.

    A value that was changed meanwhile as well is decided as in a merge; the other is kept under `conflicts:`.
    A status that was typed counts as typed; ids are not changed by editing.

    Raises:
        UnreadableFile: the text cannot be read; nothing was changed.
        MilestoneNotFound: the record is gone.
    """
    said = read(draft, data)
    found: list[Merged] = []
    held: list[str] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        now = txn.load("milestone", draft.uid)
        if now is None or now.deleted:
            raise errors.MilestoneNotFound(f"{draft.id} was deleted meanwhile.", next=["milestone undo"])
        merged = adoption.merge(draft.body, said, now.body)
        body = merged.body
        if draft.uid in ctx.held_by:
            right = adoption.put_right(now.body, body)
            body, held[:] = right.body, right.warnings
        found[:] = [merged]
        return _events(now, body)

    written = workspace.write(decide)
    if written.events and not written.dry_run:
        _keep_comments(workspace, draft, data.decode(), said, written.documents[0])
    fields = tuple(str(conflict["field"]) for conflict in found[0].conflicts) if found else ()
    told = tuple(Warning(code="put_right", message=each, path=draft.path) for each in held)
    return Edited(written=written, conflicts=fields, warnings=told)


def _events(now: Document, body: Body) -> list[Event]:
    to_set, to_unset = paths.diff(now.body, body)
    if not (to_set or to_unset):
        return []
    data = {"set": to_set, "unset": to_unset, "via": "hand"}
    return [Event(kind="document.edited", document="milestone", uid=now.uid, milestone=str(body["id"]), data=data)]


def _keep_comments(workspace: Workspace, draft: Draft, text: str, said: Body, document: Document) -> None:
    """Give the record's file the comments that were typed, while it still says just what the store wrote."""
    if not located.read(workspace.root).is_files:
        return
    file = str(workspace.root / draft.path)
    wanted = yaml_writer.write_record(document.body, before_text=text, before_body=said)
    ours = yaml_writer.write_record(document.body, before_text=draft.text, before_body=draft.body)
    local = workspace.root / "local"
    with locks.commit_turn(str(local), workspace.options.lock_timeout):
        if wanted != ours and disk.read(file) == ours.encode():
            disk.replace(
                file, wanted.encode(), str(local / "drafts"), ready=lambda: disk.read(file) == ours.encode()
            )


def keep(workspace: Workspace, draft: Draft, data: bytes) -> Path:
    """Keep a text that could not be taken, and return where it lies, from the project's folder."""
    folder = workspace.root / "local" / "edits"
    disk.make_folder(str(folder))
    path = folder / f"{Path(draft.path).stem}.yaml"
    disk.remove(str(path))
    disk.write_new(str(path), data)
    return path.relative_to(workspace.root.parent)
