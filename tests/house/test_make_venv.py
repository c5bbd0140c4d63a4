"""On a machine without anything to make .venv with, the script says what to install."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FAILING = "#!/bin/bash\nexit 1\n"
WITHOUT_VENV = '#!/bin/bash\n[[ "$*" == *version_info* ]]\n'  # new enough, but neither venv, pip nor virtualenv


@pytest.mark.parametrize(
    ("python", "sentence"),
    [(FAILING, "Python 3.11 or newer was not found."), (WITHOUT_VENV, "neither venv with ensurepip, nor pip")],
)
def test_what_to_install_is_said(tmp_path: Path, python: str, sentence: str):
    script = tmp_path / "scripts" / "make-venv"
    script.parent.mkdir()
    shutil.copy(ROOT / "scripts" / "make-venv", script)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "dirname", "rm"):
        (programs / name).symlink_to(str(shutil.which(name)))
    for name in ("uv", "python3"):
        (programs / name).write_text(FAILING if name == "uv" else python)
        (programs / name).chmod(0o755)

    done = subprocess.run(
        [programs / "bash", script], env={"PATH": str(programs)}, capture_output=True, text=True, timeout=30
    )

    assert done.returncode == 1
    assert sentence in done.stderr
    assert "apt install python3-venv" in done.stderr
