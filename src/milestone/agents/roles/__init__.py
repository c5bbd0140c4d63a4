"""Small classes that react to events of a run: `ROLES`, each with a visible effect and a contract test."""

ROLES = {
    "task-executor": "milestone.agents.roles.task_executor:TaskExecutor",
    "progress-monitor": "milestone.agents.roles.progress_monitor:ProgressMonitor",
    "git": "milestone.agents.roles.git:Git",
    "dependency-validator": "milestone.agents.roles.dependency_validator:DependencyValidator",
    "blocker-detector": "milestone.agents.roles.blocker_detector:BlockerDetector",
    "session-manager": "milestone.agents.roles.session_manager:SessionManager",
    "go-between": "milestone.agents.roles.go_between:GoBetween",
    "event-logger": "milestone.agents.roles.event_logger:EventLogger",
}
