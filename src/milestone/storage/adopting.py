"""Take in what people, editors and git did to the files: as events, three-way, without ever refusing."""

from collections.abc import Iterable

import msgspec

from milestone import clock, registry, uids
from milestone.domain import adoption, conflicts
from milestone.domain.document import Actor, Body, Event
from milestone.storage import disk, shared_dependencies, stale_buffers, summary_file
from milestone.storage import said as said_by
from milestone.storage.adopted_names import Names
from milestone.storage.base import Stamp, Warning
from milestone.storage.moment import Moment
from milestone.storage.said import Found
from milestone.storage.snapshots import Stored
from milestone.storage.stale_buffers import Heard

HAND = Actor(name="by hand", source="file")
TRACKED = "milestone.storage.git_text:is_tracked"
ORIGINS = "milestone.storage.git_text:origins"  # starts git, so it is loaded only when a text changed


class Taken(msgspec.Struct, kw_only=True):
    """What adopting found out besides the events it staged."""

    unreadable: dict[str, Warning] = {}
    warnings: list[Warning] = []
    adopted: int = 0  # files that said something new
    is_nobodys: bool = False  # a replaced file that no record can take in


def adopt(moment: Moment, stamp: Stamp, found: Iterable[str], changed: Iterable[str]) -> Taken:
    """Stage an event for each thing the changed files say that the store does not know; return what else there is.

    `found` are all files there are, `changed` those that came, went or may say something new.
    """
    return _Adoption(moment, stamp, set(found)).run(sorted(changed))


def adopt_replaced(moment: Moment, stamp: Stamp, path: str, uid: str, base: str | None, data: bytes) -> Taken:
    """Stage what an editor wrote into a replaced file of a record, that held `base` when it was replaced."""
    return _Adoption(moment, stamp, set()).replaced(uid, base, said_by.read_bytes(data, path))


