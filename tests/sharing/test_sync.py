"""`sync` settles what git left, whoever merged it and however."""

from pathlib import Path

import pytest

from milestone import errors, strict_yaml
from milestone.storage import markers
from sharing.clones import Clone, a_project, cloned, unmerged


@pytest.fixture
def ana(tmp_path: Path) -> Clone:
    clone = a_project(tmp_path / "ana")
    clone.create("Log in", priority="low", tasks=[{"title": "Form"}])
    clone.sync(commit=True)
    return clone


@pytest.fixture
def ben(ana: Clone, tmp_path: Path) -> Clone:
    clone = cloned(ana, tmp_path / "ben", "ben")
    clone.sync()
    return clone


def no_driver(clone: Clone) -> None:
    clone.git("config", "--remove-section", "merge.milestone")


def pull(clone: Clone) -> str:
    return clone.git("pull", "-q", "--no-rebase", "origin", "main", ok=False)


def meet(ana: Clone, ben: Clone) -> None:
    """Let Ben merge what Ana committed, and both end at one commit."""
    ana.commit()
    ben.commit()
    pull(ben)
    ben.sync(commit=True)
    ana.git("pull", "-q", "--ff-only", str(ben.folder), "main")
    ana.sync()
    assert ana.git("rev-parse", "HEAD") == ben.git("rev-parse", "HEAD")


def test_sync_in_a_quiet_project_changes_nothing(ana: Clone):
    done = ana.sync()

    assert (done.paths, done.written.adopted, done.commit) == ((), (), None)
    assert ana.git("status", "--porcelain") == ""


def test_commit_takes_records_and_nothing_else(ana: Clone):
    (ana.folder / "mine.txt").write_text("x")
    ana.path("milestone-001").write_text(ana.path("milestone-001").read_text().replace("Log in", "Sign in"))
    ana.git("add", "mine.txt")

    done = ana.sync(commit=True)

    assert done.written.adopted[0].event.data["set"] == {"title": "Sign in"}
    assert ana.git("status", "--porcelain").split() == ["A", "mine.txt"]


def test_a_file_that_was_added_and_is_gone_again_hinders_no_commit(ana: Clone):
    ana.path("milestone-001").write_text(ana.path("milestone-001").read_text().replace("Log in", "Sign in"))
    gone = ana.path("milestone-009")
    gone.write_text("id: milestone-009\ntitle: Not for long\n")
    ana.git("add", str(gone))
    gone.unlink()

    done = ana.sync(commit=True)

    assert done.commit
    assert ana.git("status", "--porcelain") == ""
    assert "Sign in" in ana.git("show", "HEAD:.milestones/active/milestone-001.yaml")


@pytest.mark.parametrize("with_driver", [True, False])
def test_two_milestones_with_one_number_have_two(ana: Clone, ben: Clone, with_driver: bool):
    if not with_driver:
        no_driver(ben)
    assert ana.create("Tea") == ben.create("Ale") == "milestone-002"
    ana.create("Needs tea", dependencies={"requires": ["milestone-002"]})
    ben.create("Needs ale", dependencies={"requires": ["milestone-002"]})

    meet(ana, ben)

    found = ben.records()
    assert found == ana.records()
    assert {body["id"] for body in found.values()} == {f"milestone-{n:03d}" for n in range(1, 6)}
    assert found["Tea"]["id"] == "milestone-002"
    assert found["Ale"]["formerly"] == ["milestone-002"]
    for name in ("Tea", "Ale"):
        needs = found[f"Needs {name.lower()}"]
        assert needs["dependencies"]["requires"] == [found[name]["id"]]
        assert needs["refs"] == {found[name]["uid"]: found[name]["id"]}
        assert ben.path(found[name]["id"]).exists()


@pytest.mark.parametrize("with_driver", [True, False])
def test_what_both_changed_waits_for_a_person_and_an_update_settles_it(ana: Clone, ben: Clone, with_driver: bool):
    if not with_driver:
        no_driver(ben)
    ana.update("m1", fields={"title": "Sign in"})
    ben.update("m1", fields={"title": "Log on"})
    ben.update("m1", labels=["door"])
    ana.commit()
    ben.commit()

    pull(ben)
    assert bool(unmerged(ben.folder)) is not with_driver
    done = ben.sync(commit=True)

    assert [(c["field"], c["value"], c["other"]) for c in done.conflicts] == [("title", "Sign in", "Log on")]
    assert unmerged(ben.folder) == []
    assert ben.git("status", "--porcelain") == ""
    ben.update("m1", fields={"title": "Log on"})
    found = ben.records()["Log on"]
    assert "conflicts" not in found
    assert found["labels"] == ["door"]
    with ben.workspace().reading() as reading:
        assert "conflict.settled" in [recorded.event.kind for recorded in reading.events()]


