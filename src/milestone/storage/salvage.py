"""Put a broken log together again from whatever holds lines of it: each line names the one before by its hash."""

from collections.abc import Iterable, Sequence

import msgspec

from milestone.storage import log_line
from milestone.storage.log_line import GENESIS, BrokenLine, Line

Source = tuple[str, Iterable[bytes]]  # what it is, in words; its lines, in any state


class Piece(msgspec.Struct, frozen=True):
    """One sound line, and where it was found."""

    text: bytes
    line: Line
    hash: str
    source: int  # place in the order of preference


class Salvaged(msgspec.Struct, frozen=True, kw_only=True):
    """The longest log that could be put together, from its first line on."""

    lines: tuple[bytes, ...] = ()
    seq: int = 0  # of the last event
    hash: str = GENESIS  # of the last line
    found: tuple[tuple[str, int, int], ...] = ()  # (source, first event, last event), in order
    hashes: frozenset[str] = frozenset()  # of every line

    def holds(self, seq: int, name: str) -> bool:
        """Tell whether a line that is known to have been the last one is among them."""
        return seq == 0 or name in self.hashes


def put_together(sources: Sequence[Source]) -> Salvaged:
    """Return what the sources make; the first one is the log itself, and stands where two say different things."""
    known: dict[str, list[Piece]] = {}
    for number, (_, texts) in enumerate(sources):
        for piece in _pieces(texts, number):
            if piece.hash not in {each.hash for each in known.get(piece.line.prev, ())}:
                known.setdefault(piece.line.prev, []).append(piece)
    lead_on = {prev for prev, pieces in known.items() if any(piece.source == 0 for piece in pieces)}
    chain: list[Piece] = []
    head, seq = GENESIS, 0
    while True:
        following = [piece for piece in known.get(head, ()) if piece.line.seq == seq + 1]
        if not following:
            return _salvaged(chain, [name for name, _ in sources])
        best = min(following, key=lambda piece: (piece.source != 0, piece.hash not in lead_on, piece.source))
        chain.append(best)
        head, seq = best.hash, best.line.last_seq


def is_sound(text: bytes) -> bool:
    """Tell whether a line is what was written."""
    try:
        log_line.decode(text)
    except BrokenLine:
        return False
    return True


def told(found: tuple[str, int, int]) -> str:
    """Return where some events came from, as a sentence."""
    source, first, last = found
    return (
        f"Event {first} came from {source}." if first == last else f"Events {first} to {last} came from {source}."
    )


def _pieces(texts: Iterable[bytes], source: int) -> Iterable[Piece]:
    for text in texts:
        try:
            line, name = log_line.decode(text)
        except BrokenLine:
            continue
        yield Piece(text, line, name, source)


def _salvaged(chain: Sequence[Piece], names: Sequence[str]) -> Salvaged:
    found: list[tuple[str, int, int]] = []
    for piece in chain:
        name = names[piece.source]
        first = found.pop()[1] if found and found[-1][0] == name else piece.line.seq
        found.append((name, first, piece.line.last_seq))
    return Salvaged(
        lines=tuple(piece.text for piece in chain),
        seq=chain[-1].line.last_seq if chain else 0,
        hash=chain[-1].hash if chain else GENESIS,
        found=tuple(found),
        hashes=frozenset(piece.hash for piece in chain),
    )
