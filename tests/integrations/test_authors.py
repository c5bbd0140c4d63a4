"""People are counted, whatever they call themselves; programs are not."""

import subprocess
from pathlib import Path

from milestone.integrations.git import authors


def test_bots_and_agents_are_nobody():
    lines = [
        "Ana\tana@example.org",
        "Ana B.\tANA@example.org",
        "Ben\tben@example.org",
        "dependabot[bot]\t49699333+dependabot[bot]@users.noreply.github.com",
        "GitHub\tnoreply@github.com",
        "release-bot\trelease@example.org",
        "agent:codex\tcodex@example.org",
        "Abbott\tabbott@example.org",
    ]

    assert authors.count(lines) == 3


def test_a_mailmap_joins_the_names_of_one_person(tmp_path: Path):
    records = tmp_path / ".milestones"
    records.mkdir()
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    for name, mail in (("Ana", "ana@work.example"), ("ana", "ana@home.example"), ("Ben", "ben@work.example")):
        who = ["-c", f"user.name={name}", "-c", f"user.email={mail}"]
        commit = ["git", *who, "commit", "-q", "--allow-empty", "-m", "x"]
        subprocess.run(commit, cwd=tmp_path, check=True)
    assert authors.recent(records) == 3

    (tmp_path / ".mailmap").write_text("Ana <ana@work.example> <ana@home.example>\n")

    assert authors.recent(records) == 2


def test_nobody_commits_where_there_is_no_git(tmp_path: Path):
    records = tmp_path / ".milestones"
    records.mkdir()

    assert authors.recent(records) == 0
