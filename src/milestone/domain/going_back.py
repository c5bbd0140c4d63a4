"""How a record goes back to what it was: the data of the events that say so, and what they do to its seals."""

from collections.abc import Sequence

from milestone.domain import paths
from milestone.domain.document import Body, Document

KINDS = frozenset({"change.undone", "document.restored"})
_MARKS = ("archived", "away", "deleted")


def data(now: Document, wanted: Document) -> Body:
    """Return what leads from one version of a record to another; empty when they say the same."""
    found = _fields(now.body, wanted.body)
    for mark in _MARKS:
        if getattr(now, mark) != getattr(wanted, mark):
            found[mark] = getattr(wanted, mark)
    sealed, unsealed = set(wanted.proven) - set(now.proven), set(now.proven) - set(wanted.proven)
    found |= {"sealed": sorted(sealed)} if sealed else {}
    return found | ({"unsealed": sorted(unsealed)} if unsealed else {})


def _fields(now: Body, wanted: Body) -> Body:
    to_set, to_unset = paths.diff(now, wanted)
    if paths.apply(now, to_set, to_unset) != wanted:
        return {"body": wanted}
    return {**({"set": to_set} if to_set else {}), **({"unset": to_unset} if to_unset else {})}


def seals(proven: Sequence[str], said: Body) -> tuple[str, ...]:
    """Return the seals that are valid after a record went back."""
    return tuple(sorted((set(proven) | set(said.get("sealed") or ())) - set(said.get("unsealed") or ())))
