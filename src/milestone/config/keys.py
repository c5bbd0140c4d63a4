"""Every key a configuration may hold: what it takes, its default, its effect."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from milestone.config.effects import EFFECTS

_BACKENDS = ("auto", "file", "hybrid", "sqlite", "database", "postgres", "postgresql")


class Key(NamedTuple):
    """What a key takes and does.

    `kind`: flag, count, number, text, choice, hours (`8h`, `2 days`), texts, lines, map, secret, zone, any.
    A secret may be `${ENV}` or `file:PATH` and is never shown.
    """

    kind: str
    default: Any = None
    choices: tuple[str, ...] = ()
    effect: str | None = None  # None: no effect yet
    shown_by: str = ""  # the test that shows the effect


_FLAG = Key("flag")
_TAKES: Mapping[str, Key] = {
    "project.name": Key("text"),
    "project.organization": Key("text"),
    "project.type": Key("text"),
    "project.team_size": Key("count"),
    "project.community_size": Key("count"),
    "project.timezone": Key("zone", "UTC"),
    "project.hours_per_week": Key("number"),
    "features.kiro_workflow": _FLAG,
    "features.multi_agent_coordination": _FLAG,
    "features.session_management": _FLAG,
    "features.auto_scale": _FLAG,
    "coordination.max_concurrent_milestones": Key("count"),
    "coordination.approval_required": _FLAG,
    "coordination.mode": Key("choice", None, ("flat", "hierarchical")),
    "coordination.cross_team_notifications": _FLAG,
    "approvals.proof": Key("choice", None, ("named", "present", "signed")),
    "approvals.separation_of_duties": Key("flag", False),
    "approvals.key": Key("text"),
    "approvals.sla": Key("hours", "24h"),
    "approvals.working_time": Key("flag", False),
    "evidence": Key("choice", "advised", ("advised", "required")),
    "claims.lease": Key("hours", "30m"),
    "coordination.locks": Key("map"),
    "executor": Key("text"),
    "executors": Key("map"),
    "execution.retries": Key("count", 1),
    "execution.time_limit": Key("hours", "4h"),
    "execution.verify_time_limit": Key("hours", "30m"),
    "execution.silence": Key("hours", "30m"),
    "execution.answer_limit": Key("hours", "10m"),
    "execution.backoff": Key("hours", "5s"),
    "execution.breaker": Key("count", 5),
    "execution.breaker_rest": Key("hours", "5m"),
    "budget.task.time": Key("hours"),
    "budget.task.tokens": Key("count"),
    "budget.task.money": Key("text"),
    "budget.milestone.time": Key("hours"),
    "budget.milestone.tokens": Key("count"),
    "budget.milestone.money": Key("text"),
    "budget.day.time": Key("hours"),
    "budget.day.tokens": Key("count"),
    "budget.day.money": Key("text"),
    "budget.rates": Key("map"),
    "blockers.escalate_after": Key("hours"),
    "sessions.idle_gap": Key("hours", "15m"),
    "execution.workers": Key("choice", "local", ("local", "shared")),
    "execution.worker_lease": Key("hours", "30s"),
    "git.remote": Key("text", "origin"),
    "git.commit_store": Key("choice", "never", ("never", "on_completion", "each_change")),
    "git.push": Key("choice", "never", ("never", "on_completion", "each_task")),
    "git.merge": Key("choice", "offer", ("none", "offer", "auto")),
    "git.footer": Key("text", ""),
    "worktree.dir": Key("text"),
    "worktree.setup": Key("lines"),
    "worktree.copy": Key("texts"),
    "worktree.link": Key("texts"),
    "worktree.max_megabytes": Key("count", 20_000),
    "hints": Key("flag", True),
    "scale_override": Key("choice", None, _BACKENDS),
    "backend.type": Key("choice", None, _BACKENDS),
    "backend.dsn": Key("secret"),
    "backend.cluster_configuration.read_replicas": Key("count"),
    "backend.cluster_configuration.connection_pool_size": Key("count"),
    "backend.cluster_configuration.backup_frequency": Key("hours"),
    "backend.cluster_configuration.replica_dsns": Key("secret"),
    "backup.enabled": Key("flag", True),
    "backup.frequency": Key("hours", "24h"),
    "backup.mirror": Key("text"),
    "backup.keep_days": Key("count", 14),
    "backup.keep_weeks": Key("count", 8),
    "backup.max_megabytes": Key("count", 1000),
    "log.compat": _FLAG,
    "ui.level": Key("any"),
    "ui.dashboard": Key("text"),
    "scale.thresholds": Key("map"),
    "scale.file": Key("map"),
    "scale.hybrid": Key("map"),
    "scale.database": Key("map"),
    "scale.override": Key("text"),
    "storage.thresholds": Key("map"),
    "storage.migration": Key("map"),
    "enterprise_features.multi_project_portfolio": _FLAG,
    "enterprise_features.advanced_analytics": _FLAG,
    "enterprise_features.compliance_tracking": _FLAG,
    "enterprise_features.resource_allocation_optimization": _FLAG,
    "enterprise_features.executive_reporting": _FLAG,
    "security.encryption_at_rest": _FLAG,
    "security.encrypt": Key("choice", "sensitive", ("sensitive", "all")),
    "security.audit_trail": Key("text"),
    "security.access_control": Key("text"),
    "security.compliance_modes": Key("texts"),
    "community_features.public_dashboards": _FLAG,
    "community_features.contributor_recognition": _FLAG,
    "community_features.async_coordination": _FLAG,
    "community_features.contribution_tracking": _FLAG,
    "community_features.community_voting": _FLAG,
    "workflow.approval_process": Key("text"),
    "workflow.milestone_visibility": Key("text"),
    "workflow.contribution_attribution": _FLAG,
    "workflow.release_automation": _FLAG,
    "channels": Key("map"),
    "integrations.slack_webhook": Key("secret"),
    "integrations.github_integration": _FLAG,
    "integrations.ci_cd_integration": _FLAG,
    "integrations.ci.command": Key("text"),
    "integrations.ci.poll": Key("text"),
    "integrations.ci.status_file": Key("text"),
    "integrations.ci.time_limit": Key("hours"),
    "integrations.ci.every": Key("hours"),
    "integrations.jira": _FLAG,
    "integrations.confluence": _FLAG,
    "integrations.slack": _FLAG,
    "integrations.microsoft_teams": _FLAG,
    "integrations.jenkins": _FLAG,
    "integrations.github": _FLAG,
    "integrations.github_enterprise": _FLAG,
    "integrations.servicenow": _FLAG,
    "integrations.discord": _FLAG,
    "integrations.reddit": _FLAG,
    "integrations.twitter": _FLAG,
    "integrations.newsletter": _FLAG,
    "integrations.documentation_site": _FLAG,
}
# Keys under which names are free: `executors.agent.command`.
_FREE_TAKES: Mapping[str, Mapping[str, Key]] = {
    "executors": {
        "command": Key("any"),
        "time_limit": Key("hours"),
        "kind": Key("choice", None, ("agent", "claude", "codex", "gemini", "opencode", "acp")),
        "args": Key("any"),
        "model": Key("text"),
        "permissions": Key("text"),
        "price": Key("map"),
    },
    "channels": {
        "url": Key("secret"),
        "events": Key("texts"),
        "teams": Key("texts"),
        "quiet": Key("text"),
        "every": Key("hours"),
    },
}


def _effective(name: str, key: Key) -> Key:
    effect, shown_by = EFFECTS.get(name, (None, ""))
    return key._replace(effect=effect, shown_by=shown_by)


KEYS: Mapping[str, Key] = {name: _effective(name, key) for name, key in _TAKES.items()}
FREE: Mapping[str, Mapping[str, Key]] = {
    section: {name: _effective(f"{section}.*.{name}", key) for name, key in known.items()}
    for section, known in _FREE_TAKES.items()
}


def find(key: str) -> Key | None:
    """Return what is known of a dotted key; None for one nobody knows."""
    known = KEYS.get(key)
    if known is not None:
        return known
    first, _, rest = key.partition(".")
    free = FREE.get(first)
    return free.get(rest.rpartition(".")[2]) if free and "." in rest else None


def sections() -> frozenset[str]:
    """Return every dotted prefix that holds keys."""
    return frozenset(
        ".".join(parts[:length]) for key in KEYS for parts in [key.split(".")] for length in range(1, len(parts))
    ) | frozenset(FREE)


def variable(key: str) -> str:
    """Return the environment variable of a key: `project.timezone` is `MILESTONE_PROJECT_TIMEZONE`."""
    return "MILESTONE_" + key.upper().replace(".", "_")
