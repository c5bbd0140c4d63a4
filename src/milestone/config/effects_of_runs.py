"""What each key about executors, runs and budgets does, and the test that shows it."""

from collections.abc import Mapping

EFFECTS: Mapping[str, tuple[str, str]] = {
    "executor": (
        "Who does a task that names nobody: shell, human, or one of `executors`.",
        "tests/config/test_effects_of_runs.py::test_executor",
    ),
    "executors": (
        "Command lines of executors by name; the brief comes on stdin.",
        "tests/config/test_effects_of_runs.py::test_executor",
    ),
    "executors.*.command": (
        "The command line; words, or a list of them.",
        "tests/config/test_effects_of_runs.py::test_executor",
    ),
    "executors.*.kind": (
        "Which format a program speaks, where its name does not say: claude, codex, gemini, opencode, acp, agent.",
        "tests/engine/test_agents.py::test_settings_reach_the_program",
    ),
    "executors.*.args": (
        "Words added behind ours.",
        "tests/engine/test_agents.py::test_settings_reach_the_program",
    ),
    "executors.*.model": (
        "The model an agent works with, in its program's own word.",
        "tests/engine/test_agents.py::test_settings_reach_the_program",
    ),
    "executors.*.permissions": (
        "What an agent may do unasked: edits (the usual), all, ask (a person decides each time), or its own word.",
        "tests/engine/test_agents.py::test_settings_reach_the_program",
    ),
    "executors.*.price": (
        "What a million tokens cost, `input` and `output` (`3 USD`), for programs that do not say what they cost.",
        "tests/engine/test_agents.py::test_settings_reach_the_program",
    ),
    "executors.*.time_limit": (
        "How long this executor may work on a task.",
        "tests/engine/test_settings.py::test_execution_time_limits",
    ),
    "execution.retries": (
        "How often a failed task is tried again.",
        "tests/config/test_effects_of_runs.py::test_execution_retries",
    ),
    "execution.time_limit": (
        "How long a task may run.",
        "tests/config/test_effects_of_runs.py::test_execution_time_limit",
    ),
    "execution.verify_time_limit": (
        "How long a verify command may run.",
        "tests/config/test_effects_of_runs.py::test_execution_verify_time_limit",
    ),
    "execution.answer_limit": (
        "How long a person has to answer an agent, where the run does not stay for people (`--wait`).",
        "tests/engine/test_asks.py::test_where_nobody_answers_the_run_waits_and_goes_on_later",
    ),
    "execution.silence": (
        "How long an agent may say nothing before it is ended and tried again; half of it is told as a stall.",
        "tests/engine/test_limits.py::test_an_agent_that_falls_silent_is_told_of_and_ended",
    ),
    "execution.backoff": (
        "How long a failed agent's task waits before the next try; doubled each time.",
        "tests/engine/test_limits.py::test_an_agent_that_falls_silent_is_told_of_and_ended",
    ),
    "execution.breaker": (
        "After how many failures in a row an executor rests; 0: never.",
        "tests/engine/test_limits.py::test_an_executor_that_fails_again_and_again_rests_and_is_tried_with_one_task",
    ),
    "execution.breaker_rest": (
        "How long it rests; doubled each time.",
        "tests/engine/test_limits.py::test_an_executor_that_fails_again_and_again_rests_and_is_tried_with_one_task",
    ),
    "budget.rates": (
        "What one unit of another currency is worth in the budget's: `{USD: 0.92}`.",
        "tests/engine/test_limits.py::test_a_budget_stops_the_agent_in_the_middle",
    ),
    "budget.task.time": (
        "How long agents may work on one task.",
        "tests/engine/test_limits.py::test_time_is_a_budget_too",
    ),
    "budget.task.tokens": (
        "How many tokens agents may use for one task.",
        "tests/engine/test_limits.py::test_a_budget_stops_the_agent_in_the_middle",
    ),
    "budget.task.money": (
        "What agents may cost for one task: `5 EUR`.",
        "tests/engine/test_limits.py::test_a_budget_stops_the_agent_in_the_middle",
    ),
    "budget.milestone.time": (
        "How long agents may work on one milestone.",
        "tests/engine/test_limits.py::test_time_is_a_budget_too",
    ),
    "budget.milestone.tokens": (
        "How many tokens agents may use for one milestone.",
        "tests/engine/test_limits.py::test_a_budget_stops_the_agent_in_the_middle",
    ),
    "budget.milestone.money": (
        "What agents may cost for one milestone: `5 EUR`.",
        "tests/engine/test_limits.py::test_a_budget_stops_the_agent_in_the_middle",
    ),
    "budget.day.time": (
        "How long agents may work on one day, all milestones of this clone.",
        "tests/engine/test_limits.py::test_time_is_a_budget_too",
    ),
    "budget.day.tokens": (
        "How many tokens agents may use for one day, all milestones of this clone.",
        "tests/engine/test_limits.py::test_a_budget_stops_the_agent_in_the_middle",
    ),
    "budget.day.money": (
        "What agents may cost for one day, all milestones of this clone: `5 EUR`.",
        "tests/engine/test_limits.py::test_a_budget_stops_the_agent_in_the_middle",
    ),
}
