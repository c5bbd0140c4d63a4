"""Who acts: the order of the contract, the forms, the reasons."""

import pytest

from milestone import errors
from milestone.domain.context import Person
from milestone.workspace import acting, git_config


@pytest.fixture
def home(tmp_path):
    """A home with a git identity, and nothing else."""
    (tmp_path / ".gitconfig").write_text("[user]\n\tname = Sarah Doe\n\temail = sarah@example.org\n")
    return {"HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "USER": "sd"}


def test_the_flag_wins_over_all(home):
    found = acting.who(flag="@bo", environ=home | {"MILESTONE_ACTOR": "ana", "CLAUDECODE": "1"})

    assert (found.actor.name, found.actor.kind, found.actor.source) == ("bo", "person", "flag")


def test_the_variable_wins_over_a_mark(home):
    found = acting.who(flag=None, environ=home | {"MILESTONE_ACTOR": "service:ci", "CLAUDECODE": "1"})

    assert (found.actor.name, found.actor.kind) == ("service:ci", "service")


def test_a_mark_makes_an_agent_on_behalf_of_the_person(home):
    found = acting.who(flag=None, environ=home | {"CLAUDECODE": "1"})

    assert found.actor.name == "agent:claude-code"
    assert found.actor.on_behalf_of == "Sarah Doe"


def test_team_yaml_knows_the_mail_of_git(home):
    sarah = Person(handle="sarah", emails=("Sarah@Example.org",))

    assert acting.who(flag=None, environ=home, people=[sarah]).actor.name == "sarah"


def test_without_git_it_is_the_login(tmp_path):
    found = acting.who(flag=None, environ={"HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "USER": "sd"})

    assert (found.actor.name, found.actor.source) == ("sd", "login")


def test_the_repository_says_more_than_the_home(home, tmp_path):
    (tmp_path / "repo/.git").mkdir(parents=True)
    (tmp_path / "repo/.git/config").write_text("[core]\n\tbare = false\n[user]\n\tname = Work Name\n")

    assert acting.who(flag=None, environ=home, folder=tmp_path / "repo").actor.name == "Work Name"


def test_an_empty_name_is_refused(home):
    with pytest.raises(errors.InvalidRequest):
        acting.who(flag="@", environ=home)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[user]\n\tname = Ana Díaz\n\temail = ana@example.org\n", ("Ana Díaz", "ana@example.org")),
        ('[User] name = "Ana # Díaz" ; not a comment before it\n', ("Ana # Díaz", "")),
        ("[user]\nname = Ana # the second\n[user]\nName = Ana \\\n  Díaz\n", ("Ana   Díaz", "")),
        ('[user "work"]\n\tname = Nobody\n[core]\n\tname = Nobody\n[user]\n\tuseConfigOnly\n', ("", "")),
        ('[user]\nname = "A \\"Nan\\" D"\r\n', ('A "Nan" D', "")),
        (b"[user]\nname = Jos\xe9\n", ("Jos\ufffd", "")),
        ("no section = 1\n[broken\nname = x\n", ("", "")),
    ],
)
def test_a_git_configuration_is_read_as_git_reads_it(tmp_path, written, expected):
    (tmp_path / "config").write_bytes(written if isinstance(written, bytes) else written.encode())

    assert git_config.user(str(tmp_path / "config")) == expected
