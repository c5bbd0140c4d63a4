"""`execute --detach`: the same command line in a process of its own."""

import argparse
from collections.abc import Iterator

from milestone.cli.env import Env
from milestone.domain.document import Document
from milestone.operations import detaching, ending, running
from milestone.reports.names import short

NOT_FLAGS = ("milestones", "detach")


def run(env: Env, args: argparse.Namespace, documents: list[Document]) -> int:
    """Begin it, and say which session works where."""
    workspace = env.workspace
    began = detaching.begin(workspace, list(_argv(env, args, documents)), env.start, env.environ)
    with workspace.reading() as reading:
        epoch = reading.epoch
    views = ending.views(workspace, running.setup_of(workspace, epoch), [d.uid for d in documents], {})
    data = [{**view, "pid": began.pid, "log": str(began.log)} for view in views]
    return env.answer("run", data[0] if len(data) == 1 else data, lambda: _text(began))


def _text(began: detaching.Detached) -> str:
    if not began.sessions:
        return "There was nothing to do."
    names = [(str(s.body["id"]), short(str(s.body["milestones"][0]))) for s in began.sessions]
    lines = [f"{milestone} is worked on in {session}, process {began.pid}." for session, milestone in names]
    return "\n".join([*lines, f"Next: milestone sessions show {names[0][0]} --watch"])


def _argv(env: Env, args: argparse.Namespace, documents: list[Document]) -> Iterator[str]:
    """Yield the command line again, with the ids that were meant and without `--detach`."""
    yield "execute"
    yield from (str(document.body["id"]) for document in documents)
    for name, value in vars(args).items():
        if name in NOT_FLAGS or value in (None, False, []):
            continue
        flag = f"--{name.replace('_', '-')}"
        yield from [flag] if value is True else [f"{flag}={value}"]
    options = env.options
    yield from [f"--as={options.actor}"] if options.actor else []
    yield from [f"--project={options.project}"] if options.project else []
    yield from ["--trust-commands"] if options.trust_commands else []
