"""Look at a repository without running or following anything, within fixed bounds."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from milestone.agents.planners import stack, words

MOST_ENTRIES = 6000
DEEPEST = 8
READ_PER_FILE = 48_000
READ_IN_ALL = 3_000_000
SOURCES_READ = 400
SKIPPED = frozenset(stack.TABLES["skipped"].split())
TESTS = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|testing|e2e)/|(?:^|/)test_[^/]*$|[._-](?:test|spec)s?\.\w+$", re.I
)
TODO = re.compile(r"\b(TODO|FIXME|XXX)\b[:( ]*(.{0,80})")
SYMBOL = re.compile(
    r"^\s*(?:export\s+|default\s+|pub(?:lic)?\s+|async\s+|static\s+|abstract\s+|private\s+)*"
    r"(?:def|class|function|func|fn|struct|interface|enum|trait|module|const|type|object|contract)\s+(?:\([^)]*\)\s*)?(\w{3,60})",
    re.M,
)


class SourceFile(msgspec.Struct, frozen=True, kw_only=True):
    """A source file and the words it is about: those of its path and of the names it defines."""

    path: str
    is_test: bool
    size: int
    path_words: frozenset[str]
    symbol_words: frozenset[str]


class Todo(msgspec.Struct, frozen=True, kw_only=True):
    """A note that somebody left in the code."""

    path: str
    line: int
    text: str


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What a repository says about itself."""

    languages: tuple[str, ...] = ()  # by number of files, most first
    frameworks: tuple[str, ...] = ()
    package_managers: tuple[str, ...] = ()
    test_command: str | None = None  # made of fixed words, never copied from a file
    ci: str | None = None
    readme: str | None = None  # its path
    about: str = ""  # the README's first sentence
    files: tuple[SourceFile, ...] = ()
    todos: tuple[Todo, ...] = ()
    kind: str = ""  # "web front end", "API" …: what the frameworks make it
    is_whole: bool = True  # False where the bounds ended the walk

    @property
    def has_code(self) -> bool:
        """Whether there is source to name in a plan."""
        return bool(self.files)

    @property
    def paths(self) -> frozenset[str]:
        """Every source path."""
        return frozenset(f.path for f in self.files)


def survey(root: Path) -> Survey:
    """Return what the folder's files say; the same files say the same.

    Nothing is run, no link is followed, nothing outside is read; at most 6,000 entries, eight levels and 3 MB.
    """
    listing = Listing(root)
    manifests = {path: listing.read(path) for path in listing.paths if is_manifest(path)}
    sources = tuple(_source(listing, path) for path in listing.paths if stack.language(path))
    facts = stack.read_stack(listing.paths, manifests)
    readme = next((p for p in listing.paths if re.fullmatch(r"readme(\.\w+)?", p, re.I)), None)
    return Survey(
        languages=stack.languages(listing.paths),
        frameworks=facts.frameworks,
        package_managers=facts.package_managers,
        test_command=facts.test_command,
        ci=stack.ci(listing.paths),
        readme=readme,
        about=about(listing.read(readme)) if readme else "",
        files=sources,
        todos=tuple(_todos(listing, [s.path for s in sources]))[:50],
        kind=facts.kind,
        is_whole=listing.is_whole,
    )


def is_manifest(path: str) -> bool:
    """Say whether a file describes how the project is built and tested."""
    return path.rsplit("/", 1)[-1] in stack.MANIFESTS and path.count("/") <= 2


def about(readme: str) -> str:
    """Return the first sentence of a README that is no heading, badge or list."""
    for block in re.split(r"\n\s*\n", readme):
        text = " ".join(block.split())
        if text and not re.match(r"[#<\[!|`=\-*]", text):
            return re.split(r"(?<=[.!?])\s", text)[0][:160]
    return ""


class Listing:
    """The files of a folder, in order, and what may be read of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.is_whole = True
        self._left = READ_IN_ALL
        self._texts: dict[str, str] = {}
        self.paths = tuple(self._walk())

    def read(self, path: str, limit: int = READ_PER_FILE) -> str:
        """Return the beginning of a file; empty for what cannot be read or would pass the bound."""
        if path not in self._texts:
            self._texts[path] = self._read(path, min(limit, self._left))
            self._left -= len(self._texts[path])
        return self._texts[path]

    def size(self, path: str) -> int:
        """Return the size in bytes; 0 for what vanished."""
        try:
            return os.lstat(self.root / path).st_size
        except OSError:
            return 0

    def _read(self, path: str, limit: int) -> str:
        flags = os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0)
        try:
            descriptor = os.open(self.root / path, flags)
        except OSError:
            return ""
        with os.fdopen(descriptor, "rb") as file:
            if limit <= 0 or not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return ""
            return file.read(limit).decode("utf-8", "replace")

    def _walk(self) -> Iterator[str]:
        seen, waiting = 0, [("", 0)]
        while waiting:
            folder, depth = waiting.pop(0)
            for name, is_folder in self._entries(folder):
                seen += 1
                if seen > MOST_ENTRIES:
                    self.is_whole = False
                    return
                if is_folder and depth < DEEPEST and goes_into(folder, name):
                    waiting.append((f"{folder}{name}/", depth + 1))
                elif not is_folder:
                    yield folder + name

    def _entries(self, folder: str) -> list[tuple[str, bool]]:
        try:
            with os.scandir(self.root / folder) as entries:
                found = [
                    (e.name, e.is_dir(follow_symlinks=False))
                    for e in entries
                    if not e.is_symlink() and (e.is_file(follow_symlinks=False) or e.is_dir(follow_symlinks=False))
                ]
        except OSError:
            return []
        return sorted(found)


def goes_into(folder: str, name: str) -> bool:
    """Say whether a folder is looked into: no hidden one but CI's, nothing that is installed or built."""
    hidden = name.startswith(".") and not (folder == "" and name in {".github", ".circleci", ".gitea", ".forgejo"})
    return not hidden and name not in SKIPPED and not name.endswith((".egg-info", ".xcodeproj"))


def _source(listing: Listing, path: str) -> SourceFile:
    readable = stack.language(path) not in ("SQL", "CSS", "HTML")
    names = SYMBOL.findall(listing.read(path)) if readable else []
    return SourceFile(
        path=path,
        is_test=bool(TESTS.search(path)),
        size=listing.size(path),
        path_words=words.stems(words.name_tokens(path.rsplit(".", 1)[0])),
        symbol_words=words.stems(w for name in names[:200] for w in words.name_tokens(name)),
    )


def _todos(listing: Listing, paths: list[str]) -> Iterator[Todo]:
    for path in paths[:SOURCES_READ]:
        for number, line in enumerate(listing.read(path).split("\n"), 1):
            if match := TODO.search(line):
                yield Todo(path=path, line=number, text=words.clean(match[2]).strip(" :-*/#"))
