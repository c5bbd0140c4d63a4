"""What a file says, or why nobody can tell."""

import msgspec

from milestone import errors, strict_yaml
from milestone.domain.document import Body
from milestone.storage import saving, versions, yaml_reader
from milestone.storage.base import Warning
from milestone.storage.place import Place


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came or changed, and what it says."""

    path: str
    text: str
    body: Body
    warnings: tuple[Warning, ...] = ()
    is_named: bool = True  # its uid stands in it

    def of(self, uid: str) -> "Found":
        """Return it as what a known record's file says."""
        return msgspec.structs.replace(self, body={**self.body, "uid": uid})

    def before(self, text: str, path: str | None) -> "Found":
        """Return what its text was, when it lay at `path`: what a text leaves open, the folder says."""
        folder, _, name = self.path.partition("/")
        at = f"{path.partition('/')[0] if path else folder}/{name}"
        body = {**yaml_reader.read_record(text, at).body, "uid": self.body["uid"]}
        return Found(path=self.path, text=text, body=body)


def read(place: Place, path: str) -> Found | Warning | None:
    """Return what a file says, or why nobody can tell; None when it is gone again or is being saved."""
    try:
        data = saving.read(place.file(path))
    except OSError as problem:
        message = f"{path} cannot be read: {problem.strerror or problem}."
        return Warning(code="unreadable_file", message=message, path=path, hint="Is it a link, or not yours?")
    return None if data is None else read_bytes(data, path)


def read_bytes(data: bytes, path: str) -> Found | Warning:
    """Return what the bytes of a file say, or why nobody can tell."""
    try:
        text = strict_yaml.decode(data, path)
        if versions.needs_settling(text):
            return unsettled(path, text)
        record = yaml_reader.read_record(text, path)
    except errors.MilestoneError as problem:
        return unreadable(path, problem)
    return Found(path=path, text=text, body=record.body, warnings=record.warnings, is_named=record.is_named)


def unsettled(path: str, text: str) -> Warning:
    """Return the warning of a file that a merge left: nobody takes it for a record."""
    marked = versions.MARKERS.search(text)
    what = "what git could not merge" if marked else "two records, or one that was moved elsewhere"
    return Warning(
        code="unsettled_merge",
        message=f"It holds {what}; until that is settled its last known record stands.",
        path=path,
        line=text[: marked.start()].count("\n") + 1 if marked else None,
        hint="milestone sync",
    )


def in_two_places(path: str, other: str) -> Warning:
    """Return the warning of a second file of a record, both of which git knows."""
    message = f"It holds the record of {other} too; until that is settled it is left alone."
    return Warning(code="unsettled_merge", message=message, path=path, hint="milestone sync")


def unreadable(path: str, problem: errors.MilestoneError) -> Warning:
    """Return the warning that names the place and the line of what cannot be read."""
    return Warning(
        code=problem.code,
        message=str(problem.facts.get("said") or problem.message),
        path=path,
        line=problem.facts.get("line"),
        column=problem.facts.get("column"),
        hint=problem.hint or None,
    )
