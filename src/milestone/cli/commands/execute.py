"""Run the ready tasks of a milestone"""

import argparse
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from milestone import errors
from milestone.cli.env import Env
from milestone.cli.text import execute as text
from milestone.domain import facts as known_facts
from milestone.domain.document import Document
from milestone.operations import (
    beside,
    ending,
    execute,
    facts,
    means,
    pipeline,
    planning_run,
    presences,
    reminding,
    run_report,
    running,
    scheduled,
    sealing,
    waking,
)
from milestone.operations.execute import Begun, ExecuteMilestone
from milestone.operations.executing import Execution
from milestone.registry import load
from milestone.workspace import current, finding, waiting

EXAMPLES = """
milestone execute m1 --agents 3
milestone execute m1 --executor agent
milestone execute m1 m2 --wait
milestone execute --save-session
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take milestones, means and limits."""
    parser.add_argument("milestones", nargs="*", metavar="ID", help="milestones; without any, the current one")
    parser.add_argument("--agents", type=int, metavar="N", help="tasks worked on at once")
    parser.add_argument("--coordination", choices=("flat", "hierarchical"), help="how workers are coordinated")
    parser.add_argument("--executor", metavar="NAME", help="who does tasks that name nobody: shell, agent, NAME")
    parser.add_argument("--resume", action="store_true", help="go on with the interrupted session (the default)")
    parser.add_argument(
        "--fresh", action="store_true", help="set an interrupted session aside; finished tasks stay"
    )
    parser.add_argument("--resume-session", metavar="S", help="go on with this session")
    parser.add_argument("--save-session", action="store_true", help="save the session, or the present context")
    parser.add_argument(
        "--restart-agents", action="store_true", help="try failed tasks again, replace failed workers"
    )
    parser.add_argument(
        "--wait", action="store_true", help="stay while people are waited for, or for a free place"
    )
    parser.add_argument("--detach", action="store_true", help="let it run in a process of its own, and return")
    parser.add_argument("--in-place", action="store_true", help="work in this folder, one task at a time")
    parser.add_argument("--override", metavar="REASON", help="go past unmet requirements (people only)")
    parser.add_argument("--ci-integration", action="store_true", help="let CI judge what was finished")


def run(env: Env, args: argparse.Namespace) -> int:
    """Begin or go on, stay until it is over, and say how it ended."""
    if args.fresh and (args.resume or args.resume_session):
        raise errors.InvalidRequest(
            "--fresh and --resume say opposite things.", next=["milestone execute --resume"]
        )
    if args.agents is not None and args.agents < 1:
        raise errors.InvalidRequest(
            f"--agents takes a number from 1, not {args.agents}.",
            why="it says how many tasks are worked on at once",
            next=["milestone execute --agents 2"],
        )
    workspace = env.workspace
    means.check_executor(workspace, args.executor or workspace.settings.get("executor"))
    documents = _documents(env, args.milestones)
    if args.save_session:
        return _save(env, documents)
    if args.detach and not env.options.dry_run:
        return int(load("milestone.cli.detached:run")(env, args, documents))
    if env.options.dry_run:
        views = [planning_run.plan(workspace, each, _request(args)) for each in documents]
        return env.answer("run", _one(views), lambda: "\n".join(text.planned(v, env.width) for v in views))
    return _execute(env, documents, args)


def _execute(env: Env, documents: list[Document], args: argparse.Namespace) -> int:
    workspace = env.workspace
    after = _seq(env)
    by_ci = pipeline.is_wanted(workspace, asked=args.ci_integration)
    if by_ci:
        pipeline.require_trust(workspace)
    presences.begin(workspace)
    with_work = [each for each in documents if _has_work(each)]
    begun = [_begin(env, each, _request(args)) for each in with_work]
    for document in documents:
        if document not in with_work:
            execute.settle(workspace, document)
    for each in begun:
        for said in each.says:
            env.note(said)
    with workspace.reading() as reading:
        epoch = reading.epoch  # a store that was just made has one only now
    setup = running.setup_of(workspace, epoch)
    ledger = running.ledger_of(workspace)
    stopped: int | None = None
    ended = {d.uid: None for d in documents}
    if begun:
        execution = Execution(
            ledger,
            setup,
            begun,
            tell=lambda said: env.note(text.fitted(said, env.width)),
            after=after,
            waits=args.wait,
            keep_up=lambda: scheduled.keep_up(workspace),
            grown=waking.Waker(workspace, after).look,
            remind=lambda: waiting.is_due(workspace) and reminding.keep_up(workspace),
        )
        presences.of(workspace).on_lost = lambda: _cut_off(env, execution)
        with _signals(execution) as heard:
            execution.stay()
        stopped = heard[0] if heard else None
        while stopped is None and ending.asks_people(env, execution, setup):
            with _signals(execution) as heard:
                execution.stay()
            stopped = heard[0] if heard else None
        ended |= {s.body["holds"][0]: s for s in execution.sessions()}
    presences.of(workspace).end()
    views = ending.views(workspace, setup, [d.uid for d in documents], ended)
    if by_ci and stopped is None:
        for document, view in zip(documents, views, strict=True):
            _let_ci_judge(env, document, view)
    merges = [ending.merge(env, workspace, setup, view) if stopped is None else None for view in views]
    sealing.seal(workspace)
    codes = [run_report.exit_code(view, interrupted=stopped) for view in views]
    shown = "\n".join(text.ended(view, merge, env.width) for view, merge in zip(views, merges, strict=True))
    env.was_long = True
    told = beside.refresh(workspace)
    waking.Waker(workspace, after).look(_seq(env))  # how it ended
    code = max(codes, key=_weight, default=0)
    return env.answer("run", _one(views), shown, seq=_seq(env), exit_code=code, warnings=told)


