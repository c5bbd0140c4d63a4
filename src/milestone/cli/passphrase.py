"""A passphrase, asked for at the terminal and nowhere else."""

import getpass
import os

from milestone import errors

TERMINAL = "/dev/tty"


def ask(question: str) -> str:
    """Return what a person types, without showing it. Neither a pipe, a flag nor a variable can answer.

    Raises:
        NeedsAnswer: this process has no terminal.
    """
    try:
        os.close(os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        raise errors.NeedsAnswer(
            "A passphrase is needed, and there is no terminal to ask for it.",
            why="it is never taken from a pipe, a flag or a variable: a program could give it",
            hint="type the command at a terminal",
            code="needs_a_terminal",
        ) from None
    return getpass.getpass(question)
