"""Ask a person whether command lines that came from outside may run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from milestone.cli.output import line
from milestone.domain.commands import Command

if TYPE_CHECKING:
    from milestone.cli.env import Env


def ask(env: "Env", commands: Sequence[Command]) -> bool:
    """Show every line whole, and return whether the person lets them run."""
    env.note("These commands came from outside this clone, and nobody has confirmed them here:")
    for command in commands:
        env.err.write(f"  {line(command.where)}: {line(command.text)}")  # nothing of it is cut
    many = f"these {len(commands)} commands" if len(commands) > 1 else "this command"
    reply = env.ask(f"Run {many}, now and later? [y/N]", "n", "--trust-commands")
    return reply.strip().lower() in ("y", "yes")
