"""Join a database that another clone of the project filled: this clone's records meet it as files."""

import msgspec

from milestone import errors
from milestone.operations import beside
from milestone.storage import located
from milestone.storage.base import Store
from milestone.storage.moving import foreign, journal
from milestone.storage.moving.journal import Move
from milestone.storage.moving.recorded import recorded
from milestone.workspace.base import Workspace
from milestone.workspace.following import FollowingStore

WAIT = 10.0  # seconds for those who write here to be done


def may_join(here: Store, there: Store, move: Move) -> bool:
    """Tell whether a server holds this very project in another course: written by other clones, and in use.

    A schema of another project is never read that far: the server refuses it.
    """
    if move.target.backend != "postgres":
        return False
    with recorded(there) as reading:
        if not reading.mark.seq or reading.moved_to is not None:
            return False
    try:
        foreign.check(here, there)
    except errors.Refused:
        return True
    return False


def join(workspace: Workspace, store: FollowingStore, here: Store, move: Move, at: str) -> Move:
    """Return the move after which this clone writes where the others do; its log stays readable where it was.

    What it knows and the database does not is in its files, and taken in from there, three-way as from git.
    """
    beside.bring(workspace)
    with here.alone(limit=WAIT) as alone:
        alone.forward(located.encode(move.target))
    store.settle(move.target)
    beside.refresh(workspace)
    with workspace.reading() as reading:
        done = msgspec.structs.replace(move, state="joined", moved=reading.seq, total=reading.seq)
    journal.keep(workspace.root, done)
    journal.note(workspace.root, at, done, "joined", events=done.moved)
    return done
