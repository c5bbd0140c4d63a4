"""The texts of records in a backup: their comments and their order go with what the log says."""

from milestone import errors, strict_yaml
from milestone.storage import disk, summary_file, yaml_reader, yaml_writer
from milestone.storage.backups.manifest import Manifest
from milestone.storage.backups.shelf import Shelf
from milestone.storage.file import FileStore
from milestone.storage.yaml_reader import ReadRecord

FOLDERS = tuple(f"{folder}/" for folder in summary_file.FOLDERS)


def with_comments(manifest: Manifest, shelf: Shelf, store: FileStore) -> dict[str, bytes]:
    """Give the files of a staged store the comments and the order that the backup's files have.

    Returns the files that say something else than the log: an edit nobody had recorded, or an older text.
    """
    place = store.place
    with store.reading() as reading:
        records = {document.uid: document for document in reading.find("milestone")}
    other: dict[str, bytes] = {}
    for kept in manifest.files:
        if not kept.path.startswith(FOLDERS) or kept.path == summary_file.DEPENDENCIES:
            continue
        data = shelf.objects.read(kept.name) or b""
        record = _read(data, kept.path)
        document = records.get(str(record.body.get("uid"))) if record is not None else None
        if record is None or document is None or record.body != document.body:
            other[kept.path] = data
        if record is not None and document is not None and disk.read(place.file(kept.path)) is not None:
            said = strict_yaml.decode(data, kept.path)
            text = yaml_writer.write_record(document.body, before_text=said, before_body=record.body)
            disk.replace(place.file(kept.path), text.encode(), place.drafts, sync=False)
    return other


def _read(data: bytes, path: str) -> ReadRecord | None:
    try:
        return yaml_reader.read_record(strict_yaml.decode(data, path), path)
    except errors.MilestoneError:
        return None
