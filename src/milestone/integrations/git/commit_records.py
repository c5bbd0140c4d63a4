"""The records' files as commits have them: which there are, what they say, where two commits come from."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from milestone.integrations.git.command import git
from milestone.integrations.git.repository import Repository

FOLDERS = ("active", "completed")
BY_LINES = "merge.milestone.driver=git merge-file --marker-size=%L %A %O %B"
NOBODY = {f"GIT_{who}_{what}": "nobody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
NEVER = {f"GIT_{who}_DATE": "@0 +0000" for who in ("AUTHOR", "COMMITTER")}
REFUSED = (128, 129)
Blobs = Mapping[str, str]  # path under the records folder -> blob


class CommitRecords:
    """Reads each tree and each text once."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._trees: dict[str, Blobs] = {}
        self._texts: dict[str, str] = {}

    def blobs(self, tree: str) -> Blobs:
        """Return the blob of each record's file in a commit or tree."""
        if tree not in self._trees:
            self._trees[tree] = self._listed(tree)
        return self._trees[tree]

    def texts(self, blobs: Blobs, paths: Iterable[str]) -> dict[str, str]:
        """Return the text of those paths that are there."""
        wanted = {path: blobs[path] for path in paths if path in blobs}
        self._read(sorted({blob for blob in wanted.values() if blob not in self._texts}))
        return {path: self._texts[blob] for path, blob in wanted.items()}

    def keep(self, text: str) -> str:
        """Return a name for a text that git does not have, to stand where a blob stands."""
        name = f"kept {sha256(text.encode(errors='surrogateescape')).hexdigest()}"
        self._texts[name] = text
        return name

    def parents(self, commit: str) -> list[str]:
        return self._repository.git("rev-list", "--parents", "--max-count=1", commit).out.split()[1:]

    def bases(self, one: str, others: Sequence[str]) -> list[str]:
        """Return the commits that `one` and a merge of the others come from, in an order all clones share."""
        return sorted(self._repository.git("merge-base", "--all", one, *others, ok=(0, 1)).out.split())

    def changed_in(self, commit: str, path: str) -> str | None:
        """Return the commit a file as `commit` has it was made in."""
        inside = f"{self._repository.records_path}/{path}"
        return self._repository.git("rev-list", "--max-count=1", commit, "--", inside).line or None

    def made_by_lines(self, base: str | None, ours: str, theirs: str) -> Blobs | None:
        """Return what git makes of two commits by lines alone, marked where it cannot.

        Without a `base` from the commits that both come from. None where it will not: they have nothing in common,
        as far as a shallow clone knows, or it is older than 2.38.
        """
        if base is not None:
            root = self._commit(base)
            ours, theirs = (self._commit(side, root) for side in (ours, theirs))
        words = ("merge-tree", "--write-tree", "--no-messages", ours, theirs)
        config = (*self._repository.drivers_off, BY_LINES)
        made = git(self._repository.top, *words, ok=(0, 1, *REFUSED), config=config)
        return None if made.code in REFUSED else self.blobs(made.out.split("\n", 1)[0].strip())

    def _commit(self, tree: str, *parents: str) -> str:
        """Return a commit nobody refers to, that has the files of another; the same one every time."""
        words = ["commit-tree", f"{tree}^{{tree}}", "-m", "sides of a merge"]
        for parent in parents:
            words += ["-p", parent]
        return git(self._repository.top, *words, environment={**NOBODY, **NEVER}).line

    def _listed(self, tree: str) -> Blobs:
        folders = [f"{self._repository.records_path}/{folder}" for folder in FOLDERS]
        listed = self._repository.git("ls-tree", "-r", "-z", tree, "--", *folders).fields
        entries = (entry.split("\t", 1) for entry in listed)
        start = self._repository.records_path + "/"
        found = {path.removeprefix(start): about.split(" ")[2] for about, path in entries}
        return {path: blob for path, blob in found.items() if path.endswith((".yaml", ".yml"))}

    def _read(self, blobs: Sequence[str]) -> None:
        if not blobs:
            return
        said = self._repository.git("cat-file", "--batch", stdin="\n".join(blobs) + "\n").out
        data, at = said.encode(errors="surrogateescape"), 0
        for blob in blobs:
            end = data.index(b"\n", at)
            start, size = end + 1, int(data[at:end].split(b" ")[2])
            self._texts[blob] = data[start : start + size].decode(errors="surrogateescape")
            at = start + size + 1


def differing(trees: Sequence[Blobs]) -> set[str]:
    """Return the paths that not all trees have alike."""
    return {path for tree in trees for path in tree if len({each.get(path) for each in trees}) > 1}
