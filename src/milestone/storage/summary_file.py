"""The summary beside the store: one file, so one moment. Imports next to nothing: `status` lives on it.

Every change appends a block: lines that replace earlier ones, then a seal with a checksum and where the log ended.
It holds while log and files are as the last seal says; it may be deleted at any time. The first block holds the
documents of that moment as columns (`summary_table`), then their rows, a line each.

```
C size size                       bytes of the columns and of the rows that follow; only behind the header
D kind uid revision flags id path signature digest check length row tasks    a document; row is JSON of so many
                                  bytes: a live milestone's without its tasks, or the body of a session
B path signature check warning    a file that cannot be read
T row|task blank                  what most rows, most tasks hold; rows and tasks are written without it
U path                            ... can be read again or is gone
V kind uid                        its file was looked at again after its time stamp had settled
O key seq                         an operation id and its first event
N json                            an event, as `log --json` shows it; the last few are kept
E crc json                        the seal
```
Fields are parted by tabs; `signature` is mtime, ctime, size, inode; a leading `~` says the file was so young that
a second edit could hide behind the same signature, so `check` (a CRC of its content) is compared.
"""

from __future__ import annotations

import json
import os
import zlib

from milestone.storage.summary_entry import Broken, Entries, Entry, unquote
from milestone.storage.summary_row import Blank, Row
from milestone.storage.summary_table import Table

TYPE_CHECKING = False  # as typing has it, without the two milliseconds of importing it
if TYPE_CHECKING:
    from typing import Any

HEADER = b"S\t5\n"  # a summary in another format is no summary (rows: see also `snapshots.SHAPE`)
NAME = os.path.join("local", "summary")
FOLDERS = ("active", "completed")
DEPENDENCIES = "active/dependencies.yaml"  # no record: what it says belongs to the records
NO_RECORDS = frozenset({"dependencies.yaml", "dependencies.yml"})
SEAL = b"\nE\t"
RECENT = 20  # events kept for the bare verb
UNSETTLED = '"unsettled_merge"'  # code of the warning in `said`
ENDINGS = (".yaml", ".yml")
TYPE = 0o170000  # the bits of a mode that say what lies there
FILES = (0o100000, 0o120000)  # a file, or a link, which adopting refuses
SETTLED_NS = 2_000_000_000  # some file systems keep times to two seconds


class Summary:
    """One moment of the store, as far as lists need it."""

    def __init__(self) -> None:
        self.entries: Table | Entries = Table()
        self.broken: dict[str, Broken] = {}
        self.operations: dict[str, int] = {}
        self.news: list[str] = []  # JSON of the last events, oldest first
        self.seal: dict[str, object] = {}
        self.blank = Blank()
        self.bytes = 0  # of the file, as far as sealed
        self.lines = 0  # in the file, those replaced by later ones too

    @property
    def seq(self) -> int:
        return int(str(self.seal.get("seq", 0)))

    @property
    def epoch(self) -> str:
        return str(self.seal.get("epoch", ""))

    @property
    def last_number(self) -> int:
        return int(str(self.seal.get("last_number", 0)))

    @property
    def warnings(self) -> list[dict[str, object]]:
        """The warning of each file that cannot be read."""
        return [json.loads(broken.warning) for broken in self.broken.values()]

    @property
    def live_lines(self) -> int:
        """How many lines a summary written anew would have."""
        return len(self.entries) + len(self.broken) + len(self.operations) + len(self.news)

    def fetch(self, entries: list[Entry]) -> None:
        """Have the rows of these entries at hand; nothing to do where they came with the file."""

    def live(self, kind: str = "milestone") -> list[Entry]:
        """Return the live documents of a kind by id."""
        entries: Any = self.entries  # what it holds of one, only it knows
        return [entries.at(standing) for standing in entries.live(kind)]

    def rows(self) -> list[dict[str, object]]:
        """Return the row of each live milestone, by id."""
        found = self.live()
        self.fetch(found)
        rows: list[dict[str, object]] = json.loads(f"[{','.join([entry.row for entry in found])}]")
        return [Row(row, entry.tasks, self.blank) for row, entry in zip(rows, found, strict=True)]

    def local(self, kind: str) -> list[dict[str, object]]:
        """Return what is kept of the body of each session or lease, by id."""
        found = sorted(self.live(kind), key=lambda entry: entry.id)
        self.fetch(found)
        return [json.loads(entry.row) for entry in found]

    def in_other_states(
        self, keys: set[tuple[str, str]], states: tuple[str, ...] | list[str]
    ) -> set[tuple[str, str]]:
        """Return which of some sessions or leases are in none of these states."""
        entries = [self.entries[key] for key in keys]
        self.fetch(entries)
        kept = [(entry.key, json.loads(entry.row)) for entry in entries if entry.row]
        return {key for key, row in kept if row.get("state") not in states}

    def recent(self, limit: int = RECENT) -> list[dict[str, object]]:
        """Return the last events, oldest first, flat as in the log."""
        return [json.loads(text) for text in self.news[-limit:]] if limit > 0 else []

    def signatures(self) -> dict[str, str]:
        """Return the signature of each known file by its path."""
        known = self.entries.signatures()
        known.update((path, broken.signature) for path, broken in self.broken.items())
        return known

    def check_of(self, path: str) -> str:
        """Return the CRC of a known file."""
        return (self.broken.get(path) or self.entries.of_path(path)).check


