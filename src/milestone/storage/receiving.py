"""Take transactions of another store into a file store: the log first, then many files with one sync for all."""

import os
from collections.abc import Sequence

import msgspec

from milestone.domain.document import Document
from milestone.storage import commit, disk, log_line, new_files, replaced, syncing
from milestone.storage.base import Mark
from milestone.storage.commit import Change
from milestone.storage.log_line import Line
from milestone.storage.moment import Moment
from milestone.storage.snapshots import Snapshots, Stored
from milestone.storage.summary_writing import SummaryWriter
from milestone.storage.transaction import FileTxn, keep_epoch

COPY = "copy"  # under local/: what the files beside a database said when both last agreed


def receive(txn: FileTxn, lines: Sequence[bytes], epoch: str) -> Mark:
    """Append the lines verbatim, fold them, write the files; whoever calls holds the commit lock.

    A file that says something else than the store wrote is left alone: the next transaction joins both.

    Raises:
        Damaged: a line does not follow the one before it.
        OSError: the disk refused the log; it is as it was.
    """
    summary = txn.recover()
    write_files(txn)  # what a killed receiver left, before more is folded on top of it
    taken = log_line.following(lines, seq=txn.mark.seq, prev=txn.mark.hash)
    if txn.epoch != epoch:
        keep_epoch(txn, epoch)
    if taken:
        text = b"".join(line + b"\n" for line in lines)
        last, name = taken[-1]
        txn.head = txn.place.log.append(txn.head, text, name, last.last_seq)
    for line, _ in taken:
        _fold(txn, line, summary)
    write_files(txn)
    summary.save(txn)
    return txn.mark


def _fold(moment: Moment, line: Line, summary: SummaryWriter) -> None:
    for recorded in line.recorded():
        kind, uid = recorded.event.document, recorded.event.uid
        before = moment.changed.get((kind, uid)) or _known(moment, kind, uid)
        document = moment.evolve(before.document if before.document.revision else None, recorded)
        moment.put(before.folded(document))
    summary.took(line)


def _known(moment: Moment, kind: str, uid: str) -> Stored:
    """Return a document as it was, with the text its file last had while it lay beside a database."""
    before = moment.stored(kind, uid) or Stored(document=Document(kind=kind, uid=uid, revision=0, body={}))
    copy = Snapshots(os.path.join(moment.place.local, COPY), moment.place.drafts).read(kind, uid)
    if copy is None or copy.base is None or copy.document.revision <= before.document.revision:
        return before
    data = disk.read(moment.place.file(before.path)) if before.path is not None else None
    if data is not None and disk.digest(data) == before.digest:
        return before  # an earlier slice wrote it since
    return msgspec.structs.replace(before, path=copy.path, base=copy.base, base_revision=0, reads=None)


def write_files(moment: Moment) -> None:
    """Bring the files of all changed documents to what the store says."""
    if not moment.changed:
        return
    owned = moment.owners()
    taken, own = set(owned), {key: path for path, key in owned.items()}
    drafts: list[Change] = []
    for key, stored in list(moment.changed.items()):
        taken.discard(own.get(key, ""))
        change = commit.plan(moment, stored, taken)
        if change.path is not None:
            taken.add(change.path)
        if change.text is None or change.moves:
            commit.apply(moment, [change])
        elif _is_to_write(moment, change):
            drafts.append(change)
    _write(moment, drafts)


def _is_to_write(moment: Moment, change: Change) -> bool:
    """Tell whether a file is missing, or what we wrote last; one that says the same already is taken as it is."""
    assert change.path is not None and change.text is not None
    # Looked at one by one: whoever waits for the last events does not wait for a list of all files.
    data = disk.read(moment.place.file(change.path))
    if data is None:
        return change.stored.path is None
    if data == change.text.encode():
        moment.put(commit.agreed(change.stored, change.path, change.text))
    elif disk.digest(data) == change.stored.digest:
        return True
    else:  # it must be looked at again, however old it is
        moment.put(msgspec.structs.replace(change.stored, base_revision=0))
    return False


def _write(moment: Moment, changes: Sequence[Change]) -> None:
    """Write files so that each is whole or not there; many with two syncs for all of them."""
    place = moment.place
    drafts = [os.path.join(place.drafts, str(number)) for number in range(len(changes))]
    are_few = len(drafts) <= new_files.FEW
    for draft, change in zip(drafts, changes, strict=True):
        disk.write_new(draft, (change.text or "").encode(), sync=are_few)
    if not are_few:
        syncing.sync_disk(place.drafts)
    folders = set()
    for draft, change in zip(drafts, changes, strict=True):
        target = place.file(change.path or "")
        disk.make_folder(os.path.dirname(target))
        if _put(moment, draft, target, change):
            moment.put(commit.agreed(change.stored, change.path or "", change.text or ""))
            folders.add(os.path.dirname(target))
        disk.remove(draft)
    for folder in folders:
        disk.sync_folder(folder)


def _put(moment: Moment, draft: str, target: str, change: Change) -> bool:
    """Give a draft its name; False when somebody edited the file meanwhile, or made one."""
    if change.stored.path is not None:
        if not replaced.keep(moment.place, target, change.stored, change.text or ""):
            return False
    elif os.path.lexists(target):
        return False
    os.rename(draft, target)
    return True
