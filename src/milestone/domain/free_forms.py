"""The free forms people write lists in: by state, by id, in sentences, as pairs."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from milestone import ids
from milestone.domain import shape, words
from milestone.domain.document import Body

_CHECKBOX = re.compile(r"\[(?P<mark>[ xX✓])\]\s*(?P<title>.+)")
_BY_STATE = frozenset({"completed", "in_progress", "pending", "todo", "done", "blocked", "doing", "planned"})
_ALLOCATED = re.compile(
    r"(?P<fte>\d+(?:\.\d+)?)\s*FTE(?:\s+for\s+(?:(?P<weeks>\d+(?:\.\d+)?)\s*weeks?|(?P<for>.+)))?", re.IGNORECASE
)
_SPLIT = re.compile(r"[,;]\s*|\s+(?=(?:milestone|task|m|t)-?\d)")
_ODD = re.compile(r"[^\w.-]+")


def canonical_key(key: str, place: str) -> str | None:
    """Return the word of the records for a key at a place of `shape.SHAPE`; None for a key nobody knows."""
    fields = shape.SHAPE.get(place, {})
    return key if key in fields else _WORDS.get(place, {}).get(words.fold(key))


def milestone_id(value: Any) -> str | None:
    """Return the id that a text or number means: `milestone-001` for `M-001` or 1, else the word without spaces.

    A task elsewhere is `milestone-002/task-001`. None for what could be a path or holds nothing to name by.
    """
    return _id(value, "milestone", ids.parse_milestone_id)


def task_id(value: Any) -> str | None:
    """Return the id of a task that a text or number means, as `milestone_id` does."""
    return _id(value, "task", ids.parse_task_id)


def words_of(value: Any) -> list[Any] | None:
    """Return the members of a list of ids, however it is written; None for what is no list."""
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return [part for part in _SPLIT.split(str(value)) if part.strip()]
    if isinstance(value, Mapping):
        return list(value)
    if not isinstance(value, list):
        return None
    return [
        (member.get("id") or next(iter(member), None)) if isinstance(member, Mapping) else member
        for member in value
    ]


def reasons(value: Any) -> dict[str, str]:
    """Return id -> why of pairs such as `milestone-045: "Data Validation Framework"`."""
    pairs = [value] if isinstance(value, Mapping) else value if isinstance(value, list) else []
    return {
        word: str(text)
        for pair in pairs
        if isinstance(pair, Mapping) and "id" not in pair
        for key, text in pair.items()
        if isinstance(text, (str, int, float)) and (word := milestone_id(key))
    }


def tasks(value: Any) -> list[tuple[str | int, Any]] | None:
    """Return the tasks of a list, of lists by state (`pending: […]`) or of a map by id, each with its key."""
    if isinstance(value, (str, int)):
        return [(0, value)]
    if isinstance(value, list):
        return [
            (position, member) for position, member in enumerate(value) if isinstance(member, (Mapping, str, int))
        ]
    if not isinstance(value, Mapping):
        return None
    if all(words.fold(key) in _BY_STATE and isinstance(more, list) for key, more in value.items()):
        return [
            (state, {**(task if isinstance(task, Mapping) else {"title": str(task)}), "status": words.fold(state)})
            for state, listed in value.items()
            for task in listed
        ]
    return [
        (key, {"id": key, **(more if isinstance(more, Mapping) else {"title": str(more)})})
        for key, more in value.items()
    ]


def task(member: Any) -> Mapping[str, Any]:
    """Return a task as a map: a title, `[x] a title`, `a title: more`, or a map as it is."""
    if isinstance(member, Mapping):
        only = next(iter(member.items()), None)
        if len(member) == 1 and only and canonical_key(only[0], "task") is None:
            return {"title": only[0], **({"description": str(only[1])} if only[1] is not None else {})}
        return member
    match = _CHECKBOX.fullmatch(str(member).strip())
    if match is None:
        return {"title": str(member)}
    return {"title": match["title"], **({"status": "completed"} if match["mark"] != " " else {})}


def name_by_title(found: list[Body]) -> None:
    """Let tasks that wait for a title (`after: Show goods`) wait for the task of that title."""
    known = {str(each["id"]) for each in found}
    titles = {(task_id(each["title"]) or "").casefold(): str(each["id"]) for each in reversed(found)}
    for each in found:
        listed = each.get("dependencies")
        if isinstance(listed, list) and not known.issuperset(listed):
            named = [word if word in known else titles.get(word.casefold(), word) for word in listed]
            each["dependencies"] = list(dict.fromkeys(named))


def risks(value: Any) -> list[Any] | None:
    """Return the members of a list of risks, of lists by band (`high_risk: […]`), or one risk alone."""
    if isinstance(value, Mapping) and not any(canonical_key(key, "risk") for key in value):
        return [
            risk for group in value.values() for risk in (group if isinstance(group, list) else [group]) if risk
        ]
    if isinstance(value, (str, Mapping)):
        return [value]
    return [risk for risk in value if risk] if isinstance(value, list) else None


def risk(member: Any) -> Mapping[str, Any]:
    """Return a risk as a map: `Data loss risk: Medium (backups)`, a sentence, or a map as it is."""
    if isinstance(member, Mapping):
        key, more = next(iter(member.items()))
        if len(member) != 1 or canonical_key(key, "risk") is not None:
            return member
        member = f"{key}: {more}"
    parsed = words.risk_sentence(str(member))
    if parsed is None:
        return {"description": str(member)}
    what, level, why = parsed
    return {"description": what, "probability": level, "impact": level, **({"why": why} if why else {})}


def allocation(value: Any) -> list[Mapping[str, Any]] | None:
    """Return who is needed for how long: `Data Engineers: 4 FTE for 3 weeks`."""
    if isinstance(value, Mapping):
        value = [{role: more} for role, more in value.items()]
    return [_allocated(member) for member in value] if isinstance(value, list) else None


def number(found: list[Body], noun: str) -> list[tuple[int, str]]:
    """Give an id to each member that has none or a taken one: its position, else the next free number.

    Returns the positions of those whose id was taken, with that id.
    """
    taken = {str(member["id"]) for member in found if "id" in member}
    seen: set[str] = set()
    repeated: list[tuple[int, str]] = []
    for position, member in enumerate(found):
        wanted = member.get("id")
        if wanted is None or wanted in seen:
            free = position + 1
            while f"{noun}-{free:03d}" in taken:
                free += 1
            member["id"] = f"{noun}-{free:03d}"
            taken.add(member["id"])
            repeated += [] if wanted is None else [(position, str(wanted))]
        seen.add(member["id"])
    return repeated


def sentence(value: Any) -> str:
    """Return any value as words."""
    if isinstance(value, str):
        return value
    return ", ".join(str(member) for member in value) if isinstance(value, list) else str(value)


def _allocated(member: Any) -> Mapping[str, Any]:
    if not isinstance(member, Mapping):
        return {"role": sentence(member)}
    if len(member) != 1 or canonical_key(next(iter(member)), "allocation"):
        return member
    role, said = next(iter(member.items()))
    match = _ALLOCATED.match(str(said))
    if match is None:
        return {"role": role, "for": sentence(said)}
    figures = {key: words.number(match[key]) for key in ("fte", "weeks") if match[key]}
    return {"role": role, **figures, **({"for": match["for"]} if match["for"] else {})}


def _id(value: Any, noun: str, parse: Callable[[str], str | None]) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    text = str(value).strip()
    milestone, slash, task = text.rpartition("/")
    if slash:
        there, here = milestone_id(milestone), task_id(task)
        return f"{there}/{here}" if there and here and "/" not in there else None
    word = _ODD.sub("-", re.sub(rf"(?i)^{noun}[\s_]+", f"{noun}-", text)).strip("-")[:100].strip("-")
    if not word.strip(".") or ".." in word or word[0] == ".":
        return None
    return parse(word) or word


_WORDS = {
    place: {
        **{other: key for key, field in fields.items() for other in field.also},
        **{words.fold(key): key for key in fields},
    }
    for place, fields in shape.SHAPE.items()
}
