"""An example of each file people write; each one fits its schema and is understood without a remark."""

from typing import Any

MILESTONE: dict[str, Any] = {
    "id": "milestone-001",
    "title": "People can log in",
    "description": "Log in, log out and reset a password.",
    "status": "planned",
    "priority": "high",
    "category": "feature",
    "labels": ["backend"],
    "owner": "ana",
    "timeline": {"estimated_start": "2026-12-01", "estimated_end": "2026-12-18", "buffer_percentage": 20},
    "success_criteria": [
        {"name": "tests", "text": "All tests pass", "check": "pytest -q"},
        "Log-in takes under 1 s",
    ],
    "deliverables": [{"name": "Log-in page", "type": "code", "path": "src/login/"}],
    "dependencies": {"requires": [], "conditions": ["The design is approved"]},
    "risks": [
        {
            "id": "risk-001",
            "description": "The mail service is slow",
            "probability": 0.3,
            "impact": "medium",
            "mitigation": "Send mails from a queue",
            "owner": "ana",
        }
    ],
    "questions": [{"id": "question-001", "text": "Which identity provider?", "default": "none"}],
    "tasks": [
        {
            "id": "task-001",
            "title": "Store passwords as hashes",
            "status": "pending",
            "estimated_hours": {"optimistic": 4, "likely": 8, "pessimistic": 14},
            "assigned_to": "ana",
            "acceptance": ["No password is stored in the clear"],
            "verify": "pytest -q tests/passwords",
        },
        {
            "id": "task-002",
            "title": "Log in and out",
            "status": "pending",
            "estimated_hours": 12,
            "dependencies": ["task-001"],
        },
    ],
}
PLAN: dict[str, Any] = {
    "milestones": [
        {key: MILESTONE[key] for key in ("id", "title", "success_criteria", "deliverables", "tasks")},
        {
            "id": "milestone-002",
            "title": "People see their dashboard",
            "success_criteria": ["The page shows within 2 s"],
            "dependencies": {"requires": ["milestone-001"]},
            "tasks": [{"id": "task-001", "title": "Show the last ten events", "estimated_hours": 10}],
        },
    ]
}
TEAM: dict[str, Any] = {
    "people": [
        {"handle": "ana", "name": "Ana Lee", "roles": ["tech_lead"], "skills": ["python"], "capacity_hours": 32},
        {"handle": "bo", "roles": ["architect"], "timezone": "Europe/Berlin"},
    ]
}
DEPENDENCIES: dict[str, Any] = {
    "dependencies": {
        "milestone-002": {
            "depends_on": ["milestone-001"],
            "shared_resources": ["database"],
            "critical_path": True,
        }
    }
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "milestone": MILESTONE,
    "plan": PLAN,
    "task": MILESTONE["tasks"][0],
    "team": TEAM,
    "dependencies": DEPENDENCIES,
}
