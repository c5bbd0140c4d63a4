"""The folder an attempt works in: its own worktree, or the project itself where there is no git."""

import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path

import msgspec

from milestone.domain import receipts
from milestone.domain.receipts import WorkState
from milestone.domain.safe_names import branch_name, folder_name
from milestone.engine import changes, furnishing, places, room, together
from milestone.engine.attempt import Attempt
from milestone.engine.branches import Branches
from milestone.engine.outcome import Blocked
from milestone.engine.setup import Setup
from milestone.errors import MilestoneError
from milestone.integrations.git import commits, furniture, worktrees
from milestone.integrations.git import state as git_state
from milestone.integrations.git.command import GitFailed
from milestone.integrations.git.commits import Message
from milestone.integrations.git.repository import Repository

MOST_PATHS = 200  # of one commit that are kept


class Workplace:
    """Makes, keeps and leaves the folders of attempts."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def folder(self, found: Attempt) -> Path:
        """Return where the attempt works."""
        if self.repository_of(found) is None:
            return self.setup.project
        return places.of(self.setup, found)

    def shown(self, found: Attempt) -> str:
        """Return the folder as people read it, relative to the project."""
        return os.path.relpath(self.folder(found), self.setup.project)

    def deliverables(self, found: Attempt) -> Path:
        """Return the task's folder for deliverables."""
        return self.setup.root / "deliverables" / folder_name(found.milestone) / folder_name(found.name)

    def prepare(self, found: Attempt, stop: threading.Event, log: Path) -> str:
        """Return the commit the attempt begins at, with its folder ready; empty where there is no worktree.

        An agent goes on with the files an interrupted attempt left; a command line starts from a clean folder.

        Raises:
            Blocked: the worktrees take more room than they may.
            SetupFailed, Stopped: the set-up did not come to its end.
        """
        self.deliverables(found).mkdir(parents=True, exist_ok=True)
        self._temporary(found).mkdir(parents=True, exist_ok=True)
        if found.phase is not None:
            self.setup.deliverables.prepare(found.document.body, found.name, found.phase)
        repository = self.repository_of(found)
        if repository is None:
            return ""
        tip = self._open_branch(found, repository)
        start = str(found.known.get("start") or "")
        if self._goes_on(found, repository, start):
            return start
        folder = self._place(found, repository, tip)
        place = furnishing.Place(
            repository=repository,
            folder=folder,
            base=str(found.session.body["base"]),
            tip=tip,
            log=log,
            environment=self.environment(found, f"setup-{found.ref}"),
        )
        furnishing.furnish(self.setup.furnishing, place, stop)
        return tip

    def keep(self, found: Attempt) -> str | None:
        """Return the commit with the attempt's change on the milestone's branch; None when it changed nothing.

        A phase that is not the last one leaves its change in the folder, for the one commit of the task.

        Raises:
            Blocked: the change conflicts with another task's, or touches the records, or has an odd deliverable.
        """
        self._take_in(found)
        repository = self.repository_of(found)
        if repository is None:
            return None
        message = self.message(found)
        branches = self._branches(found)
        made = commits.find_commit(repository, found.milestone, str(found.session.body["base"]), found.mark)
        if made is not None and branches is None:
            return made
        folder, start = self.folder(found), str(found.known.get("start") or found.session.body["base"])
        try:
            own = commits.snapshot(repository, folder, start, message)
            if not found.is_last_phase:
                worktrees.clean(repository, folder, own or start)
                return None
            if own is None:
                return None
            if branches is None:
                return commits.integrate(repository, found.milestone, own, message)
            return branches.add(
                found.milestone,
                str(found.session.body["base"]),
                found.mark,
                lambda: commits.integrate(repository, found.milestone, own, message),
            )
        except commits.RecordsChanged as changed:
            raise Blocked(f"its work changed the records: {_listed(changed.paths)}", "records") from None
        except commits.Conflict as conflict:
            raise Blocked(self._conflicted(repository, found, own, conflict), "git") from None

    def changed(self, found: Attempt, commit: str | None) -> tuple[str, ...]:
        """Return the paths an attempt's commit changed, a lot of them at most; none where git cannot say."""
        repository = self.repository_of(found)
        if repository is None or commit is None:
            return ()
        try:
            every = commits.changes_between(repository, f"{commit}^", commit)
        except GitFailed:
            return ()
        return tuple(change.path for change in every[:MOST_PATHS])

    def message(self, found: Attempt) -> Message:
        """Return what the task's commit says."""
        body = found.document.body
        return Message(
            milestone=found.milestone,
            task=found.name,
            title=str(found.task.get("title") or found.name) + (f" ({found.phase})" if found.phase else ""),
            category=str(found.task.get("type") or body.get("category") or ""),
            footer=self.setup.footer,
            mark=found.mark,
        )

    def state(self, found: Attempt) -> WorkState | None:
        """Return the files of the attempt as they are; None without git."""
        known = self.setup.repository
        return git_state.at(known, self.folder(found)) if known is not None else None

    def state_asked(self, found: Attempt) -> WorkState | None:
        """Return the same where evidence is required; what is in a worktree is committed by the run itself."""
        if not receipts.is_required(found.document, found.task, found.ctx.settings):
            return None
        state, own = self.state(found), self.repository_of(found) is not None
        return msgspec.structs.replace(state, uncommitted=()) if state and own else state

    def leave(self, found: Attempt) -> None:
        """Remove the folder of a finished attempt; its work is on the branch."""
        repository = self.repository_of(found)
        if repository is not None and found.is_last_phase:
            self._let_go(repository, self.folder(found))
        self.setup.ports.release(found.ref)
        shutil.rmtree(self._temporary(found), ignore_errors=True)
        _remove_empty(self._temporary(found).parent)
        _remove_empty(self.deliverables(found), self.deliverables(found).parent)

    def close(self, session: str) -> None:
        """Remove the worktrees of a session that no task waits for any more."""
        if self.setup.repository is not None:
            for folder in places.parked(self.setup, session):
                worktrees.remove(self.setup.repository, folder)
            _remove_empty(self.setup.worktrees_of(session))

    def environment(self, found: Attempt, mark: str) -> dict[str, str]:
        """Return what a program is told about its task."""
        return {
            "MILESTONE_DIR": str(self.setup.root),
            "MILESTONE_SESSION": str(found.session.body["id"]),
            "MILESTONE_TASK": found.ref,
            "MILESTONE_PHASE": found.phase or "",
            "MILESTONE_DELIVERABLES": str(self.deliverables(found)),
            "MILESTONE_ACTOR": f"agent:{found.executor}",
            "MILESTONE_LEASE": mark,
            "MILESTONE_PORT": str(self.setup.ports.of(found.ref)),
            "TMPDIR": str(self._temporary(found)),
        }

    def _open_branch(self, found: Attempt, repository: Repository) -> str:
        branches, base = self._branches(found), str(found.session.body["base"])
        if branches is not None:
            return branches.begin(found.milestone, base)
        return commits.open_branch(repository, found.milestone, base)

    def _branches(self, found: Attempt) -> Branches | None:
        return self.setup.branches if together.is_shared(found.session.body) else None

    def _place(self, found: Attempt, repository: Repository, tip: str) -> Path:
        """Return the task's worktree, clean at `tip`: its own, one handed on by another task, or a new one."""
        folder = self.folder(found)
        if furniture.is_parked(folder) and not furniture.take(folder, found.ref):
            folder = self.folder(found)  # another task got it in this moment
        if not folder.exists():
            folder = places.handed_on(self.setup, found) or folder
        if worktrees.is_whole(repository, folder):
            worktrees.clean(repository, folder, tip)
        else:
            room.check(self.setup, repository)
            worktrees.add(repository, folder, tip)
        furniture.give(folder, found.ref)
        return folder

    def _let_go(self, repository: Repository, folder: Path) -> None:
        """Remove a worktree, or keep it for the next task where making one usable takes work."""
        if self.setup.furnishing.setup and furniture.park(folder):
            return
        worktrees.remove(repository, folder)
        _remove_empty(folder.parent)

    def _temporary(self, found: Attempt) -> Path:
        return self.setup.temporary(str(found.session.body["id"]), found.name)

    def _goes_on(self, found: Attempt, repository: Repository, start: str) -> bool:
        """Say whether the folder stays as it is: for an agent, and for a later phase of the same task."""
        folder = self.folder(found)
        if not start or found.known.get("fresh") or not worktrees.is_whole(repository, folder):
            return False
        if found.executor != "shell":
            return True
        before = found.phase is not None and repository.at(folder, "rev-parse", "HEAD").line
        if before and before != start:
            worktrees.clean(repository, folder, before)  # what an earlier phase kept, without this one's leftovers
            return True
        return False

    def _take_in(self, found: Attempt) -> None:
        """Put what the worker left in the task's folder into that of its phase."""
        if found.phase is None:
            return
        source = self.deliverables(found)
        loose = [p for p in source.iterdir() if p.is_file()] if source.is_dir() else []
        if not loose:
            return
        waiting = source / ".incoming"
        waiting.mkdir(exist_ok=True)
        for path in loose:
            shutil.move(path, waiting / path.name)
        try:
            self.setup.deliverables.take_in(waiting, found.milestone, found.name, found.phase)
        except MilestoneError as refused:
            raise Blocked(refused.message, "deliverable") from None
        finally:
            shutil.rmtree(waiting, ignore_errors=True)

    def _conflicted(
        self, repository: Repository, found: Attempt, own: str | None, conflict: commits.Conflict
    ) -> str:
        """Keep the unmerged commit on a branch of its own, and say so."""
        kept = f"milestone/{branch_name(found.milestone)}-{branch_name(found.name)}"
        if own:
            repository.git("update-ref", "-m", "milestone: unmerged", f"refs/heads/{kept}", own)
        return f"it conflicts with another task in {_listed(conflict.paths)}; its work is kept on {kept}"

    def left_nothing(self, found: Attempt) -> bool:
        """Say whether an agent's attempt without a commit left nothing else either: no file, no deliverable."""
        if found.executor in ("shell", "human") or not found.is_last_phase:
            return False
        if self.repository_of(found) is None:
            before = found.known.get("files")
            if not before or changes.fingerprint(self.folder(found)) != before:
                return False
        if found.phase is None:
            return not self.setup.deliverables.loose(self.deliverables(found))
        survey = self.setup.deliverables.survey(found.document.body, found.name)
        return not (found.phase in survey and survey[found.phase].there)

    def repository_of(self, found: Attempt) -> Repository | None:
        """Return the repository an attempt works in; None in a folder without git, or by wish."""
        return self.setup.repository if found.session.body.get("mode") == "worktrees" else None


def _remove_empty(*folders: Path) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _listed(paths: list[str]) -> str:
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
