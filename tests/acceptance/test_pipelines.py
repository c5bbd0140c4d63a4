"""CI without an outside service: a command, a poll or a status file judges what a run has finished."""

import json

import pytest
import yaml

from milestone.testing.typed import Typed

RECORD = """\
id: milestone-001
title: Contact form
tasks:
  - {id: task-001, title: Page, run: echo ok > page.txt}
  - {id: task-002, title: Mail, run: echo ok > mail.txt, verify: test -f mail.txt}
"""


@pytest.fixture
def ana(tmp_path):
    (tmp_path / "work").mkdir()
    ana = Typed(tmp_path / "work", "ana")
    ana.write(".milestones/active/milestone-001.yaml", RECORD)
    ana.write("README", "hello\n")
    ana.repository("Ana")
    return ana


def settings(ana, **ci):
    more = {"ci_cd_integration": True} if ci.pop("always", False) else {}
    text = yaml.safe_dump({"integrations": {**more, "ci": ci}, "git": {"merge": "auto"}})
    ana.write(".milestones/config/milestone-config.yaml", text)


def grades(ana):
    return {task["id"]: task["grade"] for task in ana.does("show", "m1", "--all", "--json").data["tasks"]}


def test_a_command_is_the_pipeline_and_its_result_is_evidence(ana):
    settings(ana, command='test -f page.txt && echo "see https://ci.example/7" && test -n "$MILESTONE_COMMIT"')

    run = ana.does("execute", "m1", "--ci-integration", "--json").data

    assert (run["ci"]["state"], run["ci"]["url"]) == ("success", "https://ci.example/7")
    assert grades(ana) == {"task-001": "ci", "task-002": "ci"}
    assert "Completed (CI)" in ana.does("show", "m1/1").out
    status = ana.does("update", "m1", "--deployment-status", "--json").data[0]
    assert (status["state"], status["commit"]) == ("success", run["ci"]["commit"])
    assert "m1 CI of" in ana.does("update", "m1", "--deployment-status").out


def test_where_ci_does_not_agree_nothing_is_merged_and_nothing_is_shown_by_it(ana):
    settings(ana, command="echo three tests fail; false")

    answered = ana.milestone("execute", "m1", "--ci-integration")

    assert answered.code == 1
    assert "✗ CI does not agree" in answered.out and "three tests fail" in answered.out
    assert not (ana.folder / "page.txt").exists()
    assert grades(ana) == {"task-001": "self-reported", "task-002": "command"}
    settings(ana, command="echo three tests fail; true")
    again = ana.does("execute", "m1", "--ci-integration").out
    assert (ana.folder / "page.txt").exists(), again


def test_a_poll_is_asked_until_it_knows(ana, tmp_path):
    count = tmp_path / "count"
    settings(
        ana,
        command="echo https://ci.example/8",
        poll=f"echo x >> {count}; test $(wc -l < {count}) -ge 3 || exit 75",
        every="1s",
    )

    run = ana.does("execute", "m1", "--ci-integration", "--json").data

    assert (run["ci"]["state"], run["ci"]["url"]) == ("success", "https://ci.example/8")
    assert count.read_text().count("x") == 3


def test_a_status_file_of_another_commit_is_waited_past(ana, tmp_path):
    ana.write("ci.json", json.dumps({"state": "failure", "commit": "0123456"}))
    said = '{\\"state\\": \\"success\\", \\"commit\\": \\"$MILESTONE_COMMIT\\", \\"deployments\\": [%s]}'
    where = '{\\"environment\\": \\"staging\\", \\"state\\": \\"live\\", \\"version\\": \\"1.2\\"}'
    new = f"{ana.folder}/ci.new"
    later = f'sleep 1; printf "{said % where}" > {new}; mv {new} {ana.folder}/ci.json'
    settings(ana, command=f"({later}) &", status_file="ci.json", every="1s")

    ana.does("execute", "m1", "--ci-integration")

    (status,) = ana.does("update", "m1", "--deployment-status", "--json").data
    assert status["deployments"][0]["environment"] == "staging"
    assert "staging 1.2 live" in ana.does("update", "m1", "--deployment-status").out


def test_a_pipeline_that_never_ends_is_given_up(ana):
    settings(ana, poll="exit 75", every="1s", time_limit="2s")

    answered = ana.milestone("execute", "m1", "--ci-integration")

    assert (answered.code, "CI gave no answer in time" in answered.out) == (1, True)


def test_the_key_of_the_settings_asks_for_it_every_time(ana):
    settings(ana, command="true", always=True)

    assert ana.does("execute", "m1", "--json").data["ci"]["state"] == "success"


def test_without_a_pipeline_the_flag_is_refused_and_the_report_says_so(ana):
    refused = ana.does("execute", "m1", "--ci-integration", "--json", code=5)

    assert refused.error["code"] == "no_pipeline"
    assert "No pipeline has judged anything here." in ana.does("update", "--deployment-status").out


def test_a_pipeline_that_came_with_a_clone_is_asked_about(ana, tmp_path):
    settings(ana, command=f"touch {tmp_path}/harm")
    ana.git("add", "-A")
    ana.git("commit", "-q", "-m", "Settings")
    ana.run(["git", "clone", "-q", str(ana.folder), str(tmp_path / "clone")])
    ben = Typed(tmp_path / "clone", "ben")

    refused = ben.does("execute", "m1", "--ci-integration", "--json", code=6)

    assert [f["path"] for f in refused.error["findings"]] == ["config integrations.ci.command"]
    assert not (tmp_path / "harm").exists()
