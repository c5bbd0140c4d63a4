"""A database on a disk that machines share is warned of, and on no other."""

from pathlib import Path

import pytest

from milestone.storage import network_disk

MOUNTS = """/dev/vda / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/vdb /home/ana/fast\\040disk ext4 rw 0 0
ana@host:/ /mnt/far fuse.sshfs rw 0 0
tmpfs /homework tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/project", None),
        ("/home/ana/project", "nfs4"),
        ("/home/ana/fast disk/project", None),
        ("/mnt/far/project", "fuse.sshfs"),
        ("/homework/project", None),
    ],
)
def test_the_nearest_mount_says_it(tmp_path: Path, path: str, kind: str | None):
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)

    assert network_disk.kind_of(path, str(mounts)) == kind


def test_where_nobody_tells_nothing_is_said(tmp_path: Path):
    assert network_disk.kind_of("/home", str(tmp_path / "none")) is None


def test_the_warning_says_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(network_disk, "kind_of", lambda _path: "nfs4")

    [told] = network_disk.warnings("/home/ana/.milestones/database/milestones.db")

    assert told.code == "network_disk"
    assert "nfs4" in told.message
    assert told.hint and "postgres" in told.hint
