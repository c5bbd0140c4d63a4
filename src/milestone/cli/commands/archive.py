"""Check what was promised, move it, learn from it"""

import argparse
from collections.abc import Sequence
from typing import Any

from milestone import errors
from milestone.cli.env import Env
from milestone.cli.output import line
from milestone.cli.text import archive as text
from milestone.domain import durations, retrospect
from milestone.domain.document import Body, Document
from milestone.operations import archive, beside
from milestone.operations.archive import Outcome, Request

EXAMPLES = """
milestone archive m1
milestone archive m1,m2,m3 --capture-insights
milestone archive --batch --release "v1.2.0"
milestone archive m4 --override "the customer took it as it is"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take milestones or the whole batch, and what is kept of them."""
    parser.add_argument("milestones", nargs="*", metavar="ID", help="milestones; commas or spaces between them")
    parser.add_argument("--batch", action="store_true", help="every milestone whose work is done")
    parser.add_argument("--capture-insights", action="store_true", help="ask what was learned, name what overran")
    parser.add_argument("--release", metavar="vX", help="the release it went out with")
    parser.add_argument(
        "--override", metavar="REASON", help="archive with unmet criteria; for people, shown for ever"
    )


def run(env: Env, args: argparse.Namespace) -> int:
    """Archive what passes, list what does not."""
    if not args.milestones and not args.batch:
        raise errors.InvalidRequest(
            "archive needs milestones.", next=["milestone archive m1", "milestone archive --batch"]
        )
    with env.workspace.reading() as reading:
        documents = archive.candidates(reading, args.milestones, batch=args.batch)
    shown = archive.check(env.workspace, env.start, documents)
    with env.workspace.reading() as reading:
        documents = [reading.load("milestone", document.uid) or document for document in documents]
        asked = Request(
            insights=args.capture_insights,
            met={} if args.override else _ask_criteria(env, documents),
            learned=_ask_lessons(env, reading, documents) if args.capture_insights else {},
            release=args.release,
            override=args.override,
        )
    outcomes = archive.archive(env.workspace, documents, asked, shown)
    if not args.batch and len(outcomes) == 1 and outcomes[0].refusal:
        raise outcomes[0].refusal
    trouble = archive.write_lessons(env.workspace)
    told = [*([trouble] if trouble else []), *beside.refresh(env.workspace)]
    refused = any(outcome.refusal for outcome in outcomes)
    last = next((o.written for o in reversed(outcomes) if o.written), None)
    data = {
        "archived": [_done(o) for o in outcomes if o.written],
        "refused": [_left(o) for o in outcomes if o.refusal],
    }
    return env.answer(
        "archive",
        data,
        lambda: text.outcomes(outcomes),
        written=last,
        warnings=told,
        exit_code=5 if refused else 0,
    )


def _ask_criteria(env: Env, documents: Sequence[Document]) -> dict[str, dict[str, str]]:
    """Return what a person at a terminal says of criteria nobody met; an empty answer leaves one open."""
    if not env.terminal:
        return {}
    said: dict[str, dict[str, str]] = {}
    for document in documents:
        for criterion in archive.open_criteria(document):
            env.note(f'Not met yet: "{line(criterion.text)}"')
            shown = env.ask("What shows that it is met (Enter: it is not)?", "", "--override")
            if shown:
                said.setdefault(str(document.body["id"]), {})[criterion.name] = shown
    return said


def _ask_lessons(env: Env, reading: Any, documents: Sequence[Document]) -> dict[str, list[Body]]:
    """Return what people at a terminal say they learned, a question for each task that overran among them."""
    if not env.terminal:
        return {}
    who = env.workspace.actor.name
    learned: dict[str, list[Body]] = {}
    for document in documents:
        found = archive.figures(reading, document)
        name = str(document.body["id"])
        for task in (t for t in found["tasks"] if t["id"] in retrospect.overran(found)):
            took, guess = durations.text_of(task["people_hours"]), durations.text_of(task["estimated_hours"])
            reason = env.ask(
                f"{line(task['title'])} took {took} instead of {guess}. Why?", "", "--capture-insights"
            )
            if reason:
                learned.setdefault(name, []).append({"text": f"{task['id']}: {reason}", "by": who})
        for question in ("What went well?", "What would you do otherwise next time?"):
            if reply := env.ask(f"{line(document.body.get('title'))}: {question}", "", "--capture-insights"):
                learned.setdefault(name, []).append({"text": reply, "by": who})
    return learned


def _done(outcome: Outcome) -> dict[str, Any]:
    return {
        "milestone": outcome.id,
        "title": outcome.title,
        "file": f".milestones/completed/{outcome.id}.yaml",
        "lesson": outcome.lesson,
        "changed": bool(outcome.written and outcome.written.events),
    }


def _left(outcome: Outcome) -> dict[str, Any]:
    refusal = outcome.refusal
    assert refusal is not None
    return {
        "milestone": outcome.id,
        "title": outcome.title,
        "code": refusal.code,
        "message": refusal.message,
        "findings": refusal.findings,
        "next": refusal.next,
    }
