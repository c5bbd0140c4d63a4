"""Open what a store has recorded, without what people typed into its files since: only what is recorded moves."""

from contextlib import AbstractContextManager

from milestone.storage.base import Reading, Store


def recorded(store: Store) -> AbstractContextManager[Reading]:
    """Open one moment; of a store with files not one of them is read.

    The files of a store that is entered again are those beside the one in use: all of them would count as edits.
    """
    opened: AbstractContextManager[Reading] = getattr(store, "recorded", store.reading)()
    return opened
