"""It must show 7, the folder's half: bombs, ids that are paths, titles with escapes and flags harm nothing."""

import time
from pathlib import Path

import pytest

from milestone.storage.place import FOLDERS

from .conftest import fingerprint

ESCAPES = "\\e[2J\\e]0;owned\\a\\u202Egnp.exe\\u009b31m"
BOMBS = {
    "alias-bomb": "a: &a [x,x,x,x,x,x,x,x]\n"
    + "".join(f"{n}: &{n} [{','.join([f'*{p}'] * 9)}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)),
    "merge-bomb": "a0: &a0 {k0: 1}\n"
    + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}], k{i}: 1}}\n" for i in range(1, 25)),
    "deep-flow": "title: " + "[" * 100_000,
    "deep-block": "- " * 50_000 + "x",
    "huge": "title: x\n" + "# filler\n" * 200_000,
    "wide": "title: x\ntasks: [" + "a," * 200_000 + "]",
    "python": "!!python/object/apply:os.system ['touch canary']",
    "python-inside": "title: !!python/object/apply:os.system ['touch canary']",
    "nul": "title: a\x00b",
    "escape-raw": "title: \x1b[2J",
    "twice": "title: a\ntitle: b",
    "two": "title: a\n---\ntitle: b",
    "long-key": "? " + "k" * 100_000 + "\n: 1",
    "quotes": 'title: "' + "\\" * 99_999,
    "numbers": "title: x\nbudget: " + "9" * 200_000,
}
IDS = ["../../../escaped", "/etc/passwd", "..", ".git/config", "-rf", "--help", "a/b", "a\\\\b", "CON",
       "x" * 5000,
       "milestone-001/../..", "~root", "$(touch canary)", "`touch canary`", "milestone-999999999"]  # fmt: skip
TITLES = ["--dry-run", "$(touch canary)", "`touch canary`", "; touch canary", "%s%n{0}{x.__class__}",
          "[bold red]x[/]",
          "\\x00", ESCAPES, "a\\nb\\rc", "--as agent:x", "'; DROP TABLE x; --", "🧨" * 400]  # fmt: skip
TYPED = "\x1b[2J\x1b]0;owned\x07\u202egnp.exe $(touch canary)"
VERBS = [
    [],
    ["status"],
    ["status", "--json"],
    ["list", "--limit", "0"],
    ["list", "--tasks", "--limit", "0", "--json"],
    ["next"],
    ["show", "milestone-001"],
    ["log"],
    ["doctor"],
    ["prime"],
    ["update", "--dependencies"],
    ["update", "--conflicts"],
    ["update", "--validate-config"],
    ["update", "--diagnostics"],
    ["config", "set", "hints", "off"],  # a write: takes everything in
    ["status"],
    ["update", "milestone-001", "--title", TYPED],
    ["update", "milestone-001", "--title=--force", "--label", "../../x"],
    ["task", "add", "milestone-001", TYPED],
    ["task", "add", "milestone-001", "harmless", "--after", "../../../x"],
    ["task", "start", "milestone-001/task-001"],
    ["task", "block", "milestone-001/task-001", TYPED],
    ["task", "note", "milestone-001/task-002", TYPED, "--next", TYPED],
    ["plan", TYPED],
    ["plan", "--from", "/etc/passwd"],
    ["plan", "--from", ".milestones/active/alias-bomb.yaml"],
    ["use", "../../x"],
    ["show", "../../x"],
    ["execute", "milestone-001", "--dry-run"],
    ["archive", "--batch"],
    ["log", "--limit", "0"],
    ["log", "--verify"],
    ["review"],
    ["status"],
    ["show", "milestone-001", "--all"],
]
CONTROL = {chr(code) for code in (*range(32), 127, *range(128, 160))} - {"\n", "\t"}
BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.fixture
def hostile(clean_environment: Path) -> Path:
    """A project full of attacks around one good record."""
    active = clean_environment / ".milestones" / "active"
    active.mkdir(parents=True)
    for name, text in BOMBS.items():
        (active / f"{name}.yaml").write_bytes(text.encode())
    for number, name in enumerate(IDS):
        task = f"tasks:\n  - {{id: '{name}', title: t, run: touch canary, verify: touch canary}}\n"
        (active / f"id-{number}.yaml").write_text(f"id: '{name}'\ntitle: id {number}\n{task}")
    for number, title in enumerate(TITLES):
        (active / f"title-{number}.yaml").write_text(f'title: "{title}"\nowner: "{title}"\ntasks: ["{title}"]\n')
    (active / "milestone-001.yaml").write_text("id: milestone-001\ntitle: The good one\ntasks: [One, Two]\n")
    (active / "-rf.yaml").write_text("title: a name like a flag\n")
    (active / "linked.yaml").symlink_to("/etc/passwd")
    (clean_environment / ".milestones" / "config").mkdir()
    (clean_environment / ".milestones" / "config" / "milestone-config.yaml").write_text(BOMBS["merge-bomb"])
    (clean_environment / ".milestones" / "config" / "team.yaml").write_text(BOMBS["alias-bomb"])
    (clean_environment / "source.txt").write_text("mine\n")
    return clean_environment


