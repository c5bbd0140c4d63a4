"""Whether a folder lies on a disk that several machines share, where locks and shared memory do not hold."""

import os

from milestone.storage.base import Warning

MOUNTS = "/proc/self/mounts"  # absent where there is no such thing: then nothing is known, and nothing said
SHARED = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "gfs2", "ocfs2", "ncpfs"}
)


def kind_of(path: str, mounts: str = MOUNTS) -> str | None:
    """Return the name of the network file system a path lies on; None for a disk of this machine."""
    try:
        with open(mounts, encoding="utf-8", errors="surrogateescape") as file:
            listed = [line.split(" ", 3)[1:3] for line in file]
    except OSError:
        return None
    real = os.path.realpath(path)
    above = [(folder, kind) for folder, kind in listed if _holds(folder.replace("\\040", " "), real)]
    kind = max(above, key=lambda found: len(found[0]), default=("", ""))[1]
    return kind if kind in SHARED or kind.startswith("fuse.sshfs") else None


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def warnings(path: str) -> list[Warning]:
    """Return the warning to give where a database lies on such a disk."""
    kind = kind_of(path)
    if kind is None:
        return []
    return [
        Warning(
            code="network_disk",
            message=f"The database lies on a network disk ({kind}), where two machines may write at once.",
            path=path,
            hint="Keep it on this machine's disk, or use PostgreSQL: milestone migrate --to postgres --dsn -",
        )
    ]
