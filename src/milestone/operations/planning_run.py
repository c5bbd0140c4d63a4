"""What `execute --dry-run` shows: the order tasks would be done in and by whom. Nothing is recorded or started."""

from typing import Any

from milestone.domain import graph, tasks
from milestone.domain.decide import requirements
from milestone.domain.document import Document
from milestone.engine import scheduler
from milestone.operations import running, worktree_setup
from milestone.operations.execute import ExecuteMilestone, agents_for, choose_place
from milestone.workspace.base import Workspace


def plan(workspace: Workspace, document: Document, request: ExecuteMilestone) -> dict[str, Any]:
    """Return `{milestone place agents plan unmet}`.

    Raises:
        Refused: something required is unmet and nobody overrides, as the run itself would say.
    """
    with workspace.reading() as reading:
        ctx = workspace.context(reading)
    if request.override is None:
        requirements.may_start(document, ctx, None, "be executed")
    place = choose_place(workspace, document, in_place=request.in_place)
    body = document.body
    waits = tasks.needs(body)
    left = {str(t["id"]): t for t in tasks.leaves(body) if tasks.status(t) not in ("completed", "cancelled")}
    session = {"executor": request.executor}
    return {
        "milestone": str(body["id"]),
        "dry_run": True,
        "session": None,
        "state": "planned",
        "place": f"{place.why}." if place.why else f"Each task gets its own worktree at {str(place.base)[:7]}.",
        "setup": list(running.furnishing_of(workspace).setup),
        "hint": worktree_setup.hint(workspace) if place.mode == "worktrees" else "",
        "agents": 1 if place.mode == "in_place" else agents_for(ctx, request.agents, document),
        "plan": [
            {
                "task": name,
                "title": tasks.title(left[name]),
                "executor": scheduler.executor_of(left[name], session, ctx.settings),
                "run": left[name].get("run"),
                "verify": left[name].get("verify"),
                "after": [d for d in waits.get(name, ()) if d in left],
            }
            for name in graph.order(waits)
            if name in left
        ],
        "tasks": [],
        "waiting_for": [],
    }
