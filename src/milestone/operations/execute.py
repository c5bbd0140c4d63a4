"""Run the ready tasks of milestones: begin or go on with sessions, work or attach, and say how it ended."""

import os
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from milestone import errors
from milestone.domain import facts
from milestone.domain.context import Context
from milestone.domain.decide import milestone as of_milestone
from milestone.domain.decide import requirements, rules
from milestone.domain.decide import session as of_session
from milestone.domain.document import Document, Event
from milestone.domain.safe_names import branch_name
from milestone.integrations.git import repository as repositories
from milestone.integrations.git.repository import Repository
from milestone.operations import brought, going_on, presences, surroundings, trusting, worktree_setup
from milestone.operations import facts as checking
from milestone.operations.going_on import ExecuteMilestone as ExecuteMilestone
from milestone.storage.base import Txn
from milestone.storage.locks import run_is_live
from milestone.workspace.base import Workspace

MOST_AT_ONCE = 4  # milestones of one project, where the project sets nothing


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A session that is to be worked on now, and what to tell about it."""

    session: str
    milestone: str
    follows: bool = False  # another command runs it: this one only watches
    beside: bool = False  # a host was alive when this began: its sessions are taken over should it die
    says: tuple[str, ...] = ()


def begin(workspace: Workspace, document: Document, request: ExecuteMilestone) -> Begun:
    """Return the session of a milestone: the one that runs, else the one that was interrupted, else a new one.

    Raises:
        Refused: something required is unmet, or the checkout is on the milestone's own branch.
        Busy: the project runs as many milestones as it may.
    """
    if workspace.in_run:
        raise errors.Refused(
            "A task of a run cannot start another run.",
            why="it would wait for itself",
            hint="finish this task; whoever started the run starts the next",
            code="inside_a_run",
        )
    check_commands(workspace, document, request)
    live, lives = run_is_live(workspace.root), presences.of(workspace).lives
    with workspace.reading() as reading:
        sessions = list(reading.find("session"))
    running = _running(sessions, document.uid)
    if running is not None and lives(running.body):
        name = str(running.body["id"])
        says = [f"{name} goes on."] if _wake(workspace, running) else []
        says.append(f"Following {name}.")
        return Begun(session=name, milestone=_name(document), follows=True, beside=True, says=tuple(says))
    _check_room(workspace, sessions, document, live)
    place = choose_place(workspace, document, in_place=request.in_place)
    earlier = _earlier(sessions, document, request)
    surroundings.repair(workspace.root)  # worktrees and logs of a run are never offered to git
    begun: list[Begun] = []

    def decide(txn: Txn, ctx: Context) -> list[Event]:
        begun.clear()
        now = txn.load("milestone", document.uid) or document
        known = list(txn.find("session"))
        old = next((s for s in known if earlier and s.uid == earlier.uid), None)
        passed = _started(now, request, ctx)
        if old is not None and not request.fresh:
            events = going_on.events(
                now, old, request, place.fields(), presences.owner(workspace, worktrees=place.mode == "worktrees")
            )
            begun.append(Begun(session=str(old.body["id"]), milestone=_name(now), says=going_on.words(now, old)))
            return [*passed, *events]
        aside = going_on.set_aside(now, old) if old is not None else []
        started = of_session.start(
            known,
            _request(
                now, request, ctx, place, old, presences.owner(workspace, worktrees=place.mode == "worktrees")
            ),
            ctx,
        )
        name = str(started[0].data["body"]["id"])
        hint = worktree_setup.hint(workspace) if place.mode == "worktrees" else ""
        says = (_first_words(name, place), *([hint] if hint else []))
        begun.append(Begun(session=name, milestone=_name(now), says=says))
        retried = going_on.retried(now) if request.restart_agents else []
        return [*passed, *aside, *started, *retried]

    failed = _check_facts(workspace, document)
    try:
        workspace.write(decide)
    except errors.Refused as refused:
        refused.findings += failed
        if refused.code != "already_running":
            raise
        return begin(workspace, document, request)  # somebody began it in the same moment: follow them
    return msgspec.structs.replace(begun[0], beside=live)


def _wake(workspace: Workspace, session: Document) -> bool:
    """Let a paused session go on; say whether it was paused."""
    if session.body.get("paused"):
        workspace.write(lambda _txn, _ctx: of_session.pause(session, False))
    return bool(session.body.get("paused"))


def check_commands(workspace: Workspace, document: Document, request: ExecuteMilestone) -> None:
    """Let pass what a run of the milestone would start. Raises as `trusting.require`."""
    trusting.require(workspace, brought.of_run(workspace, document, request.executor))


def settle(workspace: Workspace, document: Document) -> None:
    """Close what a killed run left open of a milestone in which nothing is left to do; its file is written too."""

    def decide(txn: Txn, _ctx: Context) -> list[Event]:
        left = _running(list(txn.find("session")), document.uid)
        return (
            of_session.end(left, "ended")
            if left is not None and not presences.of(workspace).lives(left.body)
            else []
        )

    workspace.write(decide)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run works, and what it cannot do there."""

    mode: str  # worktrees, or in_place
    base: str | None = None
    base_branch: str | None = None
    why: str = ""  # why it is not in worktrees

    def fields(self) -> Mapping[str, Any]:
        """Return what a session keeps of it."""
        return {"mode": self.mode, "base": self.base, "base_branch": self.base_branch}


def _check_facts(workspace: Workspace, document: Document) -> list[dict[str, Any]]:
    """Let the checks of conditions and external dependencies decide; return what those that failed showed."""
    wanted = [*facts.conditions(document), *facts.external(document)]
    checked = checking.check(workspace, workspace.root.parent, document, wanted)
    failed = [each for each in checked if not each.proof.succeeded]
    return [rules.finding("check_failed", each.why, path=each.fact.name) for each in failed]


