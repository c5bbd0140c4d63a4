"""The summary beside the store: one file, so one moment. Imports next to nothing: `status` lives on it.

Every change appends a block: lines that replace earlier ones, then a seal with a checksum and where the log ended.
It holds while log and files are as the last seal says; it may be deleted at any time.

```
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

import json
import os
import zlib

from milestone.storage.summary_entry import Broken, Entry, unquote
from milestone.storage.summary_row import Blank, Row

HEADER = b"S\t4\n"  # a summary in another format is no summary (rows: see also `snapshots.SHAPE`)
NAME = os.path.join("local", "summary")
FOLDERS = ("active", "completed")
DEPENDENCIES = "active/dependencies.yaml"  # no record: what it says belongs to the records
NO_RECORDS = frozenset({"dependencies.yaml", "dependencies.yml"})
SEAL = "\nE\t"
RECENT = 20  # events kept for the bare verb
UNSETTLED = '"unsettled_merge"'  # code of the warning in `said`
SETTLED_NS = 2_000_000_000  # some file systems keep times to two seconds


class Summary:
    """One moment of the store, as far as lists need it."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], Entry] = {}
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

    def live(self) -> list[Entry]:
        """Return the live milestones by id."""
        found = [e for e in self.entries.values() if e.is_live and e.kind == "milestone"]
        return sorted(found, key=lambda e: order(e.id))

    def rows(self) -> list[dict[str, object]]:
        """Return the row of each live milestone, by id."""
        found = self.live()
        self.fetch(found)
        rows: list[dict[str, object]] = json.loads(f"[{','.join([entry.row for entry in found])}]")
        return [Row(row, entry.tasks, self.blank) for row, entry in zip(rows, found, strict=True)]

    def local(self, kind: str) -> list[dict[str, object]]:
        """Return what is kept of the body of each session or lease, by id."""
        found = sorted((e for e in self.entries.values() if e.is_live and e.kind == kind), key=lambda e: e.id)
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

    def files(self) -> dict[str, Entry | Broken]:
        """Return what is known of each file by its path."""
        known: dict[str, Entry | Broken] = {e.path: e for e in self.entries.values() if e.path}
        known.update(self.broken)
        return known


def order(full_id: str) -> tuple[int, int, str]:
    """Return the sort key of an id: numbered ones by number, then words (as `ids.order`, without its imports)."""
    number = full_id.removeprefix("milestone-")
    return (0, int(number), full_id) if number.isdecimal() and number.isascii() else (1, 0, full_id)


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
    whole = data[: data.rfind(b"\n")].decode("ascii", "replace")  # a letter for each byte, so places are the same
    first, *blocks = whole.split(SEAL)
    lines = first.split("\n")[1:]
    begin, end = 0, len(first) + 1  # of the lines that the next seal is about
    for block in blocks:
        said, *following = block.split("\n")
        crc, _, seal = said.partition("\t")
        if f"{zlib.crc32(seal.encode(), zlib.crc32(memoryview(data)[begin:end])):x}" != crc:
            return None
        _take(summary, lines)
        summary.seal = json.loads(seal)
        summary.bytes = begin = end + len(said) + 3
        lines, end = following, end + len(block) + 3
    return summary if summary.seal else None


def _take(summary: Summary, lines: list[str]) -> None:
    entries = summary.entries
    for line in lines:
        if line[0] == "D":
            fields = line.split("\t", 11)
            entries[fields[1], fields[2]] = Entry(fields)
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
        entry = summary.entries.get((kind, uid))
        if entry is not None:
            entry.signature = entry.signature.lstrip("~")
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
            if not name.endswith((".yaml", ".yml")) or name[0] == ".":
                continue
            if name in NO_RECORDS and f"{folder}/{name}" != DEPENDENCIES:
                continue
            if item.is_file(follow_symlinks=False) or item.is_symlink():
                found[f"{folder}/{name}"] = signature(item.stat(follow_symlinks=False))


def signature(stat: os.stat_result) -> str:
    """Return what tells that a file changed without reading it."""
    return f"{stat.st_mtime_ns},{stat.st_ctime_ns},{stat.st_size},{stat.st_ino}"


def changed(root: str, summary: Summary, found: dict[str, str]) -> list[str]:
    """Return the paths that came, went or are not as the summary says, sorted.

    A file that a merge left unsettled may wait for another one: it is looked at with every change.
    """
    known = summary.files()
    differ = [path for path in known if path not in found]
    for path, now in found.items():
        entry = known.get(path)
        if entry is None:
            differ.append(path)
        elif entry.signature == now:
            continue
        elif entry.signature != "~" + now or check_of(os.path.join(root, path)) != entry.check:
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