@pytest.mark.parametrize("with_driver", [True, False])
def test_archived_here_and_changed_there(ana: Clone, ben: Clone, with_driver: bool):
    if not with_driver:
        no_driver(ben)
    text = ana.path("milestone-001").read_text()
    (ana.root / "completed").mkdir(exist_ok=True)
    ana.path("milestone-001").unlink()
    ana.path("milestone-001", "completed").write_text(text + "lessons:\n" + "".join(f"- {n}\n" for n in range(60)))
    ben.update("m1", fields={"title": "Sign in"})

    meet(ana, ben)

    assert ben.records() == ana.records()
    assert ben.records()["Sign in"]["lessons"][-1] == 59
    assert not ben.path("milestone-001").exists()


def test_a_file_with_markers_is_named_and_left_alone(ana: Clone, ben: Clone):
    no_driver(ben)
    ana.update("m1", fields={"title": "Sign in"})
    ben.update("m1", fields={"title": "Log on"})
    ana.commit()
    ben.commit()
    pull(ben)

    ben.create("Other")
    with ben.workspace().reading() as reading:
        [warning] = [told for told in reading.warnings if told.path == "active/milestone-001.yaml"]
    assert (warning.code, warning.hint) == ("unsettled_merge", "milestone sync")
    assert "<<<<<<<" in ben.path("milestone-001").read_text()
    assert ben.records().keys() == {"Log on", "Other"}


def test_markers_that_were_committed_are_settled(ana: Clone, ben: Clone):
    no_driver(ben)
    ana.update("m1", fields={"title": "Sign in"})
    ben.update("m1", fields={"title": "Log on"})
    ana.commit()
    ben.commit()
    pull(ben)
    ben.commit("oops")

    ben.sync(commit=True)

    found = ben.records()["Sign in"]
    assert [c["other"] for c in found["conflicts"]] == ["Log on"]
    assert ben.git("status", "--porcelain") == ""


def test_what_a_person_settled_in_the_file_stands(ana: Clone, ben: Clone):
    no_driver(ben)
    ana.update("m1", fields={"title": "Sign in"})
    ben.update("m1", fields={"title": "Log on"})
    before = ben.path("milestone-001").read_text()
    ana.commit()
    ben.commit()
    pull(ben)
    ben.path("milestone-001").write_text(before.replace("Log on", "Enter"))

    ben.sync(commit=True)

    assert "conflicts" not in ben.records()["Enter"]


def test_sync_keeps_to_its_branch(ana: Clone):
    ana.git("checkout", "-qb", "other")

    with pytest.raises(errors.Refused, match="main, and the checkout is on other"):
        ana.sync()

    ana.sync(here=True)
    ana.sync()


def test_sync_stops_when_many_records_are_gone(ana: Clone):
    for title in ("Tea", "Ale", "Gin"):
        ana.create(title)
    ana.path("milestone-002").unlink()

    with pytest.raises(errors.Refused, match="1 of 4 records"):
        ana.sync()

    assert len(ana.records()) == 3
    ana.sync(accept_removals=True)
    assert {r.event.kind for r in list(ana.workspace().store.reading().__enter__().events())[-1:]} == {
        "document.removed"
    }


def test_nothing_we_write_tells_of_this_machine(ana: Clone, ben: Clone):
    ana.update("m1", fields={"title": "Sign in"})
    ben.update("m1", fields={"title": "Log on"})
    meet(ana, ben)

    for path in ben.root.rglob("active/*.yaml"):
        text = path.read_text()
        assert "@" not in text
        assert str(ben.folder) not in text
        assert str(Path.home()) not in text


def test_markers_are_taken_apart():
    text = "a: 1\n<<<<<<< HEAD\nb: 2\n||||||| base\nb: 1\n=======\nb: 3\n>>>>>>> theirs\nc: 4\n"

    found = markers.sides(text)

    assert strict_yaml.load(found.ours, "x") == {"a": 1, "b": 2, "c": 4}
    assert strict_yaml.load(found.theirs, "x") == {"a": 1, "b": 3, "c": 4}
    assert strict_yaml.load(found.base or "", "x") == {"a": 1, "b": 1, "c": 4}
