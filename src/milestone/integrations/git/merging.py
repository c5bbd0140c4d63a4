"""Bring a finished milestone into the branch it began on, only where nothing can be lost."""

from milestone.integrations.git.commits import branch_ref
from milestone.integrations.git.repository import Repository


def obstacle(repository: Repository, milestone: str, base_branch: str | None) -> str | None:
    """Return why no merge is offered, as a sentence; None for a plain fast-forward in a clean checkout."""
    tip = repository.commit_of(branch_ref(milestone))
    here = repository.checkout()
    if tip is None:
        return f"There is no branch milestone/{milestone}."
    if base_branch is None or here.branch is None:
        return "HEAD is detached, so there is no branch to merge into."
    if here.branch != base_branch:
        return f"The checkout is on {here.branch}, and the run began on {base_branch}."
    if here.head == tip:
        return f"{base_branch} has everything already."
    if here.dirty:
        return f"The checkout has {len(here.dirty)} uncommitted changes ({here.dirty[0]})."
    if here.head is None or not is_ancestor(repository, here.head, tip):
        return f"{base_branch} has moved on since the run began."
    return None


def merge(repository: Repository, milestone: str) -> str:
    """Return the commit the checked-out branch stands at after a fast-forward to the milestone's branch."""
    tip = repository.commit_of(branch_ref(milestone)) or ""
    repository.git("merge", "--ff-only", "--no-verify", "--no-gpg-sign", "--end-of-options", tip)
    return tip


def is_ancestor(repository: Repository, older: str, newer: str) -> bool:
    """Say whether one commit is contained in another."""
    return repository.git("merge-base", "--is-ancestor", older, newer, ok=(0, 1)).code == 0
