"""The merges a checkout came from, worked out again from the commits: what each side said of the records.

Where two commits come from several others, what those say together is what both come from, as git has it with the
driver. A file that was committed with markers says what the sides of that merge say together.
"""

from collections.abc import Iterable, Mapping

from milestone.integrations.git import past_merges
from milestone.integrations.git.commit_records import Blobs, CommitRecords, differing
from milestone.integrations.git.past_merges import Merge
from milestone.integrations.git.repository import Repository
from milestone.storage import line_merges, versions
from milestone.storage.line_merges import Sides
from milestone.storage.merge_remains import Stages


def since(repository: Repository, commit: str | None) -> tuple[Sides, ...]:
    """Return the merges and rebases after a commit in which both sides had a part in one file, oldest first."""
    history = _History(repository)
    merges = [*past_merges.since(repository, commit), *past_merges.rebased(repository, commit)]
    found = (history.sides(merge) for merge in merges)
    return tuple(sides for sides in found if sides is not None)


def under_way(repository: Repository, stages: Mapping[str, Stages]) -> Sides | None:
    """Return the sides of what is being joined into HEAD."""
    merge = past_merges.under_way(repository, stages)
    return _History(repository).sides(merge) if merge is not None else None


class _History:
    def __init__(self, repository: Repository) -> None:
        self._records = CommitRecords(repository)
        self._bases: dict[tuple[str, ...], Blobs] = {}

    def sides(self, merge: Merge) -> Sides | None:
        """Return what went into a merge and what came out.

        None where each file came from one side alone, and where git does not know what both come from.
        """
        before, base = self._before(merge)
        ours, theirs = (self._records.blobs(side) for side in (merge.ours, merge.theirs))
        trees = [before, ours, theirs]
        if merge.result is not None:
            trees.append(self._records.blobs(merge.result))
            if not any(_is_joined(path, trees) for path in differing(trees)):
                return None
        made = self._records.made_by_lines(merge.base, merge.ours, merge.theirs)
        if made is None:
            return None
        result = made if merge.result is None else trees[3]
        paths = differing([before, ours, theirs, made, result])
        said = self._records.texts(result, paths)
        return Sides(
            base=self._said(before, paths, base),
            ours=self._said(ours, paths, merge.ours),
            theirs=self._said(theirs, paths, merge.theirs),
            result=said,
            settled=[p for p in paths if made.get(p) != result.get(p) and not _is_marked(said.get(p, ""))],
        )

    def _before(self, merge: Merge) -> tuple[Blobs, str | None]:
        if merge.base is None:
            return self._base(merge.ours, merge.theirs)
        return self._records.blobs(merge.base), merge.base

    def _base(self, one: str, *others: str) -> tuple[Blobs, str | None]:
        """Return the files `one` and a merge of the others come from, and whose they are if one commit's."""
        bases = tuple(self._records.bases(one, others))
        if len(bases) == 1:
            return self._records.blobs(bases[0]), bases[0]
        if bases not in self._bases:
            self._bases[bases] = self._joined(bases)
        return self._bases[bases], None

    def _joined(self, commits: tuple[str, ...]) -> Blobs:
        """Return the files of commits that have no order among them, joined one after another."""
        found: Blobs = {}
        for place, commit in enumerate(commits):
            tree = self._records.blobs(commit)
            if place == 0:
                found = self._clean(tree, commit)
                continue
            before, base = self._base(commit, *commits[:place])
            paths = differing([before, found, tree])
            sides = self._said(before, paths, base), self._said(found, paths), self._said(tree, paths, commit)
            same = {path: blob for path, blob in found.items() if path not in paths}
            joined = line_merges.together(*sides)
            found = {**same, **{path: self._records.keep(text) for path, text in joined.items()}}
        return found

    def _said(self, tree: Blobs, paths: Iterable[str], commit: str | None = None) -> dict[str, str]:
        """Return the texts of a commit's files, each marked one as what its sides say together."""
        texts = self._records.texts(tree, paths)
        if commit is None:
            return texts
        return {
            path: self._settled(text, commit, path) if _is_marked(text) else text for path, text in texts.items()
        }

    def _clean(self, tree: Blobs, commit: str) -> Blobs:
        """Return a commit's files without markers."""
        was = self._records.texts(tree, tree)
        now = self._said(tree, tree, commit)
        return {**tree, **{path: self._records.keep(text) for path, text in now.items() if text != was[path]}}

    def _settled(self, text: str, commit: str, path: str) -> str:
        made_in = self._records.changed_in(commit, path)
        parents = self._records.parents(made_in) if made_in else []
        if len(parents) != 2:
            return text
        sides = self.sides(Merge(ours=parents[0], theirs=parents[1]))
        return line_merges.together(sides.base, sides.ours, sides.theirs).get(path, "") if sides else text


def _is_marked(text: str) -> bool:
    return versions.MARKERS.search(text) is not None


def _is_joined(path: str, trees: list[Blobs]) -> bool:
    """Tell whether both sides had a part in what lies at a path, or a side's part is not there."""
    base, ours, theirs, result = (tree.get(path) for tree in trees)
    return not (
        (ours == base and result == theirs) or (theirs == base and result == ours) or ours == theirs == result
    )
