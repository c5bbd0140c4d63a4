"""Bring the files of a checkout to one record a file, one file a record, one number a record.

Pure: texts in, texts out, decided from nothing but the texts themselves, so that every clone at one commit settles
it in the same way.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from milestone import errors
from milestone.domain import numbering, references
from milestone.domain.document import Body
from milestone.storage import file_names, merged_text, said, versions, yaml_writer
from milestone.storage.base import Warning
from milestone.storage.versions import Version

FOLDERS = ("active", "completed")


class Renumbered(msgspec.Struct, frozen=True, kw_only=True):
    """A record that gave its number to an older one."""

    uid: str
    was: str
    now: str


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be written to settle a checkout."""

    texts: Mapping[str, str]  # path -> new text
    gone: tuple[str, ...] = ()  # paths that go, their records being elsewhere
    renumbered: tuple[Renumbered, ...] = ()
    joined: tuple[str, ...] = ()  # uids of records that stood in two places
    left: Mapping[str, Warning] = {}  # paths nobody can settle

    @property
    def paths(self) -> list[str]:
        return sorted({*self.texts, *self.gone})


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A record on its way to its file."""

    version: Version
    path: str  # whose text it is
    places: tuple[str, ...]  # where it stood, its own path first
    archived: bool


def settle(
    texts: Mapping[str, str],
    *,
    there: Mapping[str, str] | None = None,
    bases: Mapping[str, Body] | None = None,
    copies: Collection[str] = (),
) -> Settled:
    """Return what to write so that each record has one file and a number of its own.

    `there` is what lies on the disk, where a text is already the merge of two. `bases` are versions by uid that
    both sides of a merge came from, where git still knows; `copies` are paths git does not track, which are left
    alone where they hold a record that another file holds.
    """
    there = texts if there is None else there
    found, left = _read(texts)
    kept = [_joined(uid, group, bases or {}) for uid, group in sorted(_by_uid(found, copies).items())]
    joined = tuple(each.version.uid for each in kept if len(each.places) > 1)
    kept, renumbered = _numbered(kept)
    placed = _placed(kept, {path for path in texts if path in left or path in copies})
    new = {path: _text(version, there.get(path)) for path, version in placed.items()}
    ours = {place for each in kept for place in each.places}
    empty = {path for path, text in there.items() if versions.split(text) and not versions.split(texts[path])}
    return Settled(
        texts={path: text for path, text in new.items() if text != there.get(path)},
        gone=tuple(sorted((ours | empty) & {*there} - {*new})),
        renumbered=renumbered,
        joined=joined,
        left=left,
    )


def _read(texts: Mapping[str, str]) -> tuple[list[tuple[str, Version]], dict[str, Warning]]:
    found: list[tuple[str, Version]] = []
    left: dict[str, Warning] = {}
    for path, text in sorted(texts.items()):
        try:
            if versions.MARKERS.search(text):
                raise versions.marked(text, path)
            found += [(path, version) for version in versions.read(text, path)]
        except errors.UnreadableFile as problem:
            left[path] = said.unreadable(path, problem)
    return found, left


def _by_uid(found: Iterable[tuple[str, Version]], copies: Collection[str]) -> dict[str, list[tuple[str, Version]]]:
    groups: dict[str, list[tuple[str, Version]]] = {}
    for path, version in found:
        groups.setdefault(version.uid, []).append((path, version))
    for uid, group in groups.items():
        tracked = [each for each in group if each[0] not in copies]
        groups[uid] = tracked or group[:1]
    return groups


def _joined(uid: str, group: list[tuple[str, Version]], bases: Mapping[str, Body]) -> _Kept:
    """Return one record of all places it stands in.

    One that has its base beside it is what one side made of it after the other had moved it: the others say where
    it is now. Otherwise a record that stands in both folders is archived.
    """
    moved_to = [each for each in group if each[1].base is None] or group
    archived = any(_archived(path) for path, _ in moved_to)
    ordered = sorted(group, key=lambda each: (each[1].base is not None, _archived(each[0]) != archived, each[0]))
    path, version = ordered[0]
    for _, other in ordered[1:]:
        base = other.base or version.base or bases.get(uid)
        before = Version(body=base, text=other.text) if base is not None else None
        version = merged_text.joined(before, _settled(version), _settled(other))
    return _Kept(
        version=_settled(version), path=path, places=tuple(place for place, _ in ordered), archived=archived
    )


def _settled(version: Version) -> Version:
    return msgspec.structs.replace(version, base=None)


def _numbered(kept: list[_Kept]) -> tuple[list[_Kept], tuple[Renumbered, ...]]:
    """Give every record a number of its own, and bring all references along."""
    bodies = {each.version.uid: each.version.body for each in kept}
    young = {each.version.uid for each in kept if not each.version.is_named}
    given = numbering.given(bodies, young)
    renumbered = tuple(
        Renumbered(uid=uid, was=str(bodies[uid]["id"]), now=name)
        for uid, name in given.items()
        if bodies[uid]["id"] != name
    )
    changed = numbering.renumbered(bodies, given)
    return [_with(each, references.following(changed[each.version.uid], given)) for each in kept], renumbered


def _with(kept: _Kept, body: Body) -> _Kept:
    version = kept.version
    if body == version.body:
        return kept
    text = yaml_writer.write_record(body, before_text=version.text, before_body=version.body)
    return msgspec.structs.replace(kept, version=msgspec.structs.replace(version, body=body, text=text))


def _placed(kept: list[_Kept], taken: Collection[str]) -> dict[str, Version]:
    """Return which record lies at each path: where it was if it can stay, else where its number says."""
    placed: dict[str, Version] = {}
    homeless: list[_Kept] = []
    for each in kept:
        home = next((path for path in _homes(each) if path not in placed), None)
        if home is None:
            homeless.append(each)
        else:
            placed[home] = each.version
    for each in homeless:
        folder = FOLDERS[each.archived]
        home = file_names.free(folder, str(each.version.body["id"]), {*placed, *taken})
        placed[home] = each.version
    return {path: _named(path, version, kept) for path, version in placed.items()}


def _homes(each: _Kept) -> list[str]:
    """Return the places a record may stay at, one named after its number first."""
    formerly = each.version.body.get("formerly") or ()
    right = [path for path in each.places if _archived(path) == each.archived and _stem(path) not in formerly]
    return sorted(right, key=lambda path: (_stem(path) != each.version.body["id"], path != each.path, path))


def _named(path: str, version: Version, kept: list[_Kept]) -> Version:
    """Return a record that says whose it is, where its file's name no longer tells."""
    stays = any(each.version is version and each.places == (path,) for each in kept)
    return version if version.is_named or stays else versions.named(version)


def _text(version: Version, before: str | None) -> str:
    text = versions.write([version])
    return before if before is not None and before.removeprefix("\ufeff") == text else text


def _archived(path: str) -> bool:
    return path.startswith(FOLDERS[1] + "/")


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]
