"""The summary beside the store: one file, so one moment. Imports next to nothing: `status` lives on it.

Every change appends a block: lines that replace earlier ones, then a seal with a checksum and where the log ended.
It holds while log and files are as the last seal says; it may be deleted at any time.

```
D kind uid revision flags id path signature digest check row    a document; row is JSON: a live milestone's, or the
                                  body of a session; else empty
B path signature check warning    a file that cannot be read
U path                            ... can be read again or is gone
V path                            the file was looked at again after its time stamp had settled
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

NAME = os.path.join("local", "summary")
FOLDERS = ("active", "completed")
NO_RECORDS = frozenset({"dependencies.yaml", "dependencies.yml"})
RECENT = 20  # events kept for the bare verb
SETTLED_NS = 2_000_000_000  # some file systems keep times to two seconds


class Entry:
    """What the summary knows of one document. `row` is its JSON text, empty for one that is not live."""

    __slots__ = ("check", "digest", "flags", "id", "kind", "path", "revision", "row", "signature", "uid")

    def __init__(
        self,
        kind: str,
        uid: str,
        revision: int,
        flags: str,
        id: str,
        path: str,
        signature: str,
        digest: str,
        check: str,
        row: str,
    ) -> None:
        self.kind = kind
        self.uid = uid
        self.revision = revision
        self.flags = flags  # a: archived, w: away, x: deleted
        self.id = id
        self.path = path  # under .milestones; empty: it has no file
        self.signature = signature
        self.digest = digest
        self.check = check
        self.row = row

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.uid

    @property
    def is_without_file(self) -> bool:
        """Tell whether its file could not be written yet."""
        return not self.path and self.kind == "milestone" and bool(self.row)


class Broken:
    """A file that cannot be read, and the warning that says why."""

    __slots__ = ("check", "path", "signature", "warning")

    def __init__(self, path: str, signature: str, check: str, warning: str) -> None:
        self.path = path
        self.signature = signature
        self.check = check
        self.warning = warning


class Summary:
    """One moment of the store, as far as lists need it."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], Entry] = {}
        self.broken: dict[str, Broken] = {}
        self.operations: dict[str, int] = {}
        self.news: list[str] = []  # JSON of the last events, oldest first
        self.seal: dict[str, object] = {}
        self.bytes = 0  # of the file, as far as sealed
        self.dead = 0  # lines replaced by later ones

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

    def live(self) -> list[Entry]:
        """Return the live milestones by id."""
        found = [e for e in self.entries.values() if e.row and e.kind == "milestone"]
        return sorted(found, key=lambda e: order(e.id))

    def rows(self) -> list[dict[str, object]]:
        """Return the row of each live milestone, by id."""
        rows: list[dict[str, object]] = json.loads("[" + ",".join(entry.row for entry in self.live()) + "]")
        return rows

    def sessions(self) -> list[dict[str, object]]:
        """Return the body of each session, by id."""
        found = sorted((e for e in self.entries.values() if e.row and e.kind == "session"), key=lambda e: e.id)
        return [json.loads(entry.row) for entry in found]

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
    summary = Summary()
    start = 0
    while True:
        at = data.find(b"\nE\t", max(start - 1, 0))
        end = data.find(b"\n", at + 1) if at >= 0 else -1
        if end < 0:
            break
        crc, _, seal = data[at + 3 : end].partition(b"\t")
        block = data[start : at + 1]
        if b"%x" % zlib.crc32(seal, zlib.crc32(block)) != crc:
            return None
        _take(summary, block.decode())
        summary.seal = json.loads(seal)
        summary.bytes = start = end + 1
    return summary if summary.seal else None


def _take(summary: Summary, block: str) -> None:
    settled: set[str] = set()
    for line in block.split("\n"):
        tag, _, rest = line.partition("\t")
        if tag == "D":
            kind, uid, revision, flags, name, path, signature, digest, check, row = rest.split("\t", 9)
            key = (kind, uid)
            summary.dead += key in summary.entries
            summary.entries[key] = Entry(
                kind, uid, int(revision), flags, unquote(name), unquote(path), signature, digest, check, row
            )
        elif tag == "B":
            path, signature, check, warning = rest.split("\t", 3)
            summary.dead += 1
            summary.broken[unquote(path)] = Broken(unquote(path), signature, check, warning)
        elif tag == "U":
            summary.dead += 1
            summary.broken.pop(unquote(rest), None)
        elif tag == "V":
            summary.dead += 1
            settled.add(unquote(rest))
        elif tag == "O":
            key_text, _, seq = rest.rpartition("\t")
            summary.operations[unquote(key_text)] = int(seq)
        elif tag == "N":
            summary.news.append(rest)
    summary.dead += max(len(summary.news) - RECENT, 0)
    del summary.news[:-RECENT]
    if settled:
        for path, entry in summary.files().items():
            if path in settled:
                entry.signature = entry.signature.lstrip("~")


def quote(text: str) -> str:
    """Return the text without the characters that part fields and lines."""
    return text.replace("%", "%25").replace("\t", "%09").replace("\n", "%0A").replace("\r", "%0D")


def unquote(text: str) -> str:
    """Return what `quote` was given."""
    if "%" not in text:
        return text
    return text.replace("%09", "\t").replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


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
            with os.scandir(os.path.join(root, folder)) as listing:
                for item in listing:
                    name = item.name
                    if not name.endswith((".yaml", ".yml")) or name[0] == "." or name in NO_RECORDS:
                        continue
                    if item.is_file(follow_symlinks=False) or item.is_symlink():
                        found[f"{folder}/{name}"] = signature(item.stat(follow_symlinks=False))
        except OSError:
            continue
    return found


def signature(stat: os.stat_result) -> str:
    """Return what tells that a file changed without reading it."""
    return f"{stat.st_mtime_ns},{stat.st_ctime_ns},{stat.st_size},{stat.st_ino}"


def changed(root: str, summary: Summary, found: dict[str, str]) -> list[str]:
    """Return the paths that came, went or are not as the summary says, sorted."""
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
    return sorted(differ)


def check_of(path: str) -> str:
    """Return the CRC of a file's content; empty when it cannot be read."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            return f"{zlib.crc32(file.read()):x}"
    except OSError:
        return ""
