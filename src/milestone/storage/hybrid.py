"""The hybrid backend: log and YAML files as in the file backend, with an SQLite index in place of the summary."""

from milestone.storage import index_file, summary_writing
from milestone.storage.index_file import Index
from milestone.storage.index_rows import IndexRows
from milestone.storage.index_table import Texts
from milestone.storage.index_writing import IndexWriter
from milestone.storage.logged import LoggedStore, M
from milestone.storage.moment import Moment
from milestone.storage.summary_entry import Entry


class HybridStore(LoggedStore):
    """Records under one `.milestones/`, with an index that may be deleted at any time."""

    keeper = IndexWriter
    known: Index | None = None  # as it was last read by this process

    def summary(self) -> Index:
        return index_file.load(self.place.root) or Index(index_file.path_in(self.place.root))

    def glance(self) -> Index:
        self.known = found = index_file.load(self.place.root, self.known)
        return found.again() if found is not None else Index(index_file.path_in(self.place.root))

    def opened(self, kind: type[M]) -> M:
        moment = super().opened(kind)
        assert isinstance(moment.summary, Index)
        moment.summary.recompute = _Recompute(moment)
        moment.listing = IndexRows
        return moment


class _Recompute:
    """Makes a row from its document where the index no longer has it: a writer moved on, or the file went bad."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment

    def __call__(self, entry: Entry) -> Texts:
        return summary_writing.texts(self._moment, self._moment.as_sealed(entry))
