"""An editor that saves what it loaded a while ago, over changes that commands made meanwhile.

Against the last text such a file seems to take all those changes back. What it really says is its difference to
the version it was loaded from, and that is the one it is closest to.
"""

from typing import Any

from milestone.domain import paths
from milestone.domain.document import Body, Document
from milestone.storage.moment import Moment

VERSIONS = 30  # how far an editor's version is looked for


def loaded_from(moment: Moment, uid: str, base: Body, text: Body) -> Body | None:
    """Return the earlier version a text was made from; None when it was made from the last one.

    A text that is an earlier version, word for word, was put there on purpose.
    """
    now = _distance(base, text)
    if now < 2:
        return None
    found = [(_distance(body, text), -place, body) for place, body in enumerate(_versions(moment, uid))]
    if not found:
        return None
    distance, _, body = min(found, key=lambda each: each[:2])
    return body if 0 < distance < now else None


def _distance(body: Body, text: Body) -> int:
    """Return how many values, and members of lists, differ."""
    to_set, to_unset = paths.diff(body, text)
    return len(to_unset) + sum(_apart(paths.get(body, path), value) for path, value in to_set.items())


def _apart(one: Any, other: Any) -> int:
    if not isinstance(one, list) or not isinstance(other, list):
        return 1
    return max(sum(each not in other for each in one) + sum(each not in one for each in other), 1)


def _versions(moment: Moment, uid: str) -> list[Body]:
    """Return the bodies that commands replaced since the last edit by hand or git, oldest first."""
    document: Document | None = None
    bodies: list[Body] = []
    for line in moment.place.log.lines(0, moment.head):
        mine = [r for r in line.recorded() if (r.event.document, r.event.uid) == ("milestone", uid)]
        for recorded in mine:
            document = moment.evolve(document, recorded)
        if document is not None and mine:
            starts = "via" in mine[-1].event.data
            bodies = [document.body] if starts else [*bodies, document.body]
    return bodies[-VERSIONS - 1 : -1]
