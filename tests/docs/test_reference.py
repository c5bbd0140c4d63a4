"""The reference is what the code says, and everything a user can meet stands somewhere in the documents."""

import importlib.util
import re
from functools import cache
from pathlib import Path
from types import ModuleType

from milestone.cli import main
from milestone.config import keys

ROOT = Path(__file__).parents[2]


@cache
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_reference_is_up_to_date():
    assert generator().out_of_date() == [], "Run make docs and commit what it writes."


def test_every_command_is_in_the_documents():
    page = (ROOT / "docs/reference/commands.md").read_text()

    assert [name for name in main.COMMANDS if f"### milestone {name}\n" not in page] == []


def test_every_error_code_is_in_the_documents():
    page = (ROOT / "docs/reference/errors.md").read_text()
    codes = {error.code for error in generator().error_classes()} | {
        code for code, _, _ in generator().raised_codes()
    }

    assert {code for code in codes if f"| `{code}` |" not in page} == set()


def test_every_config_key_is_in_the_documents():
    page = (ROOT / "docs/reference/config.md").read_text()

    assert [key for key in keys.KEYS if f"| `{key}` |" not in page] == []


def test_every_effect_of_a_config_key_is_shown_by_a_test():
    unshown = [
        f"{name}: {key.shown_by or 'no test'}"
        for name, key in keys.KEYS.items()
        if key.effect and not _is_there(*key.shown_by.partition("::")[::2])
    ]

    assert unshown == []


def _is_there(file: str, name: str) -> bool:
    path = ROOT / file
    return bool(file) and path.exists() and f"def {name}(" in path.read_text()


def test_links_between_documents_lead_somewhere():
    pages = [ROOT / "README.md", *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]

    assert broken == []
