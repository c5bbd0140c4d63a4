"""Print completion for bash, zsh or fish"""

import argparse

from milestone import errors
from milestone.cli import describe
from milestone.cli.env import Env
from milestone.cli.look import look

EXAMPLES = """
milestone completion bash > ~/.local/share/bash-completion/completions/milestone
milestone completion zsh > ~/.zfunc/_milestone
milestone completion fish > ~/.config/fish/completions/milestone.fish
"""
SCRIPTS = {
    "bash": """\
_milestone() {
    local IFS=$'\\n' words=("${COMP_WORDS[@]:1:COMP_CWORD}")
    COMPREPLY=($(milestone completion words -- "${words[@]/#/=}" 2>/dev/null))
}
complete -o default -F _milestone milestone
complete -o default -F _milestone milestone-system""",
    "zsh": """\
#compdef milestone milestone-system
_milestone() {
    local -a found
    found=("${(@f)$(milestone completion words -- "${(@)words[2,CURRENT]/#/=}" 2>/dev/null)}")
    compadd -a found
}
compdef _milestone milestone milestone-system""",
    "fish": """\
function __milestone_words
    set -l typed (commandline -opc) (commandline -ct)
    milestone completion words -- "="$typed[2..-1] 2>/dev/null
end
complete -c milestone -f -a '(__milestone_words)'
complete -c milestone-system -f -a '(__milestone_words)'""",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take a shell; `words` is what the scripts ask."""
    parser.add_argument("shell", choices=[*SCRIPTS, "words"], metavar="SHELL", help="bash, zsh or fish")
    parser.add_argument("typed", nargs="*", metavar="WORD", help=argparse.SUPPRESS)


def run(env: Env, args: argparse.Namespace) -> int:
    """Print a script, or what may be typed next."""
    if args.shell != "words":
        return env.answer("completion", {"text": SCRIPTS[args.shell]}, SCRIPTS[args.shell])
    ids, tasks = _names(env)
    typed = [word.removeprefix("=") for word in args.typed]  # the scripts mark each word: one may be a bare `--`
    now = typed[-1] if typed else ""
    found = [word for word in describe.words_after(typed, ids, tasks) if word.startswith(now)]
    found = list(dict.fromkeys(found))
    return env.answer("completion", {"text": "\n".join(found)}, "\n".join(found))


def _names(env: Env) -> tuple[list[str], list[str]]:
    try:
        rows = look(env).moment.rows
    except errors.MilestoneError:  # without a readable project, verbs and flags are completed all the same
        return [], []
    return [str(row["id"]) for row in rows], [f"{row['id']}/{task['id']}" for row in rows for task in row["tasks"]]
