"""What each effective key does, and the test that shows it. A key that is not here has no effect yet."""

from collections.abc import Mapping

from milestone.config import effects_of_runs

EFFECTS: Mapping[str, tuple[str, str]] = {
    "backup.enabled": (
        "false: no backup is made by itself; `milestone backup create` makes one.",
        "tests/operations/test_backup.py::test_backup_enabled",
    ),
    "backup.frequency": (
        "How long after the last backup the next one is due.",
        "tests/operations/test_backup.py::test_backup_frequency",
    ),
    "backend.cluster_configuration.backup_frequency": (
        "How long after the last backup the next one is due, on any backend; counts before backup.frequency.",
        "tests/operations/test_backup.py::test_backup_frequency",
    ),
    "backup.mirror": (
        "A folder outside the repository that every backup is copied to.",
        "tests/operations/test_backup.py::test_everything_comes_back_from_the_mirror_after_git_clean",
    ),
    "backup.keep_days": (
        "For so many days the last backup of each day is kept.",
        "tests/operations/test_backup.py::test_backup_keep_days_and_weeks",
    ),
    "backup.keep_weeks": (
        "For so many weeks the last full backup of each week is kept.",
        "tests/operations/test_backup.py::test_backup_keep_days_and_weeks",
    ),
    "backup.max_megabytes": (
        "What all backups may take; when even the last ones need more, backups pause and doctor says so.",
        "tests/operations/test_backup.py::test_backup_max_megabytes",
    ),
    "security.encryption_at_rest": (
        "Secret fields, notes tagged #sensitive and backups are kept encrypted; without a key nothing is written.",
        "tests/workspace/test_encrypting.py::test_without_a_usable_key_nothing_is_written",
    ),
    "security.encrypt": (
        "all: in SQLite and PostgreSQL nothing but ids, numbers, dates and states stands in the clear.",
        "tests/workspace/test_encrypting_all.py::test_nothing_that_was_said_is_in_the_clear",
    ),
    "claims.lease": (
        "How long a claim holds without a sign of life; what runs out is given away.",
        "tests/domain/test_claim.py::test_a_claim_holds_as_long_as_the_project_says",
    ),
    "coordination.locks": (
        "Tasks that need one build or test lock are not in hand at once: a lock's labels and files, by its name.",
        "tests/domain/test_overlap.py::test_a_lock_is_needed_by_label_or_by_file",
    ),
    "evidence": (
        "required: a task is done only with a receipt of its files as they are; a typed completion opens nothing.",
        "tests/operations/test_checking.py::"
        "test_where_evidence_is_required_what_is_stale_or_uncommitted_refuses_and_a_fresh_receipt_completes",
    ),
    "project.team_size": (
        "How many people there are: the hours a week that dates follow from, and how big a store is needed.",
        "tests/config/test_effects.py::test_project_team_size",
    ),
    "project.type": (
        "api, frontend, bugfix: what a goal is taken for when its own words do not say.",
        "tests/operations/test_plan.py::test_the_type_of_a_project_says_what_a_goal_is_taken_for",
    ),
    "project.timezone": (
        "A day ends at midnight of this zone.",
        "tests/config/test_effects.py::test_project_timezone",
    ),
    "project.hours_per_week": (
        "Hours a person has a week; dates follow from it.",
        "tests/config/test_effects.py::test_project_hours_per_week",
    ),
    "backend.type": (
        "Where records are kept from the next write on: auto (by size), file, hybrid, database, postgresql.",
        "tests/domain/test_scale.py::test_the_words_of_settings",
    ),
    "scale_override": (
        "The same, where `backend.type` says nothing.",
        "tests/acceptance/test_growth.py::test_reading_never_moves_a_store",
    ),
    "scale.override": (
        "The same, in `scale-detection.yaml`.",
        "tests/domain/test_scale.py::test_the_words_of_settings",
    ),
    "features.auto_scale": (
        "The store moves by itself when the project has outgrown it.",
        "tests/domain/test_scale.py::test_what_is_done_after_a_write",
    ),
    "scale.file": (
        "What plain files are meant for: `max_milestones`, `max_team_size`.",
        "tests/domain/test_scale.py::test_settings_give_the_limits_leniently",
    ),
    "scale.hybrid": (
        "What files with an index are meant for.",
        "tests/domain/test_scale.py::test_settings_give_the_limits_leniently",
    ),
    "scale.database": (
        "From how many milestones on PostgreSQL is right, where a server is named.",
        "tests/domain/test_scale.py::test_settings_give_the_limits_leniently",
    ),
    "scale.thresholds": (
        "The three of them together: `file`, `hybrid`, `database`.",
        "tests/domain/test_scale.py::test_settings_give_the_limits_leniently",
    ),
    "storage.thresholds": (
        "The same, in `storage-config.yaml`.",
        "tests/domain/test_scale.py::test_settings_give_the_limits_leniently",
    ),
    "backend.cluster_configuration.read_replicas": (
        "How many read replicas are expected; `update --system-health` tells when fewer are named.",
        "tests/reports/test_system.py::test_missing_replicas_are_told",
    ),
    "approvals.proof": (
        "The least that an approval's giver must be known by.",
        "tests/config/test_effects.py::test_approvals_proof",
    ),
    "workflow.approval_process": (
        "`community_consensus`: people vote at gates, by the quorum, share and window of each.",
        "tests/domain/test_votes.py::test_how_a_vote_ends",
    ),
    "approvals.sla": (
        "How long people have to judge; reminders at 50 % and 90 %, then the owner. A gate may say `sla` itself.",
        "tests/domain/test_reminding.py::test_a_gate_has_its_own_time_where_it_says_so",
    ),
    "approvals.working_time": (
        "Only working days pass while people are asked to judge.",
        "tests/domain/test_reminding.py::test_by_when",
    ),
    "approvals.key": (
        "The file of your own key that signs approvals; only your own settings count for it.",
        "tests/operations/test_signing.py::test_a_project_does_not_choose_which_key_its_reader_signs_with",
    ),
    "approvals.separation_of_duties": (
        "Who did or handed in a phase may not approve it.",
        "tests/domain/test_approval.py::test_who_did_the_work_may_be_kept_from_approving_it",
    ),
    "project.name": (
        "The name that `status` shows.",
        "tests/config/test_effects_of_runs.py::test_project_name",
    ),
    "features.kiro_workflow": (
        "New plans take their tasks through phases.",
        "tests/config/test_effects_of_runs.py::test_features_kiro_workflow",
    ),
    "coordination.approval_required": (
        "Phases of new plans wait for an approval.",
        "tests/config/test_effects_of_runs.py::test_coordination_approval_required",
    ),
    "coordination.max_concurrent_milestones": (
        "How many milestones run at once; one more is refused with 8.",
        "tests/config/test_effects_of_runs.py::test_coordination_max_concurrent_milestones",
    ),
    "git.merge": (
        "What happens with a finished branch: it stays, its merge is offered, or it is merged.",
        "tests/config/test_effects_of_runs.py::test_git_merge_and_footer",
    ),
    "git.footer": (
        "The last line of every commit a run makes.",
        "tests/config/test_effects_of_runs.py::test_git_merge_and_footer",
    ),
    "execution.workers": (
        "shared: workers of other machines take tasks of the runs that begin here (PostgreSQL).",
        "tests/engine/test_workers.py::test_the_tasks_of_killed_and_cut_off_workers_go_to_others_and_are_done_once",
    ),
    "execution.worker_lease": (
        "How long a worker may be silent until others take its tasks.",
        "tests/engine/test_workers.py::test_the_tasks_of_killed_and_cut_off_workers_go_to_others_and_are_done_once",
    ),
    "git.remote": (
        "The remote where machines that share a run find each other's work.",
        "tests/engine/test_workers.py::test_without_postgres_or_a_remote_a_worker_refuses",
    ),
    "worktree.dir": (
        "Where workers' checkouts lie, seen from the project's folder.",
        "tests/config/test_effects_of_runs.py::test_worktree_dir",
    ),
    "worktree.setup": (
        "Command lines that make a worktree usable; run once, and again when a lock file or manifest differs.",
        "tests/engine/test_worktrees.py::test_a_set_up_runs_once_and_again_when_what_it_reads_has_changed",
    ),
    "worktree.copy": (
        "Untracked files of your checkout (patterns) that every worktree gets a copy of; never committed.",
        "tests/engine/test_worktrees.py::test_untracked_files_are_copied_and_linked_and_never_committed",
    ),
    "worktree.link": (
        "Untracked files and folders of your checkout that every worktree gets a link to; never committed.",
        "tests/engine/test_worktrees.py::test_untracked_files_are_copied_and_linked_and_never_committed",
    ),
    "worktree.max_megabytes": (
        "The room all worktrees together may take; furnished ones that wait for a task go first.",
        "tests/engine/test_worktrees.py::test_worktrees_take_no_more_room_than_they_may",
    ),
    "channels": (
        "Who is told what happens: NAME → address, topics, teams, quiet hours, digest.",
        "tests/operations/test_outbox.py::test_a_channel_hears_what_it_asked_for",
    ),
    "channels.*.url": (
        "Where the messages go: an address of Apprise, or a webhook; ${ENV} or file:PATH.",
        "tests/acceptance/test_chat.py::test_an_address_is_tested_and_never_shown",
    ),
    "channels.*.events": (
        "Topics (ready approved blocked done sla risk failed budget) and kinds of events; else every topic.",
        "tests/operations/test_outbox.py::test_a_channel_hears_what_it_asked_for",
    ),
    "channels.*.teams": (
        "Only the work of these teams.",
        "tests/operations/test_outbox.py::test_a_channel_hears_what_it_asked_for",
    ),
    "channels.*.quiet": (
        "Hours of the project's zone in which nothing is sent, such as 22:00-07:00.",
        "tests/operations/test_outbox.py::test_nobody_is_disturbed_at_night_and_a_digest_waits_for_its_hour",
    ),
    "channels.*.every": (
        "The time between two messages: what happens meanwhile is told together.",
        "tests/operations/test_outbox.py::test_nobody_is_disturbed_at_night_and_a_digest_waits_for_its_hour",
    ),
    "coordination.cross_team_notifications": (
        "Whether a channel of one team hears of the others' work, too; false: of its own.",
        "tests/operations/test_outbox.py::test_a_channel_hears_what_it_asked_for",
    ),
    "integrations.slack_webhook": (
        "A channel called slack: the address of an incoming webhook.",
        "tests/acceptance/test_chat.py::test_one_approval_leaves_the_gate_shut_and_the_second_moves_it_on_both_announced",
    ),
    "integrations.ci_cd_integration": (
        "CI judges what `execute` has finished, as with --ci-integration, where a pipeline is configured.",
        "tests/acceptance/test_pipelines.py::test_the_key_of_the_settings_asks_for_it_every_time",
    ),
    "integrations.ci.command": (
        "A command that is the pipeline, or starts the one that `poll` or `status_file` tell of.",
        "tests/acceptance/test_pipelines.py::test_a_command_is_the_pipeline_and_its_result_is_evidence",
    ),
    "integrations.ci.poll": (
        "A command that says how the pipeline stands: 0 succeeded, 75 ask again, anything else failed.",
        "tests/acceptance/test_pipelines.py::test_a_poll_is_asked_until_it_knows",
    ),
    "integrations.ci.status_file": (
        "A file that says how the pipeline stands: a word, or JSON with `state`, `commit`, `url`, `deployments`.",
        "tests/acceptance/test_pipelines.py::test_a_status_file_of_another_commit_is_waited_past",
    ),
    "integrations.ci.time_limit": (
        "How long a pipeline is waited for; 1h where nothing is set.",
        "tests/acceptance/test_pipelines.py::test_a_pipeline_that_never_ends_is_given_up",
    ),
    "integrations.ci.every": (
        "How long between two looks at it; 15 seconds where nothing is set.",
        "tests/acceptance/test_pipelines.py::test_a_poll_is_asked_until_it_knows",
    ),
    "blockers.escalate_after": (
        "How long a high blocker stands before the milestone's owner should know, three times that before all the "
        "team; 8h where nothing is set. Critical ones stand a quarter of it, others longer.",
        "tests/domain/test_blockers.py::test_how_long_it_stood_and_how_bad_it_is_say_who_hears_of_it",
    ),
    "sessions.idle_gap": (
        "A pause longer than this does not count as time spent.",
        "tests/operations/test_worked.py::test_a_pause_longer_than_the_gap_counts_as_nothing",
    ),
    "backend.dsn": (
        "The address of the PostgreSQL server, after MILESTONE_DSN; ${ENV} or file:PATH.",
        "tests/config/test_effects_of_databases.py::test_backend_dsn",
    ),
    "backend.cluster_configuration.replica_dsns": (
        "Addresses of read replicas, after MILESTONE_REPLICA_DSNS; one answers once it has all this clone saw.",
        "tests/config/test_effects_of_databases.py::test_replica_dsns",
    ),
    "backend.cluster_configuration.connection_pool_size": (
        "The most connections one process opens to a server; they are opened when needed. 4 where nothing is set.",
        "tests/config/test_effects_of_databases.py::test_connection_pool_size",
    ),
    **effects_of_runs.EFFECTS,
}
