"""What git's own merge cannot tell is worked out again from the commits."""

from pathlib import Path

import pytest

from milestone.domain.document import Event
from sharing.clones import Clone, a_project, cloned, git, unmerged

LESSONS = [f"lesson {number}" for number in range(30)]


@pytest.fixture
def ana(tmp_path: Path) -> Clone:
    clone = a_project(tmp_path / "ana")
    clone.create("Log in", priority="low", tasks=[{"title": "Form"}])
    clone.create("Pay")
    clone.sync(commit=True)
    return clone


@pytest.fixture
def ben(ana: Clone, tmp_path: Path) -> Clone:
    clone = cloned(ana, tmp_path / "ben", "ben")
    clone.sync()
    return clone


def no_driver(*clones: Clone, style: str = "merge") -> None:
    for clone in clones:
        clone.git("config", "--remove-section", "merge.milestone")
        clone.git("config", "merge.conflictStyle", style)


def pull(clone: Clone, other: Clone, what: str = "main") -> None:
    clone.git("pull", "-q", "--no-rebase", str(other.folder), what, ok=False)


def archive(clone: Clone, title: str) -> None:
    """Archive a milestone with so much to say that git does not know the file again."""

    def decide(txn, _ctx):
        [document] = [each for each in txn.find("milestone") if each.body["title"] == title]
        name, data = str(document.body["id"]), {"lessons": [*LESSONS, clone.name]}
        return [
            Event(kind="milestone.archived", document="milestone", uid=document.uid, milestone=name, data=data)
        ]

    clone.workspace().write(decide)


def crossed(ana: Clone, ben: Clone) -> None:
    """Let both merge what the other had, so that two commits are what they both come from."""
    ana.update("m1", fields={"title": "Sign in"})
    ben.update("m1", fields={"title": "Log on"})
    for clone in (ana, ben):
        clone.commit()
        clone.git("branch", "mine")
    pull(ana, ben, "mine")
    pull(ben, ana, "mine")
    ana.sync(commit=True)
    ben.sync(commit=True)


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_branches_that_crossed_meet_without_the_driver(ana: Clone, ben: Clone, style: str):
    no_driver(ana, ben, style=style)
    crossed(ana, ben)
    ana.update("m1", fields={"title": "Enter"})
    ben.update("m1", fields={"description": "By name", "priority": "high"})
    ana.commit()
    ben.commit()
    assert len(ben.git("merge-base", "--all", "main", "mine").split()) == 1

    pull(ben, ana)
    assert unmerged(ben.folder)
    ben.sync(commit=True)

    found = ben.records()["Enter"]
    assert (found["description"], found["priority"]) == ("By name", "high")
    assert "conflicts" not in found
    assert ben.git("status", "--porcelain") == ""


def test_markers_within_markers_that_somebody_committed_are_settled_by_all_alike(
    ana: Clone, ben: Clone, tmp_path: Path
):
    no_driver(ana, ben, style="diff3")
    crossed(ana, ben)
    ana.update("m1", fields={"title": "Enter"})
    ben.update("m1", fields={"title": "Come in"})
    ana.commit()
    ben.commit()
    pull(ben, ana)
    ben.commit("oops")
    assert ben.path("milestone-001").read_text().count("<<<<<<<") > 1
    cyn = cloned(ben, tmp_path / "cyn", "cyn")

    ben.sync(commit=True)
    cyn.sync()

    found = ben.records()["Enter"]
    assert [(c["field"], c["other"]) for c in found["conflicts"]] == [("title", "Come in")]
    assert cyn.records() == ben.records()


def test_a_rebased_commit_git_cannot_apply_is_joined_with_what_is_there(ana: Clone, ben: Clone):
    no_driver(ana, ben)
    archive(ana, "Log in")
    ben.update("m1", fields={"title": "Sign in"})
    ana.commit()
    ben.commit()
    ben.git("fetch", "-q", str(ana.folder), "main")

    ben.git("rebase", "FETCH_HEAD", ok=False)
    assert unmerged(ben.folder)
    ben.sync()
    ben.git("add", "-A")
    ben.git("rebase", "--continue")

    found = ben.records()["Sign in"]
    assert (found["lessons"], found.get("conflicts")) == ([*LESSONS, "ana"], None)
    assert ben.path("milestone-001", "completed").exists()
    assert not ben.path("milestone-001").exists()
    assert ben.git("status", "--porcelain") == ""


def test_a_stash_git_cannot_apply_is_joined_with_what_is_there(ana: Clone, ben: Clone):
    no_driver(ana, ben)
    archive(ana, "Log in")
    ana.commit()
    ben.update("m1", fields={"title": "Sign in"})
    ben.git("stash", "-q")
    pull(ben, ana)

    ben.git("stash", "pop", "-q", ok=False)
    assert unmerged(ben.folder)
    ben.sync()

    assert ben.records()["Sign in"]["lessons"] == [*LESSONS, "ana"]
    assert not ben.path("milestone-001").exists()


