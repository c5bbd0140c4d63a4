"""What each effective key does, and the test that shows it. A key that is not here has no effect yet."""

from collections.abc import Mapping

EFFECTS: Mapping[str, tuple[str, str]] = {
    "evidence": (
        "required: a completion that was only typed opens nothing, and a task is done only with evidence.",
        "tests/cli/test_work.py::test_where_evidence_is_required_a_typed_completion_opens_nothing",
    ),
    "project.team_size": (
        "How many people there are: the hours a week that dates follow from.",
        "tests/config/test_effects.py::test_project_team_size",
    ),
    "project.timezone": (
        "A day ends at midnight of this zone.",
        "tests/config/test_effects.py::test_project_timezone",
    ),
    "project.hours_per_week": (
        "Hours a person has a week; dates follow from it.",
        "tests/config/test_effects.py::test_project_hours_per_week",
    ),
    "approvals.proof": (
        "The least that an approval's giver must be known by.",
        "tests/config/test_effects.py::test_approvals_proof",
    ),
    "approvals.separation_of_duties": (
        "Who did or handed in a phase may not approve it.",
        "tests/domain/test_approval.py::test_who_did_the_work_may_be_kept_from_approving_it",
    ),
}
