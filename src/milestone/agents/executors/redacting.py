"""Keep out of a program's log what it was told in confidence: each line of a secret is replaced by a word.

A program that spells a secret in another way (base64, part of a line) is not caught: what it does with what it was
told is its own.
"""

import json
import os
import re
import select
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

INSTEAD = b"[sealed]"
SHORTEST = 4  # letters: a shorter line is a word of everybody's
PART = 65_536
TICK = 0.1  # seconds between two looks whether the program is over
LONGEST = 1 << 20  # bytes without a line's end that are held back


@contextmanager
def into(log: BinaryIO, secrets: Sequence[str]) -> Iterator[int]:
    """Give a descriptor to write to; what goes through it is in the log, without the secrets, when the block ends.

    A descendant that outlives the block and still holds the descriptor writes to nobody.
    """
    pattern = pattern_of(secrets)
    if pattern is None:
        yield log.fileno()
        return
    end, start = os.pipe()
    over = threading.Event()
    copying = threading.Thread(target=_copy, args=(end, log, pattern, over), daemon=True)
    copying.start()
    try:
        yield start
    finally:
        os.close(start)
        over.set()
        copying.join()


def pattern_of(secrets: Sequence[str]) -> re.Pattern[bytes] | None:
    """Return what finds each line of the secrets, plain or as JSON writes it; None where nothing is secret."""
    lines = {line.strip() for secret in secrets for line in secret.splitlines()}
    plain = {line for line in lines if len(line) >= SHORTEST}
    words = plain | {json.dumps(line)[1:-1] for line in plain}
    if not words:
        return None
    return re.compile(b"|".join(re.escape(word.encode()) for word in sorted(words, key=len, reverse=True)))


def _copy(end: int, log: BinaryIO, pattern: re.Pattern[bytes], over: threading.Event) -> None:
    held = b""
    with os.fdopen(end, "rb", buffering=0) as pipe:
        while part := _next(pipe, over):
            held += part
            whole = held.rfind(b"\n") + 1 or (len(held) if len(held) > LONGEST else 0)
            log.write(pattern.sub(INSTEAD, held[:whole]))
            log.flush()
            held = held[whole:]
    log.write(pattern.sub(INSTEAD, held))
    log.flush()


def _next(pipe: BinaryIO, over: threading.Event) -> bytes:
    """Return what comes next; nothing when everybody let go, or the program is over and nothing is left."""
    while True:
        was_over = over.is_set()
        if select.select([pipe], [], [], 0.0 if was_over else TICK)[0]:
            return pipe.read(PART)
        if was_over:
            return b""
