"""What a phase leaves behind: what the record asks for, and what was found of it."""

import re
from collections.abc import Iterable

import msgspec

from milestone import digests


class Deliverable(msgspec.Struct, frozen=True, kw_only=True):
    """Something a phase must leave: a file by path, or any file of that name in the phase's folder."""

    name: str
    path: str | None = None  # as the record writes it

    def matches(self, file_name: str) -> bool:
        """Return whether a file in the phase's folder is this one: `api_design` is `api-design.md`.

        A description in several words is any file that shares one: "API endpoint definitions" is
        `api-endpoints.yaml`.
        """
        wanted, there = plain(self.name), plain(file_name)
        stem = there.rpartition(".")[0] or there
        if wanted in (there, stem):
            return True
        if " " not in self.name.strip():
            return False
        return any(_akin(one, other) for one in wanted.split("-") for other in stem.split("-"))


class FoundFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it is now. `state`: there, empty, template (nobody answered its questions) or missing."""

    path: str  # below the phase's folder, else as the record writes it
    state: str = "there"
    digest: str | None = None
    bytes: int = 0
    declared: bool = False  # the record asks for it: its absence refuses the hand-in


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a reviewer judges of one phase, at one moment."""

    folder: str  # shown to people, relative to the project
    files: tuple[FoundFile, ...] = ()

    @property
    def there(self) -> tuple[FoundFile, ...]:
        """The files that say something."""
        return tuple(file for file in self.files if file.state == "there")

    @property
    def refused(self) -> tuple[FoundFile, ...]:
        """Declared deliverables that are missing, empty or only their template."""
        return tuple(file for file in self.files if file.declared and file.state != "there")

    @property
    def absent(self) -> tuple[FoundFile, ...]:
        """Usual deliverables that are not there: shown, not refused."""
        return tuple(file for file in self.files if not file.declared and file.state != "there")

    @property
    def digest(self) -> str:
        """What an approval is bound to: names and contents of everything that is there."""
        return digest_of((file.path, file.digest or "") for file in self.there)


def digest_of(files: Iterable[tuple[str, str]]) -> str:
    """Return one digest over (path, digest) pairs, in any order."""
    lines = sorted(f"{digest}  {path}\n" for path, digest in files)
    return digests.sha256("".join(lines).encode())


def plain(name: str) -> str:
    """Return a name without case and the difference between spaces, hyphens and underscores."""
    return re.sub(r"[\s_-]+", "-", name.strip().casefold())


def _akin(one: str, other: str) -> bool:
    """Return whether two words begin alike (`spec`, `specification`); very short ones say nothing."""
    return min(len(one), len(other)) >= 3 and (one.startswith(other) or other.startswith(one))


WHY = {"missing": "is missing", "empty": "is empty", "template": "is only its template"}
