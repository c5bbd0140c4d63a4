"""What anybody was told is kept, to hold the end against."""

Key = tuple[str, str]  # uid, field


class Ledger:
    """What was acknowledged to anybody."""

    def __init__(self) -> None:
        self.written: dict[Key, dict[str, set[str]]] = {}  # value -> the values its writer had seen there
        self.labels: dict[str, set[str]] = {}
        self.tasks: dict[str, set[str]] = {}
        self.done: set[tuple[str, str]] = set()
        self.needs: set[tuple[str, str]] = set()
        self.archived: set[str] = set()

    def wrote(self, key: Key, value: str, seen: set[str]) -> None:
        self.written.setdefault(key, {})[value] = {each for each in seen if each != value}

    def superseded(self, key: Key) -> set[str]:
        """Return the values that somebody who had seen them replaced."""
        return {old for seen in self.written.get(key, {}).values() for old in seen}
