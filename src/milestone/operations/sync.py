"""Settle what git left, take it in, write: after a merge, a pull, a rebase."""

from collections.abc import Mapping

import msgspec

from milestone import errors
from milestone.integrations.git import repository, unmerged
from milestone.integrations.git.command import GitFailed
from milestone.integrations.git.repository import Repository
from milestone.operations import beside, sync_guards, sync_merges
from milestone.registry import load
from milestone.storage import git_text, merge_remains, record_files, settling, summary_file, versions
from milestone.storage.settling import Settled
from milestone.workspace.base import Workspace, Written

SEAL = "milestone.operations.sealing:seal"  # imports cryptography
MESSAGE = "milestone sync: settle the records"


class SyncRequest(msgspec.Struct, frozen=True, kw_only=True):
    """How far `sync` may go."""

    commit: bool = False
    here: bool = False  # also on another branch than the last time
    accept_removals: bool = False  # also when over a fifth of the records are gone


class Synced(msgspec.Struct, frozen=True, kw_only=True):
    """What `sync` did."""

    written: Written
    settled: Settled
    paths: tuple[str, ...] = ()  # files that are not as they were, under .milestones
    staged: tuple[str, ...] = ()  # those git could not merge, told to it as settled
    commit: str | None = None
    conflicts: tuple[Mapping[str, object], ...] = ()  # values set aside now, each with its `ref`


def sync(workspace: Workspace, request: SyncRequest) -> Synced:
    """Return what was settled, taken in, written and committed.

    Raises:
        Refused: another branch than the last time, over a fifth of the records are gone, or everything is kept
            encrypted; nothing is changed. Or git refused to commit what is settled and taken in.
    """
    beside.check_may_be_files(workspace)
    found = repository.find(workspace.root)
    sync_guards.check(workspace, found, here=request.here, accept_removals=request.accept_removals)
    before = summary_file.scan(str(workspace.root))
    remains = _remains(workspace, found)
    settled = settling.settle(
        remains.texts, there=remains.there, bases=remains.bases, copies=_copies(found, remains.texts)
    )
    if not workspace.options.dry_run:
        _bring(workspace, settled, remains.there)
    written = beside.take_in(workspace)
    after = summary_file.scan(str(workspace.root))
    paths = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    synced = Synced(written=written, settled=settled, paths=tuple(paths), conflicts=_conflicts(written))
    if workspace.options.dry_run:
        return synced
    sync_guards.remember(workspace, found)
    load(SEAL)(workspace)
    return synced if found is None else _told_git(found, synced, remains, request)


def _remains(workspace: Workspace, found: Repository | None) -> merge_remains.Remains:
    texts, left = record_files.read(str(workspace.root))
    if found is None:
        return merge_remains.of(texts, {}, left)
    stages = {path: (each.base, each.ours, each.theirs) for path, each in unmerged.stages(found).items()}
    merges = sync_merges.since(found, sync_guards.last_commit(workspace.root))
    return merge_remains.of(texts, stages, left, merges, sync_merges.under_way(found, stages))


def _copies(found: Repository | None, texts: Mapping[str, str]) -> set[str]:
    """Return the files git does not track, where it tracks any."""
    known = unmerged.tracked(found) if found is not None else set()
    return set(texts) - known if known else set()


def _bring(workspace: Workspace, settled: Settled, there: Mapping[str, str]) -> None:
    if settled.paths:
        root = str(workspace.root)
        git_text.keep_settled(root, settled.texts.values(), workspace.actor.name)
        record_files.bring(root, settled, there, timeout=workspace.options.lock_timeout)


def _told_git(found: Repository, synced: Synced, remains: merge_remains.Remains, request: SyncRequest) -> Synced:
    """Tell git which files are settled, and commit when asked to."""
    staged = [path for path in remains.unmerged if path not in synced.settled.left]
    commit = None
    if staged:
        unmerged.stage(found, sorted({*synced.paths, *staged}))
    if request.commit:
        _nothing_marked(synced, remains)
        try:
            commit = unmerged.commit(found, MESSAGE)
        except GitFailed as failed:
            raise errors.Refused(
                "The records are settled and taken in, but git did not commit them.",
                why=failed.reason.splitlines()[0] if failed.reason else "git says no more",
                next=["git status"],
                code="not_committed",
            ) from failed
    return msgspec.structs.replace(synced, staged=tuple(staged), commit=commit)


def _nothing_marked(synced: Synced, remains: merge_remains.Remains) -> None:
    """Refuse to commit what git left and nobody can settle."""
    texts = remains.texts
    left = [path for path in synced.settled.left if versions.MARKERS.search(texts.get(path, ""))]
    if left:
        raise errors.Refused(
            f"{left[0]} holds what git could not merge, and neither side of it is a record.",
            why="the rest is settled and taken in; nothing was committed",
            next=["Correct the file, then milestone sync --commit"],
            code="not_committed",
        )


def _conflicts(written: Written) -> tuple[Mapping[str, object], ...]:
    return tuple(
        {"ref": recorded.event.milestone, **recorded.event.data["conflict"]}
        for recorded in written.adopted
        if recorded.event.kind == "conflict.kept"
    )
