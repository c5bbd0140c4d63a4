"""Every key a configuration may hold: what it takes, its default, its effect."""

from collections.abc import Mapping
from typing import Any, NamedTuple

_BACKENDS = ("auto", "file", "hybrid", "sqlite", "database", "postgres", "postgresql")


class Key(NamedTuple):
    """What a key takes and does.

    `kind`: flag, count, number, text, choice, hours (`8h`, `2 days`), texts, map, secret, zone, any. A secret may
    be `${ENV}` or `file:PATH` and is never shown.
    """

    kind: str
    default: Any = None
    effect: str | None = None  # None: no effect yet
    choices: tuple[str, ...] = ()
    shown_by: str = ""  # the test that shows the effect


def _on(effect: str | None = None, default: bool | None = None, shown_by: str = "") -> Key:
    return Key("flag", default, effect, (), shown_by)


KEYS: Mapping[str, Key] = {
    "project.name": Key("text", None, "The name that `status` and the dashboards show.", (),
                        "tests/config/test_effects.py::test_project_name"),
    "project.organization": Key("text"),
    "project.type": Key("text"),
    "project.team_size": Key("count", None, "How many people: agents at once, templates, hours a week.", (),
                             "tests/config/test_effects.py::test_project_team_size"),
    "project.community_size": Key("count"),
    "project.timezone": Key("zone", "UTC", "A day ends at midnight of this zone.", (),
                            "tests/config/test_effects.py::test_project_timezone"),
    "project.hours_per_week": Key("number", None, "Hours a person has a week; dates follow from it.", (),
                                  "tests/config/test_effects.py::test_project_hours_per_week"),
    "features.kiro_workflow": _on("New plans take their tasks through phases.", None,
                                  "tests/config/test_effects.py::test_features_kiro_workflow"),
    "features.multi_agent_coordination": _on(),
    "features.session_management": _on(),
    "features.auto_scale": _on(),
    "coordination.max_concurrent_milestones": Key(
        "count", None, "How many milestones run at once; one more is refused with 8.", (),
        "tests/config/test_effects.py::test_coordination_max_concurrent_milestones"),
    "coordination.approval_required": _on("Phases of new plans wait for an approval.", None,
                                          "tests/config/test_effects.py::test_coordination_approval_required"),
    "coordination.mode": Key("choice", None, None, ("flat", "hierarchical")),
    "coordination.cross_team_notifications": _on(),
    "approvals.proof": Key("choice", None, "The least an approval's giver must be known by.",
                           ("named", "present", "signed"), "tests/config/test_effects.py::test_approvals_proof"),
    "approvals.separation_of_duties": _on("Who did or submitted a phase may not approve it.", False,
                                          "tests/config/test_effects.py::test_approvals_separation_of_duties"),
    "approvals.sla": Key("hours"),
    "evidence": Key("choice", "advised", "Whether a completed task must have evidence from a command.",
                    ("advised", "required"), "tests/config/test_effects.py::test_evidence"),
    "executor": Key("text", None, "Who does a task that names nobody: shell, agent, human.", (),
                    "tests/config/test_effects.py::test_executor"),
    "executors": Key("map", None, "Command lines of executors by name; the brief comes on stdin.", (),
                     "tests/config/test_effects.py::test_executors_command"),
    "execution.retries": Key("count", 1, "How often a failed task is tried again.", (),
                             "tests/config/test_effects.py::test_execution_retries"),
    "execution.time_limit": Key("hours", "4h", "How long a task may run.", (),
                                "tests/config/test_effects.py::test_execution_time_limit"),
    "execution.verify_time_limit": Key("hours", "30m", "How long a verify command may run.", (),
                                       "tests/config/test_effects.py::test_execution_verify_time_limit"),
    "sessions.idle_gap": Key("hours", "15m", "A pause longer than this does not count as time spent.", (),
                             "tests/config/test_effects.py::test_sessions_idle_gap"),
    "git.commit_store": Key("choice", "never", None, ("never", "on_completion", "each_change")),
    "git.push": Key("choice", "never", None, ("never", "on_completion", "each_task")),
    "git.merge": Key("choice", "offer", "What happens with a finished branch.", ("none", "offer", "auto"),
                     "tests/config/test_effects.py::test_git_merge"),
    "git.footer": Key("text", "", "The last line of every commit a run makes.", (),
                      "tests/config/test_effects.py::test_git_footer"),
    "worktree.dir": Key("text", None, "Where workers' checkouts lie.", (),
                        "tests/config/test_effects.py::test_worktree_dir"),
    "worktree.setup": Key("texts"),
    "worktree.copy": Key("texts"),
    "worktree.link": Key("texts"),
    "hints": _on(None, True),
    "scale_override": Key("choice", None, None, _BACKENDS),
    "backend.type": Key("choice", None, None, _BACKENDS),
    "backend.dsn": Key("secret"),
    "backend.cluster_configuration.read_replicas": Key("count"),
    "backend.cluster_configuration.connection_pool_size": Key("count"),
    "backend.cluster_configuration.backup_frequency": Key("hours"),
    "backend.cluster_configuration.replica_dsns": Key("secret"),
    "backup.mirror": Key("text"),
    "log.compat": _on(),
    "ui.level": Key("any"),
    "ui.dashboard": Key("text"),
    "scale.thresholds": Key("map"),
    "storage.thresholds": Key("map"),
    "storage.migration": Key("map"),
    "enterprise_features.multi_project_portfolio": _on(),
    "enterprise_features.advanced_analytics": _on(),
    "enterprise_features.compliance_tracking": _on(),
    "enterprise_features.resource_allocation_optimization": _on(),
    "enterprise_features.executive_reporting": _on(),
    "security.encryption_at_rest": _on(),
    "security.audit_trail": Key("text"),
    "security.access_control": Key("text"),
    "security.compliance_modes": Key("texts"),
    "community_features.public_dashboards": _on(),
    "community_features.contributor_recognition": _on(),
    "community_features.async_coordination": _on(),
    "community_features.contribution_tracking": _on(),
    "community_features.community_voting": _on(),
    "workflow.approval_process": Key("text"),
    "workflow.milestone_visibility": Key("text"),
    "workflow.contribution_attribution": _on(),
    "workflow.release_automation": _on(),
    "integrations.slack_webhook": Key("secret"),
    "integrations.github_integration": _on(),
    "integrations.ci_cd_integration": _on(),
    "integrations.jira": _on(),
    "integrations.confluence": _on(),
    "integrations.slack": _on(),
    "integrations.microsoft_teams": _on(),
    "integrations.jenkins": _on(),
    "integrations.github": _on(),
    "integrations.github_enterprise": _on(),
    "integrations.servicenow": _on(),
    "integrations.discord": _on(),
    "integrations.reddit": _on(),
    "integrations.twitter": _on(),
    "integrations.newsletter": _on(),
    "integrations.documentation_site": _on(),
}  # fmt: skip
# Keys under which names are free: `executors.agent.command`.
FREE: Mapping[str, Mapping[str, Key]] = {
    "executors": {
        "command": Key("any", None, "The command line; words, or a list of them.", (),
                       "tests/config/test_effects.py::test_executors_command"),
        "time_limit": Key("hours", None, "How long a task may run with it.", (),
                          "tests/config/test_effects.py::test_execution_time_limit"),
    },
}  # fmt: skip


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
