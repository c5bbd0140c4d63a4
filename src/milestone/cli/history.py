"""The log as people and programs read it."""

import argparse
import csv
import io
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from milestone import errors
from milestone.cli import dates, output, paging
from milestone.cli.env import Env
from milestone.cli.look import look_into
from milestone.cli.output import line
from milestone.cli.records import is_task
from milestone.cli.text import moments, table
from milestone.cli.words import nearest
from milestone.domain import events as event_kinds
from milestone.registry import load
from milestone.reports import events
from milestone.reports.names import short
from milestone.storage.base import Reading
from milestone.workspace import finding

Event = Mapping[str, Any]
VERIFY = "milestone.operations.sealing:verify"  # signatures are looked at only here
PAUSE = 0.3  # seconds between two looks at the log while following
COLUMNS = (
    table.Column("Seq", right=True),
    table.Column("When"),
    table.Column("Who", least=8, leaves=1),
    table.Column("What"),
    table.Column("Where"),
    table.Column("", least=10, leaves=2),
)


class Wanted(NamedTuple):
    """Which events."""

    ref: str | None = None
    after: int = 0
    is_since: bool = False
    first: str | None = None
    last: str | None = None
    actor: str | None = None
    kind: str | None = None


def wanted(env: Env, args: argparse.Namespace) -> Wanted:
    """Return the events the flags ask for.

    Raises:
        InvalidRequest: a kind, day or number is not understood; Stale: the number is of another epoch.
    """
    today = moments.local(env.workspace.clock.now()).date()
    if args.kind:
        _check_kind(args.kind)
    since = args.since if args.since is not None else env.options.cursor
    return Wanted(
        ref=args.ref,
        after=_seq(env, since) if since is not None else 0,
        is_since=since is not None,
        first=dates.past_day("--from", args.first, today),
        last=dates.past_day("--to", args.last, today),
        actor=args.actor,
        kind=args.kind,
    )


def _check_kind(kind: str) -> None:
    known = sorted(event_kinds.KINDS)
    groups = {name.partition(".")[0] for name in known}
    if kind not in known and kind.rstrip(".") not in groups:
        near = nearest(kind, [*known, *groups])
        raise errors.InvalidRequest(
            f'There is no kind of event "{kind}".',
            candidates=near,
            next=[f"milestone log --kind {near[0]}"] if near else ["milestone help events"],
        )


def _seq(env: Env, text: str) -> int:
    epoch, dash, number = text.rpartition("-")
    if not number.isdecimal():
        raise errors.InvalidRequest(
            f'--since takes a number, or EPOCH-NUMBER, not "{text}".', next=["milestone log --since 0"]
        )
    if dash:
        with env.workspace.reading() as reading:
            if epoch != reading.epoch:
                raise errors.Stale(
                    "That number is of another epoch of this store.",
                    why="A recovery, a rollback or a copied folder began a new one.",
                    next=["milestone log --since 0"],
                    current={"epoch": reading.epoch, "seq": reading.seq},
                )
    return int(number)


def show(env: Env, wanted: Wanted, form: str | None) -> int:
    """Print the newest events, or after `--since` the next, in order."""
    size = paging.SIZE if env.options.limit is None else env.options.limit
    with env.workspace.reading() as reading:
        is_wanted, more = _filter(env, reading, wanted), False
        if wanted.is_since:
            flat: Iterator[Event] = map(events.flat, reading.events(after=wanted.after))
            found: Sequence[Event] = list(islice(filter(is_wanted, flat), size + 1 if size else None))
            more = bool(size) and len(found) > size
            found = found[:size] if size else found
        else:
            found = _newest(reading, is_wanted, size)
        cursor = str(found[-1]["seq"]) if more else None
        if form and not env.json:
            text = FORMS[form](found)
        else:
            today = moments.local(env.workspace.clock.now()).date()
            text = _table(found, env.width, today) if found else _empty(reading, wanted)
        return env.answer("event.list", found, text, reading=reading, next_cursor=cursor)


def _newest(reading: Reading, is_wanted: Callable[[Event], bool], size: int) -> Sequence[Event]:
    """Return the last events that are wanted, 0 meaning all; no further back is looked than it takes."""
    look = size * 4 or reading.seq
    while True:
        seen = [events.flat(each) for each in reading.events(limit=look, newest=True)]
        found = list(filter(is_wanted, seen))
        if len(seen) < look or len(found) >= (size or look):
            return found[-size:]
        look *= 4