def choose_place(workspace: Workspace, document: Document, *, in_place: bool) -> Place:
    """Return worktrees where git has a commit to begin at, else the folder itself, one task at a time.

    Raises:
        Refused: the user's checkout is on the branch the run would move.
    """
    if in_place:
        return Place(
            mode="in_place", why="--in-place: tasks run one at a time in this folder; nothing is committed"
        )
    found = repositories.find(workspace.root.resolve())
    if found is None and repositories.is_refused(workspace.root.resolve()):
        raise errors.Refused(
            "Git will not work in this folder: it belongs to somebody else.",
            why="without git a run would work in your files directly, and that takes your word",
            next=[
                f"git config --global --add safe.directory {shlex.quote(str(workspace.root.parent.resolve()))}",
                f"milestone execute {_name(document)} --in-place",
            ],
            code="git_refuses",
        )
    if found is None:
        return Place(mode="in_place", why="No git here: tasks run one at a time in this folder, without commits")
    if repositories.version() < repositories.OLDEST:
        return Place(mode="in_place", why="git is older than 2.38: tasks run one at a time, without commits")
    checkout = found.checkout()
    if checkout.head is None:
        return Place(
            mode="in_place",
            why="This repository has no commit yet: tasks run one at a time in this folder, without commits",
        )
    _check_branch_is_free(found, _name(document))
    return Place(mode="worktrees", base=checkout.head, base_branch=checkout.branch)


def agents_for(ctx: Context, wanted: int | None, document: Document) -> int:
    """Return how many tasks are worked on at once: as asked, else by team; never above what is there to do."""
    if wanted is not None:
        return max(1, wanted)
    people = team_size(ctx)
    usual = 1 if people <= 1 else 3 if people < 20 else 6
    return max(1, min(usual, len(document.body.get("tasks") or []), 2 * (os.cpu_count() or 1)))


def team_size(ctx: Context) -> int:
    """Return how many people there are: as the project says, or as `team.yaml` lists."""
    size = ctx.settings.get("project.team_size")
    return max(len(ctx.people), size if isinstance(size, int) else 1)


def _request(
    document: Document,
    request: ExecuteMilestone,
    ctx: Context,
    place: Place,
    old: Document | None,
    owner: Mapping[str, Any],
) -> of_session.StartSession:
    usual = (
        "hierarchical" if team_size(ctx) >= 20 or len({t for p in ctx.people for t in p.teams}) >= 3 else "flat"
    )
    agents = 1 if place.mode == "in_place" else agents_for(ctx, request.agents, document)
    return of_session.StartSession(
        milestone=document,
        agents=agents,
        coordination=request.coordination or str(ctx.settings.get("coordination.mode") or usual),
        executor=request.executor,
        base=place.base,
        base_branch=place.base_branch,
        mode=place.mode,
        owner=owner,
        instead_of=old.uid if old is not None else None,
    )


def _started(document: Document, request: ExecuteMilestone, ctx: Context) -> list[Event]:
    """Return the start of the milestone, which says what is unmet before anything is recorded."""
    status = str(document.body.get("status") or "planned")
    if status in ("paused", "blocked"):
        return of_milestone.resume(document, ctx, "execute")
    if status == "planned":
        return of_milestone.start(document, of_milestone.StartMilestone(override=request.override), ctx)
    return requirements.may_start(document, ctx, request.override, "be executed")


def _running(sessions: Sequence[Document], uid: str) -> Document | None:
    return next((s for s in of_session.running(sessions) if uid in (s.body.get("holds") or ())), None)


def _earlier(sessions: Sequence[Document], document: Document, request: ExecuteMilestone) -> Document | None:
    if request.session is None:
        return of_session.last_of(sessions, document.uid)
    found = next((s for s in sessions if s.body.get("id") == request.session), None)
    if found is None or document.uid not in (found.body.get("holds") or ()):
        raise errors.SessionNotFound(
            f"{request.session} is no session of {_name(document)}.",
            next=["milestone sessions list"],
            candidates=[str(s.body["id"]) for s in sessions if document.uid in (s.body.get("holds") or ())],
        )
    return found


def _check_room(workspace: Workspace, sessions: Sequence[Document], document: Document, live: bool) -> None:
    if not live:
        return
    wanted = workspace.settings.get("coordination.max_concurrent_milestones")
    most = wanted if isinstance(wanted, int) and wanted > 0 else MOST_AT_ONCE
    others = [s for s in of_session.running(sessions) if document.uid not in (s.body.get("holds") or ())]
    others = [s for s in others if presences.of(workspace).lives(s.body)]
    if len(others) >= most:
        names = ", ".join(str(s.body["milestones"][0]) for s in others)
        raise errors.Busy(
            f"{len(others)} milestones are executed already, and {most} may be.",
            why=f"coordination.max_concurrent_milestones; at work: {names}",
            next=[f"milestone execute {_name(document)} --wait", "milestone sessions list"],
            code="too_many_milestones",
            retry_after_ms=60_000,
        )


def _check_branch_is_free(repository: Repository, milestone: str) -> None:
    taken = repository.branches_in_use().get(f"milestone/{branch_name(milestone)}")
    if taken is not None:
        raise errors.Refused(
            f"milestone/{milestone} is checked out in {taken}, so a run cannot add to it.",
            why="a run moves that branch, and never touches a checkout of yours",
            hint="check out another branch there, or run with --in-place",
            next=["git switch -", f"milestone execute {milestone} --in-place"],
            code="branch_checked_out",
        )


def _first_words(name: str, place: Place) -> str:
    return f"{name}: {place.why}." if place.why else f"{name} begins; your checkout stays as it is."


def _name(document: Document) -> str:
    return str(document.body["id"])
