"""A store that moves after a write: ask at a terminal, once; announce on stderr, with `--json` too."""

from milestone.cli.env import Env
from milestone.cli.text import prose
from milestone.operations import scaling

YES = ("y", "yes", "j", "ja")


def run(env: Env) -> None:
    """Move the store where that is due."""
    growth = env.workspace.growth
    if growth is None:
        return
    due, growth.move, told, growth.advised = growth.move, None, growth.advised, None
    if told is not None:
        scaling.advised(env.workspace, told)
    if due is None:
        return
    if due.ask:
        yes = env.ask(scaling.question(due), "yes", "features.auto_scale").lower() in YES
        scaling.answered(env.workspace, due, yes)
        if not yes:
            env.note("It stays where it is; milestone update --system-health says when that becomes slow.")
            return
    scaling.move(env.workspace, due, environ=env.environ, tell=lambda text: _tell(env, text))


def _tell(env: Env, text: str) -> None:
    env.err.write(prose.fitted(text, env.width))
