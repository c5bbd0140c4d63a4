"""Which id a record that comes with a file may have: no two records of a checkout have one."""

from collections.abc import Mapping

import msgspec

from milestone import ids
from milestone.domain.document import Body
from milestone.storage.moment import Moment


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """A new record with its id; `gives_way` is the uid of the one that has to take `fresh` instead of it."""

    body: Body
    gives_way: str | None = None
    fresh: str = ""


class Names:
    """The ids of a checkout: what the store knows, and what the files that changed say of their records."""

    def __init__(self, moment: Moment, saying: Mapping[str, str]) -> None:
        self._moment = moment
        self._saying = saying  # uid -> id, of the files that are taken in

    def numbered(self, body: Body, *, by_git: bool) -> Numbered:
        """Return a new record with an id nobody has; between two clones' records the older uid keeps a number."""
        name, uid = str(body["id"]), str(body["uid"])
        other = self._holder(name, uid) if by_git else self._moment.named(name)
        if other is None or other == uid:
            return Numbered(body=body)
        if by_git and uid < other:
            return Numbered(body=body, gives_way=other, fresh=self._free(name))
        formerly = [*(body.get("formerly") or ()), *([name] if by_git else [])]
        fresh = {**body, "id": self._free(name)}
        return Numbered(body={**fresh, "formerly": formerly} if formerly else fresh)

    def is_free(self, name: str, uid: str) -> bool:
        """Tell whether a record may take an id: nobody else has it here. One that is away meets it on return."""
        return self._holder(name, uid) is None

    def _holder(self, name: str, uid: str) -> str | None:
        """Return the uid of another record that has an id in this checkout and keeps it."""
        for other, said in self._saying.items():
            if said == name and other != uid and self._moment.stored("milestone", other) is not None:
                return other
        holders = self._holders(name)
        return next((other for other in holders if other != uid and other not in self._saying), None)

    def _holders(self, name: str) -> list[str]:
        """Return the uids of the records that have an id in this checkout, as far as the store knows."""
        changed = [stored.document for (kind, _), stored in self._moment.changed.items() if kind == "milestone"]
        there = [document for document in changed if not (document.away or document.deleted)]
        entries = self._moment.summary.entries.values()
        return [document.uid for document in there if document.body.get("id") == name] + [
            entry.uid
            for entry in entries
            if entry.id == name and entry.is_live and entry.key not in self._moment.changed
        ]

    def _free(self, name: str) -> str:
        if ids.number_of(name) is not None:
            return ids.milestone_id(self._moment.last_number + 1)
        number = 2
        while self._moment.named(f"{name}-{number}") is not None:
            number += 1
        return f"{name}-{number}"
