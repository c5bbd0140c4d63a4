"""Rows of a store, and rows of a write in the making, answer as if all of them were read."""

import pytest

from milestone.domain import rows
from milestone.domain.decide import dependency, milestone
from milestone.domain.evolve import evolve
from milestone.domain.summary import row
from milestone.operations.draft import Draft
from milestone.storage.file import FileStore
from milestone.testing.builders import a_body
from milestone.testing.workspaces import a_workspace, created

NAMES = [f"milestone-{number:03d}" for number in range(1, 5)]


@pytest.fixture
def workspace(tmp_path):
    """Four milestones in files: the second requires the first, the third enables the fourth."""
    workspace = a_workspace(tmp_path)
    workspace.store = FileStore(workspace.root, evolve=evolve, summarise=row)
    bodies = [a_body(name) for name in NAMES]
    bodies[1]["dependencies"] = {"requires": NAMES[:1]}
    bodies[2]["dependencies"] = {"enables": NAMES[3:]}
    workspace.write(lambda _txn, _ctx: [created(body) for body in bodies])
    return workspace


def answers(found, uids):
    return (
        [each["id"] for each in found.linked()],
        [found.named(name) for name in [*NAMES, "milestone-099"]],
        [found.of_uid(uid) for uid in [*uids, "nobody"]],
    )


def test_a_store_answers_without_reading_every_row(workspace):
    with workspace.reading() as reading:
        listed = list(reading.rows())
    uids = [each["uid"] for each in listed]

    with workspace.reading() as reading:
        assert answers(reading.rows(), uids) == answers(rows.Listed(listed), uids)
        assert [each["id"] for each in reading.rows().linked()] == ["milestone-002", "milestone-003"]


def test_a_write_in_the_making_answers_with_what_it_changed(workspace, tmp_path):
    def decide(txn, ctx):
        draft = Draft(txn, ctx, workspace.root, tmp_path)
        uids = [each["uid"] for each in ctx.rows]
        last, free = draft.milestone("m4"), draft.milestone("m2")
        draft.add(last, dependency.add(last, ctx.rows.named("milestone-001"), draft.ctx))
        draft.add(free, milestone.delete(free, draft.ctx))
        later = draft.ctx.rows

        assert answers(later, uids) == answers(rows.Listed(list(later)), uids)
        assert [each["id"] for each in later.linked()] == ["milestone-003", "milestone-004"]
        assert later.named("milestone-002") is None
        return []

    workspace.write(decide)