def test_nothing_crashes_runs_or_leaves_the_folder(milestone, hostile):
    outside = {k: v for k, v in fingerprint(hostile.parent).items() if ".milestones" not in k}

    for argv in VERBS:
        started = time.perf_counter()
        said = milestone(*argv)
        shown = set(said.out + said.err)
        assert said.code in (0, 2, 3, 5, 6), (argv, said.code, said.err)
        assert "Traceback" not in said.err
        assert not shown & CONTROL, (argv, sorted(map(ascii, shown & CONTROL)))
        assert argv[-1:] == ["--json"] or not shown & BIDI, argv
        assert time.perf_counter() - started < 20, argv

    assert {k: v for k, v in fingerprint(hostile.parent).items() if ".milestones" not in k} == outside
    assert not list(hostile.parent.rglob("canary"))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_that_is_a_link_is_never_written_through(milestone, clean_environment, name):
    outside = clean_environment.parent / "outside"
    outside.mkdir()
    link = clean_environment / ".milestones" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(outside)

    for argv in (
        ["plan", "Add a form"],
        ["config", "set", "hints", "off"],
        ["init"],
        ["execute", "m1"],
        ["use", "m1"],
        ["doctor"],
    ):
        said = milestone(*argv)
        assert said.code in (0, 2, 3, 5), (argv, said.err)
        assert "Traceback" not in said.err

    assert list(outside.iterdir()) == []


def test_each_bad_file_stops_only_itself(milestone, hostile):
    before = {name: (hostile / ".milestones/active" / f"{name}.yaml").read_bytes() for name in BOMBS}

    said = milestone("status", "--json", "--limit", "0").answer

    # Two documents in one file are what a merge leaves: named as that, for `sync` to settle.
    broken = {w["path"] for w in said["warnings"] if w["code"] in ("unreadable_file", "unsettled_merge")}
    harmless = {"numbers", "long-key"}  # a figure of any length is a text, a word of any length a key
    assert {f"active/{name}.yaml" for name in BOMBS.keys() - harmless} <= broken
    assert "The good one" in [row["title"] for row in said["data"]["milestones"]]
    milestone("config", "set", "hints", "off")
    assert {name: (hostile / ".milestones/active" / f"{name}.yaml").read_bytes() for name in BOMBS} == before


def test_an_id_is_never_a_path(milestone, hostile):
    rows = milestone("list", "--limit", "0", "--json").answer["data"]

    for row in rows:
        assert "/" not in row["id"] and ".." not in row["id"] and not row["id"].startswith((".", "-")), row["id"]
    assert len({row["id"] for row in rows}) == len(rows)