def _let_ci_judge(env: Env, document: Document, view: dict[str, Any]) -> None:
    """Let CI judge a milestone whose every task is done; its result stands in the view."""
    if run_report.exit_code(view) == run_report.COMPLETED:
        env.note(f"CI judges {view['milestone']}.")
        view["ci"] = pipeline.judge(env.workspace, env.start, document)


def _cut_off(env: Env, execution: Execution) -> None:
    """Kill what runs of shared runs and be gone: others take it up. What runs for this clone alone goes on."""
    if not presences.is_shared(env.workspace):
        return
    execution.cut_off()
    env.note("The database was out of reach for too long: other machines go on with this run.")
    os._exit(8)


def _begin(env: Env, document: Document, request: ExecuteMilestone) -> Begun:
    """Begin, or with `--wait` stay in the queue until there is a place. What a check can prove is proven first."""
    execute.check_commands(env.workspace, document, request)
    wanted = [*known_facts.conditions(document), *known_facts.external(document)]
    facts.check(env.workspace, env.start, document, wanted)
    told = False
    while True:
        try:
            return execute.begin(env.workspace, document, request)
        except errors.Busy as busy:
            if not request.wait or busy.code != "too_many_milestones":
                raise
            if not told:
                env.note(f"{busy.message} Waiting for a place.")
                told = True
            time.sleep(0.5)


def _request(args: argparse.Namespace) -> ExecuteMilestone:
    return ExecuteMilestone(
        agents=args.agents,
        coordination=args.coordination,
        executor=args.executor,
        fresh=args.fresh,
        session=args.resume_session,
        in_place=args.in_place,
        override=args.override,
        restart_agents=args.restart_agents,
        wait=args.wait,
    )


def _documents(env: Env, words: list[str]) -> list[Document]:
    workspace = env.workspace
    with workspace.reading() as reading:
        here = current.find(workspace.root, env.start, reading.rows())
        return finding.milestones(reading, words or ["current"], current=here, writing=True)


def _has_work(document: Document) -> bool:
    if document.archived or document.body.get("status") == "cancelled":
        state = "archived" if document.archived else "cancelled"
        raise errors.Refused(
            f"{document.body['id']} is {state}.",
            why="there is nothing to execute in it",
            next=[f'milestone reopen {document.body["id"]} --reason "..."'],
            code="wrong_state",
        )
    if not document.body.get("tasks"):
        raise errors.Refused(
            f"{document.body['id']} has no tasks.",
            why="there is nothing to execute in it",
            next=[f'milestone task add {document.body["id"]} "TITLE" --run "COMMAND"'],
            code="no_tasks",
        )
    return any(t.get("status") not in ("completed", "cancelled") for t in document.body["tasks"])


def _save(env: Env, documents: list[Document]) -> int:
    written = ending.save_sessions(env.workspace, documents)
    return env.answer("run", written, "\n".join(f"Saved {each['session']}." for each in written), seq=_seq(env))


@contextmanager
def _signals(execution: Execution) -> Iterator[list[int]]:
    """The first signal saves and ends, the second ends at once: what was recorded is kept either way."""
    heard: list[int] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        code = 128 + number
        if heard:
            execution.end_all_now()
            os._exit(code)
        heard.append(code)
        execution.interrupt("interrupted" if number == signal.SIGINT else "terminated")

    before = {each: signal.signal(each, hear) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield heard
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _one(views: list[dict[str, Any]]) -> Any:
    return views[0] if len(views) == 1 else views


def _weight(code: int) -> int:
    """What is worst of several milestones: an interruption, a failure, then waiting."""
    return {0: 0, 6: 1, 1: 2}.get(code, 3)


def _seq(env: Env) -> int:
    with env.workspace.reading() as reading:
        return reading.seq
