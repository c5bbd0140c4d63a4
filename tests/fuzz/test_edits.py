"""A short run of edits between commands, and proof that a store that forgets would be noticed."""

from fuzz import edits
from milestone.domain.document import Document, Recorded
from milestone.domain.evolve import evolve
from milestone.domain.summary import row
from milestone.storage.file import FileStore


def test_a_short_run_is_stood():
    count, failure = edits.run(6, seed=20261120)

    assert failure is None, failure
    assert count > 10


def test_a_store_that_folds_otherwise_each_time_is_noticed():
    calls = iter(range(10**9))

    def moody(document: Document | None, recorded: Recorded) -> Document:
        folded = evolve(document, recorded)
        return (
            folded
            if next(calls) % 7
            else type(folded)(**{**_fields(folded), "body": {**folded.body, "x": next(calls)}})
        )

    _, failure = edits.run(20, seed=1, opened=lambda root: FileStore(root, evolve=moody, summarise=row))

    assert failure is not None


def _fields(document: Document) -> dict[str, object]:
    return {name: getattr(document, name) for name in document.__struct_fields__}