class _Adoption:
    def __init__(self, moment: Moment, stamp: Stamp, there: set[str]) -> None:
        self._moment = moment
        self._stamp = stamp
        self._there = there
        self._taken = Taken()
        self._owners = moment.owners()
        self._held = moment.held_by()
        self._origins: dict[str, dict[str, str]] = {}
        self._found: dict[str, Found] = {}
        self._names = Names(moment, {})
        self._new_ones: set[str] = set()  # uids of records that came just now

    def run(self, changed: list[str]) -> Taken:
        for path in changed:
            if path not in self._there or self._is_known(path) or path == summary_file.DEPENDENCIES:
                continue
            said = said_by.read(self._moment.place, path)
            if isinstance(said, Found):
                self._found[path] = said if said.is_named else self._rightful(path, said)
            elif said is not None:
                self._taken.unreadable[path] = said
        self._origins = registry.load(ORIGINS)(
            self._moment.place.root, {p: f.text for p, f in self._found.items()}
        )
        saying = {str(said.body["uid"]): str(said.body["id"]) for said in self._found.values()}
        # Those that are gone first: their places and numbers are free.
        for path in changed:
            owner = self._owners.get(path)
            is_free = path not in self._there or path in self._found  # taken away, or another record's now
            if is_free and owner is not None and owner[0] == "milestone" and owner[1] not in saying:
                self._gone(owner, path)
        self._names = Names(self._moment, saying)
        # Known records first: one that gives its number to a newcomer says so in its own file.
        for path, said in sorted(self._found.items(), key=self._is_new):
            self._file(path, said)
        self._dependencies(changed)
        return self._taken

    def _dependencies(self, changed: list[str]) -> None:
        path = summary_file.DEPENDENCIES
        if path not in changed and not (self._new_ones and shared_dependencies.concerns(self._moment)):
            return
        there, before = path in self._there, len(self._moment.staged)
        problem = shared_dependencies.take_in(self._moment, self._fold, there=there, new=self._new_ones)
        if problem is not None:
            self._taken.unreadable[path] = problem
        self._taken.adopted += len(self._moment.staged) > before

    def _fold(self, event: Event) -> None:
        self._moment.fold(event, msgspec.structs.replace(self._stamp, actor=HAND))

    def replaced(self, uid: str, base: str | None, said: Found | Warning) -> Taken:
        """Take in what an editor wrote into a file after we had put another in its place."""
        known = self._moment.stored("milestone", uid)
        if known is None or isinstance(said, Warning):
            self._taken.is_nobodys = True
        else:
            self._change(said, known, base, {"via": "hand"})
        return self._taken

    # -- one file

    def _is_new(self, found: tuple[str, Found]) -> bool:
        return self._moment.stored("milestone", str(found[1].body["uid"])) is None

    def _is_known(self, path: str) -> bool:
        """Tell whether a file has the very text it should have; only its time stamp changed."""
        owner = self._owners.get(path)
        known = self._moment.stored(*owner) if owner else None
        if known is None or known.document.away or known.document.deleted:
            return False
        data = disk.read(self._moment.place.file(path))
        if data is None or not known.is_text(data) or known.path != path:  # to have moved says something
            return False
        self._moment.put(known)
        return True

    def _rightful(self, path: str, said: Found) -> Found:
        """Return what a file without a uid says for the record whose place it has, else for one that is gone."""
        owner = self._owners.get(path)
        if owner is None:
            name, digest = str(said.body["id"]), disk.digest(said.text.encode())
            for other, key in self._owners.items():
                known = self._moment.stored(*key) if other not in self._there and key[0] == "milestone" else None
                if known is not None and (known.digest == digest or known.document.body.get("id") == name):
                    owner = key
        return said.of(owner[1]) if owner is not None and owner[0] == "milestone" else said

    def _file(self, path: str, said: Found) -> None:
        uid = str(said.body["uid"])
        known = self._moment.stored("milestone", uid)
        if known is not None and known.path != path and self._elsewhere(known, uid):
            if known.path in self._taken.unreadable or registry.load(TRACKED)(self._moment.place.root, path):
                self._taken.unreadable[path] = said_by.in_two_places(path, str(known.path))
            else:
                self._copy(path, said)
            return
        self._taken.warnings.extend(said.warnings)
        if known is None:
            self._new(path, said, said.body)
        else:
            self._edit(path, said, known)

    def _elsewhere(self, known: Stored, uid: str) -> bool:
        """Tell whether the record's own file is still where it was."""
        if known.path is None or known.path not in self._there:
            return False
        there = self._found.get(known.path)
        return there is None or str(there.body["uid"]) == uid

    def _new(self, path: str, said: Found, body: Body) -> None:
        numbered = self._names.numbered(body, by_git=self._via(path)["via"] == "git")
        body = numbered.body
        if numbered.gives_way is not None:
            self._renumber(numbered.gives_way, numbered.fresh, str(body["id"]))
        data = {"body": body, "archived": _archived(path), **self._via(path)}
        self._stage("milestone.created", str(body["uid"]), str(body["id"]), data, path)
        self._keep(path, said, str(body["uid"]))
        self._new_ones.add(str(body["uid"]))
        self._taken.adopted += 1

    def _copy(self, path: str, said: Found) -> None:
        uid = uids.new_uid(clock.parse_moment(self._stamp.at))
        body = {key: value for key, value in said.body.items() if key not in ("formerly", "refs")}
        message = f"It is a copy of {said.body['id']}; it counts as a milestone of its own."
        self._taken.warnings.append(Warning(code="copied_file", message=message, path=path))
        self._new(path, said, {**body, "uid": uid})

    def _edit(self, path: str, said: Found, known: Stored) -> None:
        held = known.document.uid in self._held
        about = self._via(path)
        if _archived(path) != known.document.archived and not held:
            about = {**about, "archived": _archived(path)}
        self._change(said, known, known.base, about)
        self._keep(path, said, known.document.uid)

    def _change(self, said: Found, known: Stored, base: str | None, about: Body) -> None:
        """Stage what a text says that the text `base`, or what its editor had of it, did not."""
        document = known.document
        ours = adoption.as_a_file_says(document.body, said.path)
        heard = self._heard(known, ours, base, said, by_hand=about["via"] == "hand")
        body = self._renamed(adoption.merge(heard.base, said.body, heard.ours).body, ours, said.path)
        if document.uid in self._held:
            body = self._put_right(ours, body, said.path)
        to_set, to_unset = adoption.change(document.body, ours, body)
        back = document.away or document.deleted
        if to_set or to_unset or back or "archived" in about or heard.is_old:
            data = {"set": to_set, "unset": to_unset, **about}
            kind = "document.returned" if back else "document.edited"
            self._tell_renumbered(ours, body, said.path)
            self._stage(kind, document.uid, str(body.get("id")), data, said.path)
            self._tell_conflicts(ours, body, said.path)
            self._taken.adopted += 1

    def _tell_renumbered(self, ours: Body, body: Body, path: str) -> None:
        """Say that a record gave its number to another, where its text says so."""
        was, now = ours.get("id"), body.get("id")
        if was != now and was in (body.get("formerly") or ()):
            data = {"id": now, "formerly": was, **self._via(path)}
            self._stage("milestone.renumbered", str(ours.get("uid")), str(now), data, path)

    def _tell_conflicts(self, ours: Body, body: Body, path: str) -> None:
        """Say which values a merge set aside."""
        known = conflicts.of(ours)
        for conflict in conflicts.of(body):
            if conflict not in known and isinstance(conflict, dict):
                data = {"conflict": conflict, **self._via(path)}
                self._stage("conflict.kept", str(body.get("uid")), str(body.get("id")), data, path)

    def _heard(self, known: Stored, ours: Body, base: str | None, said: Found, *, by_hand: bool) -> Heard:
        """Return what a text is to be joined with; tell where it was saved over something newer."""
        if base is None:  # of a record that was not in the last checkout the plan is what this one says
            return Heard(base=ours if known.document.away or known.document.deleted else None, ours=ours)
        before = said.before(base, known.path)
        if not by_hand:
            return Heard(base=before.body, ours=ours)
        heard = stale_buffers.heard(self._moment, known.document.uid, ours, before, said)
        if heard.is_old:
            message = "It was saved over a newer version; what had changed meanwhile was kept beside the edit."
            self._taken.warnings.append(Warning(code="saved_over", message=message, path=said.path))
        return heard

    def _put_right(self, ours: Body, body: Body, path: str) -> Body:
        right = adoption.put_right(ours, body)
        self._taken.warnings.extend(
            Warning(code="put_right", message=told, path=path, hint="Use milestone task, or stop the run first.")
            for told in right.warnings
        )
        return right.body

    def _gone(self, key: tuple[str, str], path: str) -> None:
        known = self._moment.stored(*key)
        if known is None or known.path != path or known.document.away or known.document.deleted:
            return
        if known.document.uid in self._held:
            self._put_back(known, path)
            return
        name = str(known.document.body.get("id"))
        self._stage("document.removed", known.document.uid, name, {"via": "hand"}, path)
        self._taken.adopted += 1
        gone = self._moment.stored(*key)
        if gone is not None:
            self._moment.put(msgspec.structs.replace(gone, path=None))

    def _put_back(self, known: Stored, path: str) -> None:
        message = "It was taken away while a run works on it; it was put back."
        self._taken.warnings.append(
            Warning(code="held_file", message=message, path=path, hint="Stop the run first.")
        )
        self._moment.put(msgspec.structs.replace(known, path=None, base=None, reads=None))

    # -- names

    def _renumber(self, uid: str, name: str, was: str) -> None:
        self._stage("milestone.renumbered", uid, name, {"id": name, "formerly": was, "via": "hand"}, "")

    def _renamed(self, body: Body, ours: Body, path: str) -> Body:
        """Return the record with its own id where the text took another's."""
        body = {**body, "uid": ours.get("uid", body.get("uid"))}
        if body.get("id") == ours.get("id") or self._names.is_free(str(body.get("id")), str(body["uid"])):
            return body
        message = f"It says it is {body.get('id')}, which is another milestone; it stays {ours.get('id')}."
        self._taken.warnings.append(Warning(code="id_taken", message=message, path=path))
        return {**body, "id": ours.get("id")}

    # -- staging

    def _via(self, path: str) -> Body:
        return {**self._origins.get(path, {"via": "hand"})}

    def _stage(self, kind: str, uid: str, name: str, data: Body, path: str) -> None:
        origin = self._via(path)
        author = Actor(name=origin["author"], source="git") if "author" in origin else HAND
        event = Event(kind=kind, document="milestone", uid=uid, milestone=name, data=data)
        self._moment.fold(event, msgspec.structs.replace(self._stamp, actor=author))

    def _keep(self, path: str, said: Found, uid: str) -> None:
        """Take the text as the new base of the record."""
        stored = self._moment.stored("milestone", uid)
        assert stored is not None
        same = adoption.as_a_file_says(stored.document.body, path) == said.body
        kept = msgspec.structs.replace(
            stored,
            path=path,
            base=said.text,
            base_revision=stored.document.revision if same else 0,
            reads=None if same else said.body,
        )
        self._moment.put(kept)
        self._owners[path] = ("milestone", uid)


def _archived(path: str) -> bool:
    return path.startswith(summary_file.FOLDERS[1] + "/")
