"""Every backend walks beside the store in memory: a few steps always, five thousand each in `make long`."""

import itertools
import os
from pathlib import Path
from typing import Any

import pytest

from milestone.domain import summary
from milestone.domain.document import Document, Recorded
from milestone.domain.evolve import evolve
from milestone.registry import load
from milestone.storage import BACKENDS
from milestone.storage.base import Store
from milestone.storage.memory import MemoryStore
from milestone.testing.postgres import Server
from milestone.testing.postgres_fixtures import address, set_up
from milestone.testing.store_machine import Open, walk

STEPS = int(os.environ.get("MACHINE_STEPS", "200"))
LONG = int(os.environ.get("MACHINE_LONG", "5000"))
LOCAL = sorted(BACKENDS.keys() - {"postgres"})


def local(name: str) -> Open:
    return lambda root: load(BACKENDS[name])(root, evolve=evolve, summarise=summary.row)


def at_a_server(server: Server, schema: str) -> Open:
    """Return what opens a schema of its own for each folder."""
    known: dict[Path, str] = {}
    numbers = itertools.count(1)

    def open_store(root: Path) -> Store:
        if root not in known:
            known[root] = f"{schema}_{next(numbers)}"
            set_up(server, known[root])
        opened: Store = load(BACKENDS["postgres"])(
            root, dsn=address(server, known[root]), evolve=evolve, summarise=summary.row
        )
        return opened

    return open_store


@pytest.mark.parametrize("name", LOCAL)
def test_a_store_is_what_the_model_is(name: str):
    walk(local(name), steps=STEPS)


def test_a_server_is_what_the_model_is(postgres_server: Server, postgres_schema: str):
    walk(at_a_server(postgres_server, postgres_schema), steps=STEPS, forks=False)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", LOCAL)
def test_a_store_is_what_the_model_is_for_long(name: str):
    walk(local(name), steps=LONG)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_server_is_what_the_model_is_for_long(postgres_server: Server, postgres_schema: str):
    walk(at_a_server(postgres_server, postgres_schema), steps=LONG, forks=False)


def test_a_store_that_forgets_is_found_out():
    kept: dict[Path, MemoryStore] = {}

    def forgetful(document: Document | None, recorded: Recorded) -> Document:
        found = evolve(document, recorded)
        return document if document is not None and recorded.event.kind == "milestone.edited" else found

    def open_store(root: Path) -> Any:
        return kept.setdefault(root, MemoryStore(evolve=forgetful, summarise=summary.row))

    with pytest.raises((AssertionError, ExceptionGroup)):  # a group where it is found in two ways
        walk(open_store, steps=500, forks=False)
