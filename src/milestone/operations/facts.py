"""Let the checks of facts decide: run them where the work is, without a lock, and record what they showed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from milestone.clock import format_moment
from milestone.domain.commands import of_facts
from milestone.domain.context import Context
from milestone.domain.decide import rules
from milestone.domain.document import Document, Event
from milestone.domain.facts import Fact, of
from milestone.integrations.git import merging, repository, worktrees
from milestone.integrations.git.command import GitFailed
from milestone.operations import proving, trusting
from milestone.operations.proving import Proof
from milestone.storage.base import Txn
from milestone.workspace.base import Workspace


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What the check of one fact showed."""

    fact: Fact
    proof: Proof
    where: str  # the branch, or the folder, it ran in

    @property
    def why(self) -> str:
        """Return why the fact stays unmet."""
        how = self.proof.error or f"exit {self.proof.exit_code}"
        return f"{self.proof.command} failed ({how}) on {self.where}"


def check(workspace: Workspace, start: Path, document: Document, wanted: Sequence[Fact]) -> list[Checked]:
    """Return what the checks of unmet facts showed; those that succeeded are recorded as met.

    A milestone that was executed is checked on its branch while that holds work the checkout has not, any other
    where the caller works. A fact without a check is left to people. A dry run checks nothing.
    """
    asked = [fact for fact in wanted if fact.check and not fact.met]
    if not asked or workspace.options.dry_run:
        return []
    trusting.require(workspace, of_facts(document, asked))
    shown: dict[str, Proof] = {}
    with place(workspace, start, document) as (folder, where):
        for fact in asked:
            command = str(fact.check)
            if command not in shown:
                shown[command] = proving.run(
                    command, rules.name(document), workspace.root, folder, exactly=folder != start
                )
    found = [Checked(fact=fact, proof=shown[str(fact.check)], where=where) for fact in asked]
    met = [each for each in found if each.proof.succeeded]
    if met:
        _record(workspace, document, met)
    return found


def _record(workspace: Workspace, document: Document, met: Sequence[Checked]) -> None:
    """Record facts before the write they are for, which keeps the caller's key and expected revision."""
    options = workspace.options
    workspace.options = msgspec.structs.replace(options, key=None)
    try:
        written = workspace.write(lambda txn, ctx: _met(workspace, txn, ctx, document, met))
    finally:
        workspace.options = options
    if options.if_revision is not None and written.documents:
        workspace.options = msgspec.structs.replace(options, if_revision=written.documents[0].revision)


@contextmanager
def place(workspace: Workspace, start: Path, document: Document) -> Iterator[tuple[Path, str]]:
    """Yield where a milestone's work is seen, and its name: a worktree of its branch, else the checkout."""
    name = rules.name(document)
    found = repository.find(workspace.root)
    folder = workspace.root / "worktrees" / "checks" / name
    tip = _unmerged(found, name) if found else None
    if found is None or tip is None:
        yield start, "the checkout" if found else "this folder"
        return
    try:
        worktrees.remove(found, folder)  # what a killed check left
        worktrees.add(found, folder, tip)
    except GitFailed:
        yield start, "the checkout"
        return
    try:
        yield folder, f"milestone/{name}"
    finally:
        worktrees.remove(found, folder)


def _unmerged(found: repository.Repository, name: str) -> str | None:
    """Return the tip of a milestone's branch when the checkout does not have all of it."""
    try:
        tip = found.commit_of(f"refs/heads/milestone/{name}")
        head = found.checkout().head
        return tip if tip and not (head and merging.is_ancestor(found, tip, head)) else None
    except GitFailed:
        return None


def _met(workspace: Workspace, txn: Txn, ctx: Context, document: Document, met: Sequence[Checked]) -> list[Event]:
    """Return the facts that became true, unless somebody has changed or met them meanwhile."""
    now = txn.load("milestone", document.uid)
    unmet = {(fact.where, fact.name, fact.check) for fact in of(now) if not fact.met} if now else set()
    at = format_moment(workspace.clock.now())
    return [
        rules.event(
            document,
            "fact.met",
            where=each.fact.where,
            fact=each.fact.name,
            evidence={**each.proof.evidence(ctx.actor.name, at), "where": each.where},
        )
        for each in met
        if (each.fact.where, each.fact.name, each.fact.check) in unmet
    ]
