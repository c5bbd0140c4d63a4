"""Bytes on a disk: whole files or none, durable when the call returns."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from milestone import digests, errors

READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)
WORDS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EIO: "the disk failed",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
}


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes in hex."""
    return digests.sha256(data)


def read(path: str) -> bytes | None:
    """Return the bytes of a file; None when there is none. A link is not followed."""
    try:
        descriptor = os.open(path, READ)
    except (FileNotFoundError, NotADirectoryError):
        return None
    with open(descriptor, "rb", buffering=0) as file:
        return file.read()


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte, however few the kernel takes at a time."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def write_new(path: str, data: bytes, *, sync: bool = True) -> None:
    """Make a file with this content, or none; its name is durable only after `sync_folder`."""
    descriptor = os.open(path, NEW, 0o644)
    try:
        try:
            write_all(descriptor, data)
            if sync:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        remove(path)
        raise


def replace(
    path: str, data: bytes, drafts: str, *, sync: bool = True, ready: Callable[[], bool] | None = None
) -> bool:
    """Put whole new content where a file is or will be; after a failure the old one is untouched.

    `drafts` is a folder on the same disk; what a dying process leaves there is cleaned by the next writer. `ready`
    is asked at the very last moment, when all that takes time is done; False is returned when it says no.
    """
    draft = os.path.join(drafts, os.path.basename(path))
    remove(draft)
    write_new(draft, data, sync=sync)
    try:
        if ready is not None and not ready():
            remove(draft)
            return False
        os.rename(draft, path)
    except OSError:
        remove(draft)
        raise
    if sync:
        sync_folder(os.path.dirname(path))
    return True


def link(path: str, name: str) -> bool:
    """Give a file a second name; False where the disk knows no such thing (exFAT, some network disks)."""
    try:
        os.link(path, name)
    except OSError as problem:
        if problem.errno in NO_LINKS:
            return False
        raise
    return True


def remove(path: str) -> bool:
    """Remove a file and tell whether it was there."""
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def make_folder(path: str) -> None:
    """Make a folder and its parents durable; git drops empty ones, so never assume one."""
    if os.path.isdir(path):
        return
    make_folder(os.path.dirname(path))
    _make_one(path)
    sync_folder(os.path.dirname(path))


def _make_one(path: str) -> None:
    """Make one folder unless another process was faster."""
    try:
        os.mkdir(path)
    except FileExistsError:
        if not os.path.isdir(path):
            raise


def sync_file(path: str) -> None:
    """Make what a file holds, and its name, durable."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(os.path.dirname(path))


def sync_folder(path: str) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def names(folder: str) -> list[str]:
    """Return the names in a folder, sorted; none where there is no folder."""
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


@contextmanager
def telling(what: str) -> Iterator[None]:
    """Turn the disk's refusals inside the block into one a person understands."""
    try:
        yield
    except OSError as problem:
        why = WORDS.get(problem.errno or 0, problem.strerror or str(problem))
        raise errors.NotWritable(
            f"{what} cannot be written.",
            why=f"{why}; nothing was changed",
            next=["Make room or rights there, then try again."],
        ) from problem
