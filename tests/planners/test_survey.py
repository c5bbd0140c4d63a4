"""Looking at a repository: what it says, and that nothing of it is run, followed or read without end."""

import os
from pathlib import Path

import pytest

from milestone.agents.planners import survey as surveys
from milestone.agents.planners.survey import survey


def lay(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"package.json": '{"scripts": {"test": "vitest"}}', "a.ts": "", "pnpm-lock.yaml": ""}, "pnpm test"),
        (
            {"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}', "a.js": ""},
            None,
        ),
        ({"pyproject.toml": "[tool.pytest.ini_options]\n", "a.py": "", "uv.lock": ""}, "uv run pytest"),
        ({"tests__test_a.py": "import unittest\n"}, "python3 -m unittest discover -s tests"),
        ({"Cargo.toml": "", "src__lib.rs": ""}, "cargo test"),
        ({"go.mod": "", "main.go": ""}, "go test ./..."),
        ({"Makefile": "test:\n\trm -rf /\n", "a.c": ""}, "make test"),
        ({"a.py": ""}, None),
        ({}, None),
    ],
)
def test_the_test_command_is_made_of_fixed_words(
    tmp_path: Path, files: dict[str, str], command: str | None
) -> None:
    lay(tmp_path, **files)

    assert survey(tmp_path).test_command == command


def test_what_a_repository_says_about_itself(tmp_path: Path) -> None:
    lay(
        tmp_path,
        **{
            "README.md": "# Boat\n\n[![badge](x)](y)\n\nRents boats by the hour. More follows.\n",
            "package.json": '{"dependencies": {"react": "19"}, "devDependencies": {"vite": "7"}}',
            "src__App.tsx": "export function BoatList() {} // TODO: sort by length\n",
            ".github__workflows__ci.yml": "on: push\n",
        },
    )

    found = survey(tmp_path)

    assert (found.kind, found.ci, found.languages) == ("web front end", "GitHub Actions", ("TypeScript",))
    assert found.about == "Rents boats by the hour."
    assert [(t.path, t.line, t.text) for t in found.todos] == [("src/App.tsx", 1, "sort by length")]
    assert {"boat", "list"} <= found.files[0].symbol_words


def test_links_pipes_and_what_lies_outside_are_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    inside = tmp_path / "inside"
    lay(outside, **{"secret.py": "def secret_name(): ...\n"})
    lay(inside, **{"a.py": ""})
    (inside / "secret.py").symlink_to(outside / "secret.py")
    (inside / "out").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    os.mkfifo(inside / "pipe.py")
    (inside / "README.md").symlink_to("/etc/passwd")

    found = survey(inside)

    assert found.paths == {"a.py"}
    assert found.readme is None


def test_a_huge_repository_is_read_up_to_its_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveys, "MOST_ENTRIES", 50)
    lay(tmp_path, **{f"d{n}__f{n}.py": "x = 1\n" for n in range(60)})
    (tmp_path / "big.py").write_text("a" * 2_000_000)

    found = survey(tmp_path)

    assert not found.is_whole
    assert len(found.files) <= 50


def test_odd_manifests_stop_nothing(tmp_path: Path) -> None:
    lay(
        tmp_path,
        **{
            "package.json": "{" * 5000,
            "pyproject.toml": "\x00\xff",
            "Cargo.toml": "[[[",
            "a.py": "def f(:\n  # FIXME\n",
        },
    )

    assert survey(tmp_path).languages == ("Python",)
    assert survey(tmp_path / "missing").languages == ()
