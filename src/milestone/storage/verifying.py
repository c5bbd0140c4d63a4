"""Check a file store from its first line: the chain, and every document against a fresh fold."""

from collections.abc import Mapping
from typing import Any

from milestone import errors
from milestone.domain.document import Document
from milestone.storage import summaries
from milestone.storage.base import Evolve
from milestone.storage.event_log import START, Head
from milestone.storage.moment import head_of
from milestone.storage.place import Place


def verify(place: Place, evolve: Evolve) -> Mapping[str, Any]:
    """Return `{ok, events, head, findings}`; nothing is changed."""
    try:
        lines, head = place.log.since(START)
        known_to_summary(place, head)
    except errors.Damaged as problem:
        finding = {"severity": "error", "code": problem.code, "where": "logs/events", "message": problem.why}
        return {"ok": False, "events": 0, "head": "", "findings": [finding]}
    documents: dict[tuple[str, str], Document] = {}
    for line in lines:
        for recorded in line.recorded():
            key = (recorded.event.document, recorded.event.uid)
            documents[key] = evolve(documents.get(key), recorded)
    findings = _differing(place, documents)
    return {"ok": not findings, "events": head.seq, "head": head.hash, "findings": findings}


def known_to_summary(place: Place, head: Head) -> None:
    """Hold the log against what the summary remembers of it.

    Raises:
        Damaged: it was longer once, or its last line was another.
    """
    summary = summaries.load(place.root)
    if summary is None:
        return
    known = head_of(summary)
    place.log.since(known)
    if known.seq == head.seq and known.hash != head.hash:
        raise errors.Damaged(
            "The log of this store is damaged.",
            why=f"its last line is not the one that was written (event {head.seq})",
            next=["milestone doctor"],
            code="log_damaged",
        )


def _differing(place: Place, documents: Mapping[tuple[str, str], Document]) -> list[dict[str, Any]]:
    """Return a finding for each kept document that is not what its events make it."""
    summary = summaries.load(place.root)
    if summary is None or summary.seq != sum(document.revision for document in documents.values()):
        return []  # behind the log, so the next opener folds it anyway
    findings: list[dict[str, Any]] = []
    for (kind, uid), document in documents.items():
        kept = place.snapshots.read(kind, uid)
        broken = kept is None and place.snapshots.is_there(kind, uid)
        differs = kept is not None and kept.document.revision == document.revision and kept.document != document
        if broken or differs:
            message = "The kept document is not what its events make it."
            findings.append(
                {"severity": "error", "code": "document_differs", "where": f"{kind}/{uid}", "message": message}
            )
    return findings
