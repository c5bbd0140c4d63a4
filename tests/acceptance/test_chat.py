"""A chat hears of what asks something of somebody, and nobody waits for it; scenario 2's gate, announced."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from milestone.testing.receiver import Receiver
from milestone.testing.typed import Typed

from .test_scenarios import AUTHENTICATION, as_typed

CONFIG = """
# Startup team configuration (auto-scales to SQLite)
cat > .milestones/config/milestone-config.yaml << EOF
project:
  name: "InvoiceFlow MVP"
  team_size: 5
  type: "saas_product"
  
features:
  multi_agent_coordination: true
  kiro_workflow: true  # Design -> Spec -> Task -> Execute phases
  session_management: true
  auto_scale: true

coordination:
  max_concurrent_milestones: 4
  approval_required: true  # For design and architecture milestones
  cross_team_notifications: true

integrations:
  slack_webhook: "https://hooks.slack.com/services/..."
  github_integration: true
  ci_cd_integration: true
EOF
"""  # noqa: W293  (typed as it stands)


@pytest.fixture
def chat() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def team(tmp_path: Path, chat: Receiver) -> Typed:
    """The start-up's folder; only the address of the chat is the test's own."""
    folder = tmp_path / "invoiceflow"
    folder.mkdir()
    typed = Typed(folder, "jordan", {"MILESTONE_INTEGRATIONS_SLACK_WEBHOOK": chat.address})
    typed.write("README.md", "# InvoiceFlow\n")
    typed.repository("Jordan")
    assert typed.shell("mkdir -p .milestones/config\n" + CONFIG).code == 0
    return typed


def test_one_approval_leaves_the_gate_shut_and_the_second_moves_it_on_both_announced(team, chat):
    team.write(".milestones/active/milestone-008.yaml", AUTHENTICATION)
    team.does("status")
    for name in ("architecture.md", "security-spec.md", "api-endpoints.yaml"):
        team.write(f".milestones/deliverables/milestone-008/design/{name}", f"What {name} says.")

    first = team.shell(as_typed("/milestone/review milestone-008 --phase design --approve --reviewer alex"))
    ready = chat.next()
    second = team.shell(as_typed("/milestone/review milestone-008 --phase design --approve --reviewer casey"))
    approved = chat.next()

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert "Still asked: Casey." in first.out
    assert ready.splitlines()[:1] == ["🎨 Design phase completed for User Authentication System"]
    assert "📋 Ready for review: api-endpoints.yaml, architecture.md, security-spec.md" in ready
    assert "👥 Reviewers: @casey, @alex" in ready
    assert "⏰ SLA: 24 hours for approval" in ready
    assert "🔗 Review: milestone review milestone-008 --phase design" in ready
    assert approved.startswith("✅ Design phase approved, transitioning to Spec phase")
    assert chat.posts.empty()


def test_a_chat_that_is_away_hinders_nobody_and_hears_it_later(team, chat):
    chat.refusals = 1
    team.does("plan", "Add invoices")
    team.does("task", "block", "m1/t1", "no bank account yet")
    assert chat.refused.wait(30)
    looks = (team.does("notify", "--json").data for _ in range(100))
    waiting = next(each for each in looks if each[0]["reason"])  # the sender writes down that it was refused
    later = {"MILESTONE_INTEGRATIONS_SLACK_WEBHOOK": chat.address, "MILESTONE_NOW": "2030-01-01T00:00:00Z"}
    team.as_("jordan", **later).does("notify", "send")

    assert [(each["channel"], each["waiting"]) for each in waiting] == [("slack", 1)]
    assert "no bank account yet" in chat.next()
    assert team.does("notify", "--json").data[0]["waiting"] == 0


def test_a_run_tells_of_its_end_while_nobody_looks(team, chat):
    team.write(
        "plan.json", '{"title": "Send invoices", "tasks": [{"title": "Fail", "run": "exit 3", "retries": 0}]}'
    )
    team.does("plan", "--from", "plan.json")
    team.git("add", "-A")
    team.git("commit", "-qm", "plan")

    team.does("execute", "m1", code=1)

    assert chat.next().startswith("❌ A run of milestone-001 ended with failed tasks")


def test_an_address_is_tested_and_never_shown(team, chat):
    said = team.does("notify", "test", "slack")
    chat.next()
    wrong = team.as_("jordan", MILESTONE_INTEGRATIONS_SLACK_WEBHOOK="nonsense://secret-token")
    refused = wrong.does("notify", "test", "slack", code=5)

    assert said.out == "slack took it.\n"
    assert "secret-token" not in refused.err
    assert chat.address not in team.does("notify").out


def test_an_address_that_came_with_a_clone_hears_nothing_until_somebody_confirms_it(tmp_path, chat):
    theirs = Typed(tmp_path / "theirs", "mallory")
    theirs.folder.mkdir()
    theirs.write(
        ".milestones/config/milestone-config.yaml", f"integrations: {{slack_webhook: '{chat.address}'}}\n"
    )
    theirs.repository("Mallory")
    theirs.git("clone", "-q", ".", str(tmp_path / "mine"))
    mine = Typed(tmp_path / "mine", "jordan")
    mine.git("config", "user.name", "Jordan")
    mine.git("config", "user.email", "jordan@example.org")
    mine.does("plan", "Add invoices")
    mine.does("notify", "send")
    mine.does("task", "block", "m1/t1", "no bank account yet")

    held = mine.does("notify", "send", "--json", code=8).data
    said = mine.does("notify", "send", "--trust-commands")

    assert "came from outside this clone" in held[0]["reason"]
    assert "1 sent" in said.out, said.out
    assert "no bank account yet" in chat.next()
    assert chat.posts.empty()
