"""What a project is built with, read from the names and texts of its manifests."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from milestone.agents.planners import data

TABLES = data.stacks()
LANGUAGES: Mapping[str, str] = TABLES["languages"]  # file ending -> language
LOCKS: Mapping[str, str] = TABLES["locks"]  # file -> who installs packages, the surest first
CI_FILES: Mapping[str, str] = TABLES["ci"]
FRAMEWORKS: Mapping[str, tuple[str, str]] = TABLES[
    "frameworks"
]  # dependency -> its own name, what it makes a project
MANIFESTS = frozenset(TABLES["manifests"].split())
QUOTED = re.compile(r"""["']?([@\w./-]+)["']?""")


class Stack(msgspec.Struct, frozen=True, kw_only=True):
    """How a project is built and tested."""

    frameworks: tuple[str, ...] = ()
    package_managers: tuple[str, ...] = ()
    test_command: str | None = None
    kind: str = ""


def language(path: str) -> str | None:
    """Return the language of a source file by its ending; None for anything else."""
    name = path.rsplit("/", 1)[-1]
    return LANGUAGES.get(name.rsplit(".", 1)[-1].lower()) if "." in name else None


def languages(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the languages by number of files, the commonest first."""
    counted = Counter(found for path in paths if (found := language(path)))
    return tuple(name for name, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def ci(paths: Iterable[str]) -> str | None:
    """Return who checks pushes here; None when nobody does."""
    listed = list(paths)
    return next((name for file, name in CI_FILES.items() if any(p.startswith(file) for p in listed)), None)


def read_stack(paths: tuple[str, ...], manifests: Mapping[str, str]) -> Stack:
    """Return what the manifests say; nearer ones first."""
    near = dict(sorted(manifests.items(), key=lambda item: (item[0].count("/"), item[0])))
    named = frameworks(near)
    top = frozenset(p for p in paths if "/" not in p)
    kinds = [FRAMEWORKS[key][1] for key in named if FRAMEWORKS[key][1]]
    return Stack(
        frameworks=tuple(dict.fromkeys(FRAMEWORKS[key][0] for key in named)),
        package_managers=_managers(top),
        test_command=test_command(paths, near),
        kind=kinds[0] if kinds else "library" if {"pyproject.toml", "Cargo.toml", "go.mod"} & top else "",
    )


def frameworks(manifests: Mapping[str, str]) -> list[str]:
    """Return the known dependencies that the manifests name, in the table's order."""
    named: set[str] = set()
    for path, text in manifests.items():
        named |= (
            package_names(text) if path.endswith("package.json") else {w.lower() for w in QUOTED.findall(text)}
        )
    return [
        key for key in FRAMEWORKS if key in named or any(n.endswith("/" + key) for n in named if "github.com" in n)
    ]


def package_names(text: str) -> set[str]:
    """Return the dependencies of a `package.json`."""
    package = read_json(text)
    groups = (package.get(name) for name in ("dependencies", "devDependencies", "peerDependencies"))
    return {str(name) for group in groups if isinstance(group, dict) for name in group}


def read_json(text: str) -> dict[str, Any]:
    """Return a JSON object; an empty one for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def test_command(paths: tuple[str, ...], manifests: Mapping[str, str]) -> str | None:
    """Return the command that runs the project's tests, from fixed words; None where there is no sign of one."""
    top = {path: text for path, text in manifests.items() if "/" not in path}
    for file, text in top.items():
        if file in ("Makefile", "justfile") and re.search(r"^test\s*:", text, re.M):
            return "make test" if file == "Makefile" else "just test"
    present = frozenset(p for p in paths if "/" not in p)
    return _javascript(top, present) or _python(paths, top, present) or _compiled(paths, top)


def _javascript(top: Mapping[str, str], present: frozenset[str]) -> str | None:
    if "package.json" not in top:
        return "deno test" if "deno.json" in top else None
    scripts = read_json(top["package.json"]).get("scripts")
    script = str(scripts.get("test", "")) if isinstance(scripts, dict) else ""
    if not script or "no test specified" in script:
        return None
    manager = next(
        (LOCKS[lock] for lock in LOCKS if lock in present and LOCKS[lock] in ("pnpm", "yarn", "bun")), "npm"
    )
    return f"{manager} run test" if manager == "bun" else f"{manager} test"


def _python(paths: tuple[str, ...], top: Mapping[str, str], present: frozenset[str]) -> str | None:
    tests = [p for p in paths if re.search(r"(?:^|/)(?:test_\w+|\w+_test)\.py$", p)]
    texts = "\n".join(
        text for name, text in top.items() if name.endswith((".toml", ".cfg", ".ini", ".txt", "Pipfile", ".py"))
    )
    uses_pytest = "pytest" in texts or any(p.rsplit("/", 1)[-1] == "conftest.py" for p in paths)
    if not tests and not ("pytest" in texts and present & {"pyproject.toml", "setup.py", "setup.cfg"}):
        return None
    if uses_pytest:
        return (
            "uv run pytest"
            if "uv.lock" in present
            else "poetry run pytest"
            if "poetry.lock" in present
            else "python3 -m pytest"
        )
    folder = tests[0].split("/", 1)[0] if "/" in tests[0] else ""
    return (
        f"python3 -m unittest discover -s {folder}"
        if folder in ("tests", "test")
        else "python3 -m unittest discover"
    )


def _compiled(paths: tuple[str, ...], top: Mapping[str, str]) -> str | None:
    for file, command in TABLES["tests"].items():
        if file in top:
            return "flutter test" if file == "pubspec.yaml" and "flutter" in top[file] else command
    if "Gemfile" in top:
        return "bundle exec rspec" if any(p.startswith("spec/") for p in paths) else "bundle exec rake test"
    if "composer.json" in top and "phpunit" in top["composer.json"]:
        return "vendor/bin/phpunit"
    return "dotnet test" if any(p.endswith((".sln", ".csproj")) for p in paths) else None


def _managers(top: frozenset[str]) -> tuple[str, ...]:
    found = list(dict.fromkeys(LOCKS[name] for name in LOCKS if name in top))
    if any(name in found for name in ("pnpm", "yarn", "bun")):
        found = [name for name in found if name != "npm"]
    if any(name in found for name in ("uv", "poetry", "pipenv")):
        found = [name for name in found if name != "pip"]
    return tuple(found)
