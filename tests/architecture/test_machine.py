"""Nothing in the repository names the machine it was made on."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOMEONES_HOME = re.compile(rb"/(?:home|Users)/(?!sarah\b|ana\b|runner\b)[a-z][a-z0-9_-]*/")
LOCK_HOST = re.compile(rb"https?://|--index-url|--find-links")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name.decode() for name in listed.split(b"\0") if name]


def test_no_path_of_this_machine_is_committed():
    here = [str(ROOT).encode(), str(Path.home()).encode() + b"/"]
    offenders = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.is_file()
        for text in [path.read_bytes()]
        if any(place in text for place in here) or SOMEONES_HOME.search(text)
    ]

    assert offenders == []


def test_the_lock_names_no_registry():
    assert LOCK_HOST.search((ROOT / "requirements.lock").read_bytes()) is None
