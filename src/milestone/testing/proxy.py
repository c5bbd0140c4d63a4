"""A wire between a client and a PostgreSQL server that breaks where a test wants it to.

Every message passes a rule, which says what becomes of it: it passes, the wire is cut before or after it (with a
reset, or quietly), or nothing passes any more while both ends believe the wire is whole.
"""

import contextlib
import enum
import socket
import struct
import threading
from collections.abc import Callable
from typing import NamedTuple

ENCRYPTION_REQUESTS = {80877103, 80877104}  # SSL, GSSAPI: answered with no
LINGER = struct.pack("ii", 1, 0)  # closing says "reset" instead of "no more"


class Message(NamedTuple):
    """One message of the protocol; `number` counts all of both directions since the rule was set."""

    number: int
    is_from_client: bool
    kind: bytes  # its letter; empty for the first one of a client
    body: bytes

    @property
    def asks_to_commit(self) -> bool:
        return self.is_from_client and self.kind == b"Q" and self.body.startswith(b"COMMIT")

    @property
    def says_committed(self) -> bool:
        return not self.is_from_client and self.kind == b"C" and self.body.startswith(b"COMMIT")


class Fate(enum.Enum):
    """What becomes of a message."""

    PASS = "it goes on"
    CUT = "it is lost, and the wire is cut"
    RESET = "it is lost, and both ends are told of a reset"
    LAST = "it goes on, and then the wire is cut"
    STALL = "it and all that follows is held back; the wire seems whole"


Rule = Callable[[Message], Fate]


def passing(_message: Message) -> Fate:
    return Fate.PASS


def at(number: int, fate: Fate) -> Rule:
    """Return the rule that lets everything pass but one message; later ones pass again."""
    return lambda message: fate if message.number == number else Fate.PASS


class Proxy:
    """The wire; give clients its `port`. Use it as a context manager."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.rule: Rule = passing
        self.passed = 0  # messages since the rule was set
        self.broken = 0  # wires a rule broke
        self._open: set[socket.socket] = set()
        self._counting = threading.Lock()

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.cut()

    def follow(self, rule: Rule) -> None:
        """Hold every message from now on against a rule, and count anew."""
        with self._counting:
            self.rule, self.passed, self.broken = rule, 0, 0

    def cut(self) -> None:
        """Cut every wire there is now."""
        for end in list(self._open):
            self._close(end)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            client.close()
            return
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.add(end)
        back = threading.Thread(target=self._carry, args=(server, client, False), daemon=True)
        back.start()
        self._carry(client, server, True)

    def _carry(self, source: socket.socket, target: socket.socket, is_client: bool) -> None:
        """Carry messages one way until an end closes or the rule breaks the wire."""
        started = not is_client
        with contextlib.suppress(OSError):
            while True:
                kind = _read(source, 1) if started else b""
                size = _read(source, 4)
                body = _read(source, int.from_bytes(size, "big") - 4)
                if not started and int.from_bytes(body[:4], "big") in ENCRYPTION_REQUESTS:
                    source.sendall(b"N")
                    continue
                started = True
                fate = self._judge(is_client, kind, body)
                if fate in (Fate.PASS, Fate.LAST):
                    target.sendall(kind + size + body)
                if fate is Fate.STALL:
                    _drain(source)
                if fate is not Fate.PASS:
                    self._break(source, target, fate)
                    return
        self._close(source)
        self._close(target)

    def _judge(self, is_client: bool, kind: bytes, body: bytes) -> Fate:
        with self._counting:
            self.passed += 1
            fate = self.rule(Message(self.passed, is_client, kind, body))
            self.broken += fate is not Fate.PASS
            return fate

    def _break(self, source: socket.socket, target: socket.socket, fate: Fate) -> None:
        for end in (source, target):
            if fate is Fate.RESET:
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
            self._close(end)

    def _close(self, end: socket.socket) -> None:
        self._open.discard(end)
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


def _read(source: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = source.recv(size - len(data))
        if not part:
            raise ConnectionError("the other end is gone")
        data += part
    return data


def _drain(source: socket.socket) -> None:
    """Take what comes and pass nothing on until the end closes."""
    while source.recv(65536):
        pass
