"""Hold the log against its seals and pins: what is signed, by whom, where something is missing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from milestone.storage import disk, log_line, sealing, seals
from milestone.storage.base import Mark
from milestone.storage.seals import Pin, Seal

Finding = dict[str, Any]
REPLACED = (b"store.restored", b"store.repaired")  # what says so where a backup or a repair took the log's place


class Chain(NamedTuple):
    """What the log is, as far as seals need it."""

    mark: Mark
    hashes: Mapping[int, str]  # of the lines that end at a sealed position
    replaced: bool  # a backup or a repair took its place once, as an event of it says


class Verdict(NamedTuple):
    """What seals and pins say of a log."""

    keys: list[dict[str, Any]]  # {key, from, to, seals}: which key signed which events
    gaps: list[dict[str, Any]]  # {from, to, why}: events nobody can vouch for any more
    unsigned: int  # events behind the last good seal
    findings: list[Finding]


def read(root: str) -> tuple[list[Seal], list[Finding]]:
    """Return the seals that are signed and follow each other, and what is wrong with the others."""
    good: list[Seal] = []
    findings: list[Finding] = []
    before = seals.START
    for text in seals.lines(root):
        number = len(good) + len(findings) + 1
        why = _wrong(text, number, before)
        if why:
            findings.append(_finding("seal_broken", f"seal {number}", why))
        else:
            good.append(seals.DECODER.decode(text))
        before = disk.digest(text)
    return good, findings


def chain(lines: Iterable[bytes], mark: Mark, wanted: Iterable[int]) -> Chain:
    """Return what the log says at the positions seals and pins name, in one walk over it."""
    asked = set(wanted)
    hashes: dict[int, str] = {}
    replaced = False
    for text in lines:
        replaced = replaced or any(kind in text for kind in REPLACED)
        last = log_line.last_seq(text)
        if last in asked:
            hashes[last] = text[-66:-2].decode("ascii", "replace")
    return Chain(mark, hashes, replaced)


def judge(found: Sequence[Seal], pins: Sequence[tuple[str, Pin]], log: Chain, count: int) -> Verdict:
    """Return what the seals, and the pins beside `count` of them, say of the log."""
    keys: dict[str, dict[str, Any]] = {}
    gaps: list[dict[str, Any]] = []
    findings: list[Finding] = []
    signed = 0
    for seal in found:
        if _holds(seal.mark, log):
            own = keys.setdefault(seal.key, {"key": seal.key, "from": signed + 1, "to": 0, "seals": 0})
            own.update(to=max(own["to"], seal.seq), seals=own["seals"] + 1)
            signed = max(signed, seal.seq)
        else:
            _missed(seal.mark, f"seal {seal.n}", log, gaps, findings)
    for place, pin in pins:
        if not _holds(Mark(epoch=pin.epoch, seq=pin.seq, hash=pin.hash), log):
            _missed(Mark(epoch=pin.epoch, seq=pin.seq, hash=pin.hash), place, log, gaps, findings)
        elif pin.seals > count and not _is_past(pin.epoch, log):
            why = f"{pin.seals} seals were pinned, {count} are there"
            findings.append(_finding("seals_missing", place, why))
        findings += _strangers(place, pin, keys)
    return Verdict(list(keys.values()), _joined(gaps), log.mark.seq - signed, findings)


def wanted(found: Sequence[Seal], pins: Sequence[tuple[str, Pin]]) -> set[int]:
    """Return the positions whose hash decides."""
    return {seal.seq for seal in found} | {pin.seq for _, pin in pins}


def _wrong(text: bytes, number: int, before: str) -> str:
    try:
        seal = seals.DECODER.decode(text)
    except msgspec.DecodeError:
        return "it cannot be read"
    if seal.n != number or seal.prev != before:
        return "it does not follow the seal before it"
    return "" if sealing.is_signed(seal) else "its signature does not fit what it says"


def _holds(mark: Mark, log: Chain) -> bool:
    return log.hashes.get(mark.seq) == mark.hash


def _is_past(epoch: str, log: Chain) -> bool:
    """Tell whether a backup or a repair, which begin a new epoch, took the place of what was signed there."""
    return log.replaced and epoch != log.mark.epoch


def _missed(mark: Mark, where: str, log: Chain, gaps: list[dict[str, Any]], findings: list[Finding]) -> None:
    if _is_past(mark.epoch, log):
        why = "signed before a backup or a repair took the log's place"
        gaps.append({"from": mark.seq, "to": mark.seq, "why": why})
    elif mark.seq > log.mark.seq:
        why = f"event {mark.seq} was signed, the log ends at event {log.mark.seq}"
        findings.append(_finding("log_shorter_than_signed", where, why))
    else:
        findings.append(_finding("log_differs_from_signed", where, f"event {mark.seq} is not what was signed"))


def _strangers(place: str, pin: Pin, keys: Mapping[str, object]) -> list[Finding]:
    """Return a finding for each key that signs and was not pinned."""
    return [
        _finding("key_not_pinned", place, f"key {key[:16]} signs, and was never pinned")
        for key in keys
        if key not in pin.keys
    ]


def _joined(gaps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one gap for all that a backup replaced."""
    if not gaps:
        return []
    ends = [int(gap["from"]) for gap in gaps]
    return [{"from": min(ends), "to": max(ends), "why": gaps[0]["why"]}]


def _finding(code: str, where: str, message: str) -> Finding:
    return {"severity": "error", "code": code, "where": where, "message": f"{where}: {message}"}
