"""The rooms import only what lies below them, and kinds in a drawer do not know each other."""

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
# A drawer, and what its kinds share: the protocol and plain tools that are no kind themselves.
DRAWERS = {
    "milestone.agents.executors": {
        *("base", "heard", "process", "programs", "redacting", "settings", "speaking", "supervise"),
    },
    "milestone.agents.roles": {"base"},
    "milestone.cli.commands": set[str](),
}
BACKENDS = {f"milestone.storage.{kind}" for kind in ("file", "hybrid", "memory", "postgres", "sqlite")}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("milestone", cache_dir=None)


def test_the_import_contracts_hold():
    script = Path(sys.executable).with_name("lint-imports")

    result = subprocess.run([script, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("drawer", DRAWERS)
def test_kinds_in_a_drawer_do_not_import_each_other(graph: grimp.ImportGraph, drawer: str):
    kinds = {kind for kind in graph.find_children(drawer) if kind.rpartition(".")[2] not in DRAWERS[drawer]}

    assert sideways(graph, kinds) == []


def test_backends_do_not_import_each_other(graph: grimp.ImportGraph):
    assert sideways(graph, BACKENDS & graph.modules) == []


def test_a_sideways_import_is_found():
    graph = grimp.ImportGraph()
    graph.add_import(importer="house.drawer.one", imported="house.drawer.two.inner")
    graph.add_import(importer="house.drawer.one", imported="house.drawer.base")

    assert sideways(graph, {"house.drawer.one", "house.drawer.two"}) == [
        "house.drawer.one imports house.drawer.two.inner"
    ]


def sideways(graph: grimp.ImportGraph, kinds: set[str]) -> list[str]:
    """Return one line for each direct import from one kind, or a module inside it, into another."""
    return sorted(
        f"{importer} imports {imported}"
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if (mine := kind_of(importer, kinds)) and (other := kind_of(imported, kinds)) and mine != other
    )


def kind_of(module: str, kinds: set[str]) -> str | None:
    return next((kind for kind in kinds if module == kind or module.startswith(kind + ".")), None)