def read(root: str) -> Summary | None:
    """Return the summary of the store in `root` (a `.milestones`) if log and files are as it says, else None."""
    summary = load(root)
    return summary if summary is not None and holds(root, summary) else None


def load(root: str) -> Summary | None:
    """Return the summary as last sealed, whatever log and files say now; None when there is no sound one."""
    try:
        with open(os.path.join(root, NAME), "rb") as file:
            data = file.read()
    except OSError:
        return None
    return parse(data)


def parse(data: bytes) -> Summary | None:
    """Return the summary in the bytes of its file; an unsealed end counts as not written."""
    if not data.startswith(HEADER):
        return None
    summary = Summary()
    begin, lines = 0, _behind_rows(data)  # where a block begins, and its lines
    while (end := data.find(SEAL, max(lines - 1, 0))) >= 0 and (close := data.find(b"\n", end + len(SEAL))) >= 0:
        crc, _, seal = data[end + len(SEAL) : close].partition(b"\t")
        if b"%x" % zlib.crc32(seal, zlib.crc32(memoryview(data)[begin : end + 1])) != crc:
            return None
        if begin == 0:
            _take_table(summary, data)
        if end > lines:
            _take(summary, data[lines:end].decode("ascii", "replace").split("\n"))
        summary.seal = json.loads(seal)
        summary.bytes = begin = lines = close + 1
    return summary if summary.seal else None


def _sizes(data: bytes) -> tuple[int, int, int]:
    """Return where the columns begin, where the rows do, and where these end; all the same without a table."""
    begin = len(HEADER)
    head = data[begin : begin + 60].partition(b"\n")[0].split(b"\t")
    if head[0] != b"C" or len(head) != 3 or not (head[1].isdigit() and head[2].isdigit()):
        return begin, begin, begin
    columns = begin + len(b"\t".join(head)) + 1
    rows = columns + int(head[1])
    return columns, rows, rows + int(head[2])


def _behind_rows(data: bytes) -> int:
    return min(_sizes(data)[2], len(data))


def _take_table(summary: Summary, data: bytes) -> None:
    columns, rows, end = _sizes(data)
    summary.entries = Table.of(data[columns:rows].decode("ascii", "replace"), memoryview(data)[rows:end])
    summary.lines = len(summary.entries)