def _filter(env: Env, reading: Reading, wanted: Wanted) -> Callable[[Event], bool]:
    milestone, task = _names(env, reading, wanted.ref)

    def is_wanted(event: Event) -> bool:
        day = moments.parse_day(event["at"])
        iso = day.isoformat() if day else ""
        if (wanted.first and iso < wanted.first) or (wanted.last and iso > wanted.last):
            return False
        return events.matches(event, actor=wanted.actor, kind=wanted.kind, milestone=milestone, task=task)

    return is_wanted


def _names(env: Env, reading: Reading, ref: str | None) -> tuple[str | None, str | None]:
    if ref is None:
        return None, None
    current = look_into(env, reading).current
    if is_task(ref):
        document, body = finding.task(reading, ref, current=current)
        return str(document.body["id"]), str(body["id"])
    if re.fullmatch(r"milestone-\d{3,}", ref):
        return ref, None  # the log knows deleted ones too
    return str(finding.milestone(reading, ref, current=current).body["id"]), None


def follow(env: Env, wanted: Wanted) -> int:
    """Print events as they come, one a line, until interrupted."""
    last = wanted.after
    if not wanted.is_since:
        show_last = env.options.limit if env.options.limit is not None else 10
        with env.workspace.reading() as reading:
            for recent in _newest(reading, _filter(env, reading, wanted), show_last):
                _print(env, recent)
            last = reading.seq
    while True:
        for event in _after(env, wanted, last):
            _print(env, event)
            last = event["seq"]
        time.sleep(PAUSE)


def _after(env: Env, wanted: Wanted, last: int) -> Iterator[Event]:
    with env.workspace.reading() as reading:
        if reading.seq > last:
            yield from filter(_filter(env, reading, wanted), map(events.flat, reading.events(after=last)))


def _print(env: Env, event: Event) -> None:
    if env.json:
        env.event_line(event)
    else:
        today = moments.local(env.workspace.clock.now()).date()
        env.out.write("\n".join(_table([event], env.width, today).splitlines()[1:]))
        env.out.stream.flush()


def _table(found: Sequence[Event], width: int, today: Any) -> str:
    rows = [
        [
            str(event["seq"]),
            moments.clock(event["at"], today),
            line(event["actor"]["name"]),
            event["kind"].replace(".", " ").replace("_", " "),
            line(short("/".join(part for part in (event["milestone"], event["task"]) if part))),
            line(events.told(event)),
        ]
        for event in found
    ]
    return "\n".join(table.lines(COLUMNS, rows, width))


def _empty(reading: Reading, wanted: Wanted) -> str:
    if not reading.seq:
        return 'Nothing has happened yet.\nNext: milestone plan "GOAL"'
    if wanted.is_since:
        return f"Nothing happened after event {wanted.after}."
    return "No event matches.\nNext: milestone log"


def _csv(found: Sequence[Event]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("seq", "at", "actor", "kind", "milestone", "task", "session", "told"))
    for event in found:
        writer.writerow(
            [event["seq"], event["at"], event["actor"]["name"], event["kind"]]
            + [event[name] or "" for name in ("milestone", "task", "session")]
            + [line(events.told(event))]
        )
    return out.getvalue().rstrip("\n")


def _ndjson(found: Sequence[Event]) -> str:
    return "\n".join(map(output.to_json, found))


def _seed(found: Sequence[Event]) -> str:
    return "\n".join(output.to_json(events.seed_line(event)) for event in found)


FORMS = {"csv": _csv, "ndjson": _ndjson, "seed": _seed}


def verify(env: Env) -> int:
    """Check the log and the records, and say what was found; 9 when something does not verify."""
    data = dict(load(VERIFY)(env.workspace))
    code = 0 if data["ok"] else 9
    return env.answer("verification", data, lambda: _verdict(data), exit_code=code, seq=data["events"])


def _verdict(data: Mapping[str, Any]) -> str:
    if data["ok"]:
        said = f"The log verifies: {data['events']} events, unbroken, and every record is what they say."
        return "\n".join([said, *_signatures(data)])
    findings = [f"  {line(each.get('message') or each)}" for each in data["findings"]]
    return "\n".join(["The log does not verify:", *findings, "Next: milestone doctor"])


def _signatures(data: Mapping[str, Any]) -> list[str]:
    """Return what is signed, by which key, and what is not, in sentences."""
    signed = [f"Events {k['from']} to {k['to']} are signed by key {k['key'][:16]}." for k in data["keys"]]
    lost = [f"Events up to {gap['to']} were {gap['why']}." for gap in data["gaps"]]
    left = f"{data['unsigned']} of them are not signed yet." if data["unsigned"] else ""
    return [*signed, *lost, *filter(None, [left])]
