"""Which version of a record a file was made from, when nobody kept it: the one it is closest to."""

from collections.abc import Iterable
from typing import Any

from milestone.domain import adoption, paths
from milestone.domain.document import Body, Document
from milestone.domain.evolve import evolve
from milestone.storage import log_line, said, yaml_writer
from milestone.storage.said import Found


def bases(moment: Any, changed: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return uid -> path and base of each file that nothing is known of and whose record the database has.

    A file that says just what a version said, or is closest to it, was made from that one: what the database said
    later stands, and what else the file says is an edit. One that only moved keeps the base it has.
    """
    found: dict[str, Found] = {}
    based = {entry.uid for entry in moment.index.files.values()}
    for path in changed:
        read = said.read(moment.place, path) if path not in moment.index.files else None
        uid = str(read.body["uid"]) if isinstance(read, Found) else None
        if isinstance(read, Found) and uid not in based and moment.txn.load("milestone", uid) is not None:
            found.setdefault(str(uid), read)
    versions = _versions(moment.txn, found) if found else {}
    return {uid: (each.path, _base(each, versions.get(uid, []))) for uid, each in found.items()}


def _versions(txn: Any, uids: Iterable[str]) -> dict[str, list[Body]]:
    """Return every version of these records, oldest first."""
    documents: dict[str, Document | None] = dict.fromkeys(uids)
    versions: dict[str, list[Body]] = {uid: [] for uid in documents}
    for text in txn.lines():
        for recorded in log_line.decode(text)[0].recorded():
            uid = recorded.event.uid
            if recorded.event.document == "milestone" and uid in documents:
                document = documents[uid] = evolve(documents[uid], recorded)
                versions[uid].append(document.body)
    return versions


def _base(found: Found, versions: list[Body]) -> str:
    bodies = [adoption.as_a_file_says(body, found.path) for body in versions]
    place = min(range(len(bodies)), key=lambda at: (_distance(bodies[at], found.body), -at), default=None)
    if place is None or bodies[place] == found.body:
        return found.text
    return yaml_writer.write_record(bodies[place], before_text=found.text, before_body=found.body)


def _distance(one: Body, other: Body) -> int:
    to_set, to_unset = paths.diff(one, other)
    return len(to_set) + len(to_unset)
