"""The store behind the plan: which one, how big, how fast, and whether another would fit better."""

from collections.abc import Mapping, Sequence
from typing import Any

from milestone.domain import scale

FEATURES = {
    "features.multi_agent_coordination": "agents working side by side",
    "enterprise_features.multi_project_portfolio": "a portfolio of projects",
    "enterprise_features.advanced_analytics": "analytics over everything",
    "enterprise_features.executive_reporting": "reports over everything",
    "community_features.public_dashboards": "public dashboards",
}


def view(
    *,
    backend: str,
    rows: Sequence[Mapping[str, Any]],
    team: Mapping[str, int],
    sizes: Mapping[str, int],
    times: Sequence[float],
    settings: Mapping[str, Any],
    verdict: scale.Verdict,
    replicas: Mapping[str, int] | None,
    command: str,
    recommended: str | None = None,
) -> dict[str, Any]:
    """Return the state of the store; `advice` says what would be better, each with its reason and command."""
    slow = scale.p95(list(times))
    advice = list(_advice(backend, settings, verdict, slow, replicas, command))
    if recommended not in (None, backend):
        reason = f"the project recommends {recommended} (config/storage-backend.txt)"
        advice.append({"reason": reason, "command": f"milestone migrate --to {recommended}"})
    return {
        "ok": not advice,
        "backend": backend,
        "fits": verdict.wanted,
        "recommended": recommended,
        "milestones": len(rows),
        "tasks": sum(int(row["tasks_total"] or 0) for row in rows),
        "team": dict(team),
        "bytes": dict(sizes),
        "readings": {"calls": len(times), "p95_ms": round(slow, 1) if slow is not None else None},
        "replicas": dict(replicas) if replicas else None,
        "by_itself": settings.get("features.auto_scale") is True,
        "advice": advice,
    }


def _advice(
    backend: str,
    settings: Mapping[str, Any],
    verdict: scale.Verdict,
    slow: float | None,
    replicas: Mapping[str, int] | None,
    command: str,
) -> list[dict[str, str]]:
    found = []
    if verdict.do != "stay":
        found.append({"reason": "; ".join(verdict.reasons) or "it was taken back from there", "command": command})
    if verdict.lacks_address:
        found.append(
            {"reason": "PostgreSQL is wished for and nobody says where it is", "command": "export MILESTONE_DSN=…"}
        )
    found += _supporting(backend, settings, slow)
    if replicas and replicas["present"] < replicas["expected"]:
        reason = f"{replicas['expected']} read replicas are expected, {replicas['present']} are named"
        found.append({"reason": reason, "command": "export MILESTONE_REPLICA_DSNS=…"})
    return found


def _supporting(backend: str, settings: Mapping[str, Any], slow: float | None) -> list[dict[str, str]]:
    """Return what never moves a store, and yet speaks for a bigger one."""
    place = scale.ORDER.index(backend)
    if place + 1 >= len(scale.ORDER) - 1:
        return []
    following = f"milestone migrate --to {scale.ORDER[place + 1]}"
    found = []
    if slow is not None and slow > scale.SLOW_MS:
        reason = f"95 of 100 answers take up to {slow:.0f} ms, more than {scale.SLOW_MS:.0f}"
        found.append({"reason": reason, "command": following})
    wanted = [text for key, text in FEATURES.items() if settings.get(key) is True]
    if wanted and backend == "file":
        found.append({"reason": f"the settings want {', '.join(wanted)}", "command": following})
    return found
