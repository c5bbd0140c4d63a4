"""What SQLite does to the disk, made visible: a function is asked at every call that changes something.

SQLite is a library in C, so its writes do not go through `os`. Its default VFS is told to hand out files whose
write, truncate and sync methods lead here first; whatever they then do is SQLite's own code.
"""

import _sqlite3
import ctypes
import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# name of the call (open, write, ftruncate, fsync, unlink), path, arguments, the call itself; returns SQLite's code
Hook = Callable[[str, str, tuple[Any, ...], Callable[..., int]], int]

OK, READONLY, IOERR, FULL, CANTOPEN = 0, 8, 10, 13, 14
CREATE, JOURNALS = 0x4, 0x800 | 0x4000 | 0x80000  # a rollback journal, a super-journal, a write-ahead log
CODES = {errno.ENOSPC: FULL, errno.EDQUOT: FULL}
FIELDS = (
    *("close", "read", "write", "truncate", "sync", "size", "lock", "unlock", "reserved", "control", "sector"),
    *("device", "shm_map", "shm_lock", "shm_barrier", "shm_unmap", "fetch", "unfetch"),
)


class Methods(ctypes.Structure):
    """`sqlite3_io_methods`, version 3."""

    _fields_ = (("version", ctypes.c_int), *((name, ctypes.c_void_p) for name in FIELDS))


class File(ctypes.Structure):
    """`sqlite3_file`: what every open file begins with."""

    _fields_ = (("methods", ctypes.POINTER(Methods)),)


class Vfs(ctypes.Structure):
    """`sqlite3_vfs`, as far as it is looked at."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest", ctypes.c_int),
        ("following", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
        ("delete", ctypes.c_void_p),
    )


# A name is handed on as the address it is: SQLite keeps the address, not a copy.
OPEN = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_int)
)
DELETE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
WRITE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
SYNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


@contextmanager
def installed(hook: Hook) -> Iterator[None]:
    """Ask `hook` inside the block; files opened before it are not seen, files opened in it are let go unseen."""
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(Vfs)
    vfs = library.sqlite3_vfs_find(None).contents
    watch = _Watch(hook, vfs)
    before = vfs.open, vfs.delete
    vfs.open, vfs.delete = watch.callbacks
    _KEPT.append(watch)
    try:
        yield
    finally:
        watch.hook = _unseen
        vfs.open, vfs.delete = before


_KEPT: list["_Watch"] = []  # a file may outlive the block, and its methods must not be freed under it


def _unseen(_name: str, _path: str, _args: tuple[Any, ...], call: Callable[..., int]) -> int:
    return call()


class _Watch:
    """The functions that stand in for SQLite's, and SQLite's own behind them."""

    def __init__(self, hook: Hook, vfs: Vfs) -> None:
        self.hook = hook
        self._open, self._delete = OPEN(vfs.open), DELETE(vfs.delete)
        self._functions = (OPEN(self._opened), DELETE(self._deleted))
        self._tables: dict[int, tuple[Methods, tuple[Any, ...]]] = {}  # by the address of the ones they stand for
        self._paths: dict[int, str] = {}

    @property
    def callbacks(self) -> tuple[int | None, int | None]:
        opened, deleted = (ctypes.cast(each, ctypes.c_void_p).value for each in self._functions)
        return opened, deleted

    def _asked(self, name: str, path: str, args: tuple[Any, ...], call: Callable[..., int], failing: int) -> int:
        try:
            return self.hook(name, path, args, call)
        except OSError as problem:
            return CODES.get(problem.errno or 0, failing)

    def _opened(self, vfs: int, name: int | None, file: int, flags: int, out: Any) -> int:
        def call(*_: Any) -> int:
            return int(self._open(vfs, name, file, flags, out))

        path = ctypes.string_at(name).decode() if name else ""
        code = self._asked("open", path, (flags,), call, CANTOPEN) if name and flags & CREATE else call()
        shown = ctypes.cast(file, ctypes.POINTER(File)).contents
        if code == OK and name and shown.methods:
            self._paths[file] = path
            shown.methods = ctypes.pointer(self._table(shown.methods))
        return code

    def _deleted(self, vfs: int, name: int, folder: int) -> int:
        def call(*_: Any) -> int:
            return int(self._delete(vfs, name, folder))

        return self._asked("unlink", ctypes.string_at(name).decode(), (folder,), call, IOERR)

    def _table(self, real: Any) -> Methods:
        """Return the methods of a file with three of them led here."""
        address = ctypes.addressof(real.contents)
        if address not in self._tables:
            functions = self._methods(real.contents)
            table = Methods()
            ctypes.pointer(table)[0] = real.contents
            for field, function in zip(("write", "truncate", "sync"), functions, strict=True):
                setattr(table, field, ctypes.cast(function, ctypes.c_void_p).value)
            self._tables[address] = (table, functions)
        return self._tables[address][0]

    def _methods(self, real: Methods) -> tuple[Any, ...]:
        write, truncate, sync = WRITE(real.write), TRUNCATE(real.truncate), SYNC(real.sync)

        def written(file: int, data: int, amount: int, offset: int) -> int:
            def call(_offset: int = 0, part: bytes | None = None) -> int:
                text = ctypes.string_at(data, amount) if part is None else part
                return int(write(file, ctypes.cast(ctypes.c_char_p(text), ctypes.c_void_p), len(text), offset))

            seen = (offset, ctypes.string_at(data, amount))
            return self._asked("write", self._paths[file], seen, call, IOERR)

        def cut(file: int, size: int) -> int:
            return self._asked(
                "ftruncate", self._paths[file], (size,), lambda *_: int(truncate(file, size)), IOERR
            )

        def synced(file: int, flags: int) -> int:
            return self._asked("fsync", self._paths[file], (flags,), lambda *_: int(sync(file, flags)), IOERR)

        return WRITE(written), TRUNCATE(cut), SYNC(synced)
