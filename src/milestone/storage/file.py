"""The file backend: a log, YAML files people and git may change, and a summary for fast reads."""

from milestone.storage import summary_file
from milestone.storage.logged import LoggedStore
from milestone.storage.summary_file import Summary


class FileStore(LoggedStore):
    """Records under one `.milestones/`."""

    def summary(self) -> Summary:
        return summary_file.load(self.place.root) or Summary()
