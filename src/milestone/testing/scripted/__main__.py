"""Run the scripted agent as a program."""

import sys
from pathlib import Path

from milestone.registry import load
from milestone.testing.scripted import SPEAKERS
from milestone.testing.scripted.acts import Player


def main(arguments: list[str]) -> int:
    """Play the script; `--version` is answered as the program in whose place it stands."""
    speaks = arguments[arguments.index("--speaks") + 1]
    script = Path(arguments[arguments.index("--script") + 1])
    speaker = load(SPEAKERS[speaks])(arguments)
    if "--version" in arguments:
        sys.stdout.write(f"{speaker.version}\n")
        return 0
    return Player(speaker, script).play()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
