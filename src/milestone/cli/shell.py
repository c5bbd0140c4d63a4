"""Run one command line: flags, verb, command, answer."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any

from milestone import __version__, errors
from milestone.cli import defaults, main, options
from milestone.cli.env import Env, environment
from milestone.registry import load

GROWING = "milestone.cli.growing:run"  # only after a write that was one too many


class Terminated(BaseException):
    """SIGTERM arrived."""


def run(argv: list[str]) -> int:
    """Return the exit code; every failure is shown here and nowhere else."""
    environ = environment()
    env = Env(options.Options(json=_wants_json(argv, environ)), start=_here(), environ=environ)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        if environ.get("MILESTONE_NOW"):
            _check_now(environ["MILESTONE_NOW"])
        chosen, rest = options.take(argv)
        chosen = chosen._replace(json=env.json)
        env = Env(chosen, start=env.here, environ=environ)
        begun = time.monotonic()
        code = dispatch(env, rest)
        sys.stdout.flush()
        env.note_time(rest, time.monotonic() - begun)
        if env.has_outgrown:
            load(GROWING)(env)
        _keep_up(env)
        if env.recorded:
            _wake(env)
        _remind(env)
        return code
    except errors.MilestoneError as error:
        return _failed(env, error)
    except KeyboardInterrupt:
        env.note("Interrupted. What was answered before is kept; nothing else was changed.")
        return 130
    except Terminated:
        env.note("Terminated. What was answered before is kept; nothing else was changed.")
        return 143
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or the interpreter complains while it closes stdout
        return 0
    except Exception as error:
        return _crashed(env, argv, error)
    finally:
        env.close()


def dispatch(env: Env, argv: Sequence[str]) -> int:
    """Run the verb a line names; without one, what a bare `milestone` shows."""
    if not argv:
        return _call(env, "bare", [])
    verb, rest = argv[0], list(argv[1:])
    if verb in ("-h", "--help"):
        return _call(env, "help", rest)
    if verb in ("--version", "-V", "version"):
        env.out.write(f"milestone {__version__}")
        return 0
    verb = main.ALIASES.get(verb, verb)
    if verb not in main.COMMANDS:
        raise load("milestone.cli.unknown:verb")(verb, rest)
    return _call(env, verb, rest)


def _keep_up(env: Env) -> None:
    """Make the backup that is due or asked for by what was done; the answer was given before."""
    critical = bool(env.recorded) and load("milestone.domain.critical:is_critical")(env.recorded)
    if critical or env.was_long:
        for told in load("milestone.operations.scheduled:keep_up")(env.workspace, critical=critical):
            env.note(f"warning: {told}")


def _wake(env: Env) -> None:
    """Let what people are told be sent beside this command, where the project names somebody to tell."""
    settings = env.workspace.settings
    if env.workspace.in_run or not (settings.get("channels") or settings.get("integrations.slack_webhook")):
        return
    waking = load("milestone.operations.waking")
    if waking.tells(env.workspace, env.recorded):
        waking.wake(env.workspace, env.before)


def _remind(env: Env) -> None:
    """Say which approvals have become late meanwhile: nobody else looks while nothing runs."""
    if env.opened is None:
        return
    if load("milestone.workspace.waiting:is_due")(env.opened, env.recorded | env.adopted):
        try:
            written = load("milestone.operations.reminding:keep_up")(env.opened)
        except (errors.MilestoneError, OSError):  # the command was answered before; the next one tries again
            return
        for recorded in written.events if written else ():
            shown = load("milestone.cli.text.moments:moment")
            env.note(load("milestone.reports.requests:text")(recorded, shown))


def module_of(verb: str) -> str:
    """Return the module of a verb."""
    return f"milestone.cli.commands.{verb.replace('-', '_')}"


def _call(env: Env, verb: str, argv: list[str]) -> int:
    module = load(module_of(verb))
    plain = None if argv else defaults.of(module)
    if plain is not None:
        code: int = module.run(env, plain)
        return code
    grammar = load("milestone.cli.grammar")
    try:
        args = grammar.arguments(verb, module, argv)
    except grammar.HelpAsked as asked:
        return env.answer("help", {"text": asked.text}, asked.text)
    code = module.run(env, args)
    return code


def _wants_json(argv: Sequence[str], environ: dict[str, str]) -> bool:
    before = argv[: argv.index("--")] if "--" in argv else argv
    return "--json" in before or environ.get("MILESTONE_JSON", "") not in ("", "0")


def _check_now(text: str) -> None:
    try:
        load("milestone.clock:parse_moment")(text)
    except ValueError:
        raise errors.InvalidRequest(
            f'MILESTONE_NOW is "{text}", which is no moment.', next=["unset MILESTONE_NOW"]
        ) from None


def _here() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:  # the folder was removed under our feet
        return "/"


def _failed(env: Env, error: errors.MilestoneError) -> int:
    if env.options.debug:
        env.err.write(load("milestone.cli.crash:traceback_of")(error))
    return env.fail(error)


def _crashed(env: Env, argv: Sequence[str], error: Exception) -> int:
    report = load("milestone.cli.crash:report")(argv, error)
    if env.options.debug:
        env.err.write(load("milestone.cli.crash:traceback_of")(error))
    bug: Any = errors.MilestoneError(
        f"A bug in milestone: {type(error).__name__}.",
        why=f"The report is in {report}." if report else "No report could be written.",
        next=["milestone doctor"],
        code="bug",
        report=report,
    )
    env.fail(bug)
    return 70


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise Terminated
