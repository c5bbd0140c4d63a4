"""A milestone's branch at the place all machines share: fetched before work, pushed after it, never by force."""

from milestone.integrations.git.command import GitFailed, git
from milestone.integrations.git.commits import branch_ref
from milestone.integrations.git.repository import Repository

TRANSPORT = "file:git:http:https:ssh"
SECONDS = 60.0
# What git says when somebody else moved, or made, the branch in the same moment.
FASTER = (
    *("fetch first", "non-fast-forward", "stale info", "cannot lock ref", "reference already exists"),
    *("failed to update ref", "incorrect old value"),
)


def has(repository: Repository, remote: str) -> bool:
    """Say whether the repository knows a remote of that name."""
    return remote in repository.git("remote").out.split()


def fetch(repository: Repository, remote: str, milestone: str, seconds: float = SECONDS) -> str | None:
    """Return where a milestone's branch is at the remote, and bring the branch here there; None without one.

    Commits of this branch that are only here are left out: those of a task are made again from its worktree.

    Raises:
        GitFailed: the remote cannot be reached.
    """
    ref, kept = branch_ref(milestone), f"refs/milestone/remote/{milestone}"
    listed = _far(repository, "ls-remote", "--end-of-options", remote, ref, seconds=seconds).split()
    if not listed:
        return None
    wanted = ["--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance"]
    _far(repository, "fetch", "--quiet", *wanted, "--end-of-options", remote, f"+{ref}:{kept}", seconds=seconds)
    tip = repository.commit_of(kept)
    if tip is not None and repository.commit_of(ref) != tip:
        repository.git("update-ref", "-m", "milestone: as at the remote", ref, tip)
    return tip


def push(repository: Repository, remote: str, milestone: str, seconds: float = SECONDS) -> bool:
    """Push a milestone's branch; say whether the remote took it. It does not when somebody else was faster.

    Raises:
        GitFailed: the remote cannot be reached, or refuses for another reason.
    """
    ref = branch_ref(milestone)
    try:
        _far(
            repository,
            "push",
            "--quiet",
            "--no-verify",
            "--end-of-options",
            remote,
            f"{ref}:{ref}",
            seconds=seconds,
        )
    except GitFailed as failed:
        if any(word in failed.reason for word in FASTER):
            return False
        raise
    return True


def _far(repository: Repository, *arguments: str, seconds: float) -> str:
    config = repository.drivers_off
    return git(repository.top, *arguments, config=config, transport=TRANSPORT, seconds=seconds).out
