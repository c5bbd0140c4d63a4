"""Say what is wrong with a project's records, log and surroundings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from milestone import errors, strict_yaml
from milestone.domain import dependency_file, graph, lint, people
from milestone.operations import configure, kept_findings, surroundings
from milestone.operations.findings import ORDER, Finding, finding
from milestone.reports import dependencies
from milestone.storage import summaries, summary_file, yaml_reader
from milestone.storage.base import Reading, Warning
from milestone.workspace.base import Workspace

UNREADABLE = frozenset({"log_damaged", "log_missing", "database_damaged"})
DAMAGED = UNREADABLE | {"document_differs"}
# Kept as it is, and understood by everybody else; or, beside a database, as it is meant to be until the next sync.
HARMLESS = frozenset({"unknown_key", "id_differs_from_name", "copy_out_of_date", "not_taken_in"})
BROKEN = frozenset({"unreadable_file"})


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What the doctor found. `ok`: nothing above a note remains."""

    findings: tuple[Finding, ...]
    seq: int = 0
    unrecorded: int = 0

    @property
    def remaining(self) -> list[Finding]:
        return [each for each in self.findings if each["severity"] != "note" and not each["repaired"]]

    @property
    def ok(self) -> bool:
        return not self.remaining

    @property
    def exit_code(self) -> int:
        if any(each["code"] in DAMAGED for each in self.remaining):
            return errors.Damaged.exit_code
        return 0 if self.ok else errors.Refused.exit_code


def examine(workspace: Workspace, *, environ: Mapping[str, str]) -> Health:
    """Return everything there is to say; nothing is changed."""
    found = list(surroundings.findings(workspace.root, environ=environ))
    found += _of_settings(workspace)
    verified = workspace.store.verify()
    found += [
        finding(each["severity"], each["code"], each["where"], each["message"], "milestone doctor --repair")
        for each in verified["findings"]
    ]
    found += kept_findings.findings(workspace)
    if any(each["code"] in UNREADABLE for each in found):
        return health(found)
    with workspace.reading() as reading:
        found += _of_files(workspace.root, reading)
        found += _of_records(reading)
        found += _of_shared_dependencies(reading)
        found += _of_people(workspace, reading)
        found += _away(workspace.root)
        if reading.unrecorded:
            message = f"{reading.unrecorded} files changed by hand or by git since the last command."
            found.append(finding("note", "unrecorded", "active/", message, "The next change records them."))
        return health(found, seq=reading.seq, unrecorded=reading.unrecorded)


def health(found: Iterable[Finding], *, seq: int = 0, unrecorded: int = 0) -> Health:
    """Return findings in order, worst first."""
    ordered = sorted(found, key=lambda each: (ORDER.index(each["severity"]), each["where"]))
    return Health(findings=tuple(ordered), seq=seq, unrecorded=unrecorded)


def _of_files(root: Path, reading: Reading) -> Iterator[Finding]:
    """Yield what each file says that nobody understands, and the files nobody can read."""
    unreadable = {warning.path for warning in reading.warnings}
    for warning in reading.warnings:
        yield _from_warning(warning)
    for path in sorted(summary_file.scan(str(root))):
        if path in unreadable or path == summary_file.DEPENDENCIES:
            continue
        try:
            record = yaml_reader.read_record(strict_yaml.decode((root / path).read_bytes(), path), path)
        except (errors.MilestoneError, OSError):
            continue  # changed between two looks; the next one says so
        for warning in record.warnings:
            yield _from_warning(warning)


def _from_warning(warning: Warning) -> Finding:
    severity = "error" if warning.code in BROKEN else "note" if warning.code in HARMLESS else "warning"
    place = ":".join(str(part) for part in (warning.path, warning.line, warning.column) if part is not None)
    return finding(severity, warning.code, place, warning.message, warning.hint or "")


def _of_records(reading: Reading) -> Iterator[Finding]:
    """Yield what the records say that cannot be: unknown references, cycles, states nobody proved."""
    rows = list(reading.rows())
    for each in dependencies.findings(rows, graph.of_rows(rows)):
        yield finding(each["severity"], each["code"], each["path"], each["message"], each["hint"])
    for row in rows:
        yield from _typed(row)
    for document in reading.find("milestone"):
        yield from _impossible(document.body, rows)


def _of_shared_dependencies(reading: Reading) -> Iterator[Finding]:
    """Yield where `active/dependencies.yaml` and the records disagree."""
    said = reading.load(dependency_file.KIND, dependency_file.UID)
    for each in dependency_file.contradictions(said.body, reading.rows()) if said is not None else ():
        yield finding(each["severity"], each["code"], each["path"], each["message"], each["hint"])


def _of_people(workspace: Workspace, reading: Reading) -> Iterator[Finding]:
    """Yield whom records name though nobody in the team is that or holds that role."""
    if not workspace.people:
        return
    for document in reading.find("milestone"):
        for path, text in people.strangers(document.body, workspace.people):
            where = f"{document.body.get('id')}: {path}"
            hint = "Add the person or role to config/team.yaml."
            yield finding(
                "warning", "unknown_person", where, f"Nobody in the team is {text} or has that role.", hint
            )


def _of_settings(workspace: Workspace) -> Iterator[Finding]:
    """Yield settings that are misspelt, have no effect or hold a secret."""
    for each in configure.check(workspace.settings, workspace.root)["findings"]:
        path = (each["path"] or "").removeprefix(f"{workspace.root}/")
        place = f"{path}:{each['line']}" if each["line"] else path
        yield finding(each["severity"], each["code"], place, each["message"], each["hint"] or "")


def _away(root: Path) -> Iterator[Finding]:
    """Yield the records whose file is gone; their numbers stay taken."""
    summary = summaries.load(str(root))
    for entry in summary.entries.values() if summary is not None else ():
        if entry.kind == "milestone" and "w" in entry.flags and "x" not in entry.flags:
            message = "Its file is gone. It comes back with the file; until then it counts nowhere."
            yield finding("note", "away", entry.id, message)


def _typed(row: Mapping[str, Any]) -> Iterator[Finding]:
    for task in row["tasks"]:
        if task.get("grade") == "typed":
            message = f'"{task["title"]}" was typed as completed; it counts for progress and opens no gate.'
            yield finding("note", "typed_status", f"{row['id']}/{task['id']}", message)


def _impossible(body: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    covered = ("unknown_requirement", "cycle")
    for each in lint.check(dict(body), lint.Around(rows=rows)):
        if each["severity"] == "error" and (each["code"] not in covered or each["path"].startswith("tasks")):
            where = f"{body.get('id')}: {each['path']}"
            yield finding("warning", each["code"], where, each["message"], each["hint"])
