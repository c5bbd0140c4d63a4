"""Say what time brings to approvals: asked for by a running executor and by any later command."""

from collections.abc import Iterable, Sequence

from milestone.domain.context import Context
from milestone.domain.decide import reminding
from milestone.domain.document import Actor, Document, Event
from milestone.operations import judged_phases
from milestone.storage.base import Reading, Txn
from milestone.workspace import waiting
from milestone.workspace.base import Workspace, Written

PROGRAM = Actor(name="service:milestone", kind="service", source="program")


def keep_up(workspace: Workspace) -> Written | None:
    """Record reminders and escalations that are due, and keep when the next ones are; None where nothing was due.

    Two processes that look at once say each thing once: what was said is looked up in the transaction.
    """
    with workspace.reading() as reading:
        ctx = workspace.context(reading)
        documents = list(_waiting(reading))
        said = _events(workspace, documents, ctx)
    written = None
    if said:
        written = workspace.write_apart(lambda txn, now: _events(workspace, _waiting(txn), now), actor=PROGRAM)
    moments = [when for document in documents if (when := reminding.next_look(document, ctx))]
    waiting.keep(workspace.root, min(moments, default=waiting.NEVER))
    return written


def _waiting(reading: Reading | Txn) -> Iterable[Document]:
    for row in waiting.rows(reading):
        document = reading.load("milestone", str(row["uid"]))
        if document is not None:
            yield document


def _events(workspace: Workspace, documents: Iterable[Document], ctx: Context) -> Sequence[Event]:
    found = []
    for document in documents:
        found += reminding.look(document, judged_phases.survey(workspace, document), ctx)
    return found
