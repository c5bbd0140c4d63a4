"""What waits for a person: approvals, questions, permissions, blockers, conflicts, and what answers each."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from milestone.domain.questions import Question
from milestone.domain.rows import of as rows_of
from milestone.registry import load
from milestone.reports.names import short

Row = Mapping[str, Any]
Entry = dict[str, Any]
DAY_HOURS = 8.0  # of work, as slack is counted
BY_HAND = "reported"
STANDING = "milestone.domain.blockers:standing"  # most looks find nothing stopped


def entries(rows: Sequence[Row], sessions: Iterable[Row], path: Sequence[str], now: datetime) -> list[Entry]:
    """Return what waits for somebody, what costs the plan most days first, then the oldest.

    `path` is the critical path of milestones: what waits there moves the end, what has slack does not yet.
    """
    known = rows_of(rows)
    asking = known.select(Question(has=("open", "asks")))
    several = _doubled(asking)
    found = [_costing(each, row, path, now) for row in asking for each in _asked(row, several)]
    # What a merge could not join stands in a closed record too, and is true of nobody's word until it is settled.
    closed = known.select(Question(has=("asks",), lacks=("open",)))
    found += [_costing(each, row, path, now) for row in closed for each in _conflicts(row)]
    for row in known.select(Question(has=("open", "blockers"))):
        found += _blockers(row, now, on_path=row["id"] in path)
    for session in sessions:
        names = session.get("milestones") or ()
        about = known.named(str(names[0])) if names else None
        found += [_costing(each, about, path, now) for each in _of_session(session)]
    return sorted(found, key=lambda each: (-(each["cost_days"] or 0.0), each["since"] or "9"))


def mine(found: Sequence[Entry], is_mine: Callable[[str], bool]) -> list[Entry]:
    """Return the entries that wait for whoever asks: those that name them, and those that name nobody."""
    return [each for each in found if not each["who"] or any(map(is_mine, each["who"]))]


def asking(view: Row) -> list[Entry]:
    """Return what needs a person in a `status`, but for the blockers that it lists by themselves."""
    stopped = {each["ref"] for each in view["blockers"]}
    return [each for each in view["needs_you"] if each["kind"] != "blocker" or each["ref"] not in stopped]


def _asked(row: Row, several: set[str]) -> Iterator[Entry]:
    yield from _approvals(row)
    yield from _questions(row, several)
    yield from _conditions(row)
    yield from _conflicts(row)


def _conflicts(row: Row) -> Iterator[Entry]:
    if row["conflicts"]:
        text = f"{row['conflicts']} values a merge could not join"
        yield entry("conflict", "conflict", row["id"], text, f"milestone show {short(row['id'])}")


def _approvals(row: Row) -> Iterator[Entry]:
    for each in row["waiting"]:
        ref = f"{row['id']}/{each['task']}" if each["task"] else row["id"]
        words = " ".join(filter(None, [short(row["id"]), short(each["task"] or "")]))
        missing = [str(who) for who in each["approvers"] if who not in (each["approved_by"] or ())]
        command = f"milestone review {words} --phase {each['phase']} --approve"
        asked = entry(f"{ref}/{each['phase']}", "approval", ref, f"{each['phase']} waits for approval", command)
        yield asked | {"who": missing, "since": each["since"]}


def _doubled(rows: Sequence[Row]) -> set[str]:
    """Return the ids of questions that several milestones have: those are answered with both ids."""
    names = [each["id"] for row in rows for each in row["questions"]]
    return {name for name in names if names.count(name) > 1}


def _questions(row: Row, several: set[str]) -> Iterator[Entry]:
    for each in row["questions"]:
        name = f"{short(row['id'])}/{each['id']}" if each["id"] in several else each["id"]
        yield entry(name or "q", "question", row["id"], each["text"] or "", f'milestone answer {name} "..."')


def _conditions(row: Row) -> Iterator[Entry]:
    unmet = row["unmet"]
    for text in [*unmet.get("conditions", ()), *unmet.get("external", ())]:
        if text not in (row["depends_overridden"] or ()):
            command = f'milestone update {short(row["id"])} --met "{text}"'
            yield entry(text, "condition", row["id"], f"unmet: {text}", command)


def _blockers(row: Row, now: datetime, *, on_path: bool) -> Iterator[Entry]:
    """Yield what is stopped, with its cost and way out as `status` tells them."""
    standing = load(STANDING)
    by_id = {task["id"]: task for task in row["tasks"]}
    for each in row["blockers"]:
        task = by_id.get(each["task"]) if each["task"] else None
        ref = f"{row['id']}/{each['task']}" if each["task"] else row["id"]
        known = standing(row, each, now, on_path=on_path)
        has_failed = task is not None and task["status"] == "failed"
        command = f"milestone task retry {ref}" if has_failed and each["kind"] == BY_HAND else known.next
        yield entry(ref, "blocker", ref, each["reason"], command) | {
            "since": each["since"],
            "who": _people(task, row),
            "cost_days": known.impact_days if on_path else 0.0,
        }


def _of_session(session: Row) -> Iterator[Entry]:
    """Yield what the agents of a run ask for, and a set-up that failed for all of its tasks."""
    for ask in session.get("asks") or ():
        if ask.get("answer") is None and not ask.get("withdrawn"):
            name = f"{session['id']}/{ask['id']}"
            options = ask.get("options") or ()
            usual = "yes" if ask.get("kind") == "permission" else '"..."'
            answer = f'"{options[0]}"' if options else usual
            found = entry(
                name, str(ask.get("kind")), str(ask.get("task") or ""), str(ask.get("text") or ""),
                f"milestone answer {name} {answer}",
            )  # fmt: skip
            yield found | {"since": ask.get("asked_at")}
    failed = (session.get("setup") or {}).get("failed")
    if failed and session.get("state") != "ended":
        ref = str((session.get("milestones") or [""])[0])
        text = f"worktrees cannot be set up: {failed}"
        yield entry(ref, "blocker", ref, text, f"milestone execute {short(ref)}") | {
            "since": session.get("last_saved")
        }


def _people(task: Row | None, row: Row) -> list[str]:
    who = (task or {}).get("assigned_to") or row.get("owner")
    return [str(who)] if who else []


def entry(name: str, kind: str, ref: str, text: str, command: str) -> Entry:
    """Return one entry; who is asked, since when and what it costs are not known yet."""
    return {
        "id": name,
        "kind": kind,
        "ref": ref,
        "text": text,
        "who": [],
        "since": None,
        "cost_days": None,
        "answer_with": command,
    }


def _costing(found: Entry, row: Row | None, path: Sequence[str], now: datetime) -> Entry:
    """Return an entry with the days by which its waiting has moved the end so far; None where nobody knows."""
    since = _moment(found["since"])
    if since is None or row is None:
        return found
    waited = (now - since) / timedelta(days=1)
    if row["id"] not in path:
        return found | {"cost_days": 0.0}
    name = found["ref"].partition("/")[2]
    slack = next((task["slack"] for task in row["tasks"] if task["id"] == name), None)
    return found | {"cost_days": max(0.0, round(waited - (slack or 0.0) / DAY_HOURS, 1))}


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else None