@pytest.mark.parametrize("way", ["merge", "rebase"])
def test_the_driver_knows_what_a_record_was_that_both_moved(ana: Clone, ben: Clone, way: str):
    ana.create("About", dependencies={"requires": ["milestone-001"]})
    ana.path("milestone-003").rename(ana.path("a-first"))  # it names the record, too
    ana.sync(commit=True)
    pull(ben, ana)
    archive(ana, "Log in")
    archive(ben, "Log in")
    ben.update("m1", fields={"owner": "ben"})
    ana.update("m1", fields={"title": "Sign in"})
    ana.commit()
    ben.commit()
    ben.git("fetch", "-q", str(ana.folder), "main")

    ben.git(way, "-q", "FETCH_HEAD")

    assert unmerged(ben.folder) == []
    ben.sync()
    found = ben.records()["Sign in"]
    assert found["owner"] == "ben"
    assert sorted(found["lessons"]) == sorted([*LESSONS, "ana", "ben"])
    assert "conflicts" not in found


def test_what_git_put_with_the_archived_ones_goes_back_to_those_that_are_not(ana: Clone, ben: Clone):
    """Git takes a folder all of whose files moved for one that got another name."""
    for title in ("Log in", "Pay"):
        archive(ana, title)
    for title in ("Tea", "Ale"):
        ben.create(title)
    ana.commit()
    ben.commit()

    pull(ben, ana)
    ben.sync(commit=True)

    assert sorted(path.name for path in (ben.root / "active").iterdir()) == [
        "milestone-003.yaml",
        "milestone-004.yaml",
    ]
    assert {title: body["status"] for title, body in ben.records().items()} == {
        "Log in": "archived",
        "Pay": "archived",
        "Tea": "planned",
        "Ale": "planned",
    }
    assert ben.git("status", "--porcelain") == ""


def test_a_file_moved_by_hand_is_archived_on_every_clone(ana: Clone, ben: Clone):
    ana.path("milestone-003").write_text("title: By hand\n")
    ana.sync(commit=True)
    (ana.root / "completed").mkdir(exist_ok=True)
    ana.path("milestone-003").rename(ana.path("milestone-003", "completed"))
    ana.sync(commit=True)
    pull(ben, ana)
    ben.sync()

    assert ana.records() == ben.records()
    assert ana.records()["By hand"]["status"] == "archived"


def test_a_clone_that_does_not_know_where_two_sides_came_from_syncs(ana: Clone, ben: Clone, tmp_path: Path):
    ana.update("m1", fields={"title": "Sign in"})
    ben.update("m2", fields={"title": "Pay now"})
    ana.commit()
    ben.commit()
    pull(ben, ana)
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{ben.folder}", "cyn")
    cyn = Clone(tmp_path / "cyn", "cyn")

    cyn.sync()

    assert cyn.git("merge-base", "HEAD^1", "HEAD^2", ok=False) == ""
    assert cyn.records().keys() == {"Sign in", "Pay now"}


def test_histories_that_have_nothing_in_common_are_joined_by_what_git_shows(ana: Clone, ben: Clone):
    no_driver(ben)
    ben.git("checkout", "-q", "--orphan", "alone")
    ben.update("m1", fields={"title": "Sign in"})
    ben.commit()

    ben.git("merge", "-q", "--allow-unrelated-histories", "main", ok=False)
    ben.sync(here=True, commit=True)

    assert [c["other"] for c in ben.records()["Sign in"]["conflicts"]] == ["Log in"]
    assert ben.git("status", "--porcelain") == ""


@pytest.mark.parametrize("way", ["merge", "rebase"])
def test_what_git_applied_to_another_record_that_looks_alike_comes_back(ana: Clone, ben: Clone, way: str):
    """Git takes the archived one for gone, and a new one for what became of it."""
    no_driver(ana, ben)
    archive(ana, "Log in")
    ana.create("Log out", priority="low", tasks=[{"title": "Form"}])
    ana.commit()
    ben.path("milestone-001").write_text(ben.path("milestone-001").read_text() + "category: door\n")
    ben.commit()
    ben.git("fetch", "-q", str(ana.folder), "main")

    ben.git(way, "-q", "FETCH_HEAD")
    assert "category: door" in ben.path("milestone-003").read_text()
    ben.sync(commit=True)

    found = ben.records()
    assert (found["Log in"].get("category"), found["Log in"]["lessons"]) == ("door", [*LESSONS, "ana"])
    assert "category" not in found["Log out"]
    assert ben.git("status", "--porcelain") == ""