def _take(summary: Summary, lines: list[str]) -> None:
    for line in lines:
        if line[0] == "D":
            fields = line.split("\t", 11)
            summary.entries[fields[1], fields[2]] = Entry(fields)
        else:
            _take_other(summary, *line.partition("\t")[::2])
    summary.lines += len(lines)
    del summary.news[:-RECENT]


def _take_other(summary: Summary, tag: str, rest: str) -> None:
    if tag == "B":
        path, signature, check, warning = rest.split("\t", 3)
        summary.broken[unquote(path)] = Broken(unquote(path), signature, check, warning)
    elif tag == "U":
        summary.broken.pop(unquote(rest), None)
    elif tag == "V":
        kind, _, uid = rest.partition("\t")
        if (kind, uid) in summary.entries:
            summary.entries.settle((kind, uid))
    elif tag == "O":
        key, _, seq = rest.rpartition("\t")
        summary.operations[unquote(key)] = int(seq)
    elif tag == "T":
        name, _, blank = rest.partition("\t")
        setattr(summary.blank, name, json.loads(blank))
    elif tag == "N":
        summary.news.append(rest)


def holds(root: str, summary: Summary) -> bool:
    """Tell whether log and files are as the summary says."""
    return log_is_at(root, summary.seal) and not changed(root, summary, scan(root))


def log_is_at(root: str, seal: dict[str, object]) -> bool:
    """Tell whether the log ends where the seal says."""
    folder = os.path.join(root, "logs", "events")
    try:
        if os.stat(root).st_ino != seal["place"]:
            return False
        if not seal["segment"]:
            return not os.path.exists(os.path.join(folder, "1.jsonl"))
        last = os.path.join(folder, f"{seal['segment']}.jsonl")
        following = os.path.join(folder, f"{int(str(seal['seq'])) + 1}.jsonl")
        return os.stat(last).st_size == seal["size"] and not os.path.exists(following)
    except OSError:
        return False


def scan(root: str) -> dict[str, str]:
    """Return the signature of each record's file by its path under `root`."""
    found: dict[str, str] = {}
    for folder in FOLDERS:
        try:
            descriptor = os.open(os.path.join(root, folder), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            _scan(descriptor, folder, found)
        except OSError:
            continue
        finally:
            os.close(descriptor)
    return found


def _scan(descriptor: int, folder: str, found: dict[str, str]) -> None:
    """Look at the files of an open folder: their names alone are found faster than whole paths."""
    with os.scandir(descriptor) as listing:
        for item in listing:
            name = item.name
            if name.endswith(ENDINGS) and name[0] != "." and (name not in NO_RECORDS or folder == "active"):
                at = item.stat(follow_symlinks=False)
                if at.st_mode & TYPE in FILES:
                    found[f"{folder}/{name}"] = f"{at.st_mtime_ns},{at.st_ctime_ns},{at.st_size},{at.st_ino}"
    found.pop("active/dependencies.yml", None)


def signature(stat: os.stat_result) -> str:
    """Return what tells that a file changed without reading it."""
    return f"{stat.st_mtime_ns},{stat.st_ctime_ns},{stat.st_size},{stat.st_ino}"


def changed(root: str, summary: Summary, found: dict[str, str]) -> list[str]:
    """Return the paths that came, went or are not as the summary says, sorted.

    A file that a merge left unsettled may wait for another one: it is looked at with every change.
    """
    known = summary.signatures()
    if found == known:
        return []
    differ = list(known.keys() - found.keys())
    for path, now in found.items():
        was = known.get(path)
        if was != now and (was != "~" + now or check_of(os.path.join(root, path)) != summary.check_of(path)):
            differ.append(path)
    waiting = [path for path, broken in summary.broken.items() if UNSETTLED in broken.warning] if differ else []
    return sorted({*differ, *waiting})


def check_of(path: str) -> str:
    """Return the CRC of a file's content; empty when it cannot be read."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            return f"{zlib.crc32(file.read()):x}"
    except OSError:
        return ""
