"""Whose key signs, where it lies, and who is refused."""

import pytest

from milestone import errors
from milestone.config import Setting
from milestone.operations import signing
from milestone.signatures import own_key
from milestone.testing.workspaces import a_workspace, as_

PASS = "correct horse battery"


def answers(*texts):
    left = list(texts)
    return lambda _question: left.pop(0)


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return {"HOME": str(tmp_path / "home")}


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "project").mkdir()
    return a_workspace(tmp_path / "project")


def test_a_new_key_lies_outside_the_project_and_signs(workspace, home):
    made = signing.new_key(workspace, home, answers(PASS, PASS))

    assert made["file"] == f"{home['HOME']}/.config/milestone/approval.key"
    assert made["value"].startswith("ssh-ed25519 ")
    assert len(signing.signer(workspace, home, answers(PASS)).sign([b"one", b"two"])) == 2


def test_a_short_or_mistyped_passphrase_makes_no_key(workspace, home):
    for texts, code in ((("short",), "passphrase_too_short"), ((PASS, PASS + "x"), "passphrases_differ")):
        with pytest.raises(errors.Refused) as refused:
            signing.new_key(workspace, home, answers(*texts))
        assert refused.value.code == code
    assert not signing.place(workspace, home).exists()


def test_a_second_key_does_not_take_the_first_ones_place(workspace, home):
    signing.new_key(workspace, home, answers(PASS, PASS))

    with pytest.raises(errors.Refused) as refused:
        signing.new_key(workspace, home, answers(PASS, PASS))

    assert refused.value.code == "key_exists"


@pytest.mark.parametrize("name", ["agent:claude-code", "service:ci"])
def test_agents_and_services_make_no_key_and_sign_nothing(workspace, home, name):
    other = as_(workspace, name)

    for act in (signing.new_key, signing.signer):
        with pytest.raises(errors.NeedsAPerson):
            act(other, home, answers(PASS, PASS))


def test_a_run_makes_no_key_whoever_it_names(workspace, home):
    with pytest.raises(errors.NeedsAPerson):
        signing.new_key(as_(workspace, "ana", in_run=True), home, answers(PASS, PASS))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.chmod(0o644), "others may read it"),
        (lambda path: path.unlink(), "cannot be read"),
        (lambda path: path.write_text("nothing"), "no private key"),
    ],
)
def test_a_key_that_is_not_guarded_or_not_there_does_not_sign(workspace, home, spoil, why):
    signing.new_key(workspace, home, answers(PASS, PASS))
    spoil(signing.place(workspace, home))

    with pytest.raises(errors.NotPermitted, match="cannot sign") as refused:
        signing.signer(workspace, home, answers(PASS)).sign([b"said"])

    assert why in refused.value.why


def test_a_wrong_passphrase_signs_nothing(workspace, home):
    signing.new_key(workspace, home, answers(PASS, PASS))

    with pytest.raises(errors.NotPermitted) as refused:
        signing.signer(workspace, home, answers("wrong")).sign([b"said"])

    assert "passphrase" in refused.value.why


def test_a_key_inside_the_project_is_refused(workspace, home):
    inside = workspace.root.parent / "approval.key"
    own_key.make(inside, PASS)
    workspace.settings.layers = (Setting(key=signing.SETTING, value=str(inside), source="user"),)

    with pytest.raises(errors.NotPermitted) as refused:
        signing.signer(workspace, home, answers(PASS))

    assert "inside the project" in refused.value.why


def test_a_project_does_not_choose_which_key_its_reader_signs_with(workspace, home):
    workspace.settings.layers = (
        Setting(key=signing.SETTING, value="~/elsewhere.key", source="project"),
        Setting(key=signing.SETTING, value="~/mine.key", source="user"),
    )

    assert signing.place(workspace, home).name == "mine.key"
