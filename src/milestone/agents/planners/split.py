"""Cut a long plan into chained milestones that each have a value of their own."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from milestone.agents.planners.brief import WEEKS, Brief, Planned
from milestone.agents.planners.goal import TITLE_WIDTH
from milestone.agents.planners.phrase import sentence_case

STAGES = {
    2: ("first working version", "complete and proven"),
    3: ("groundwork", "working version", "complete and proven"),
}


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """The tasks of one milestone."""

    title: str
    tasks: tuple[Planned, ...]


def count(brief: Brief, weeks: float, tasks: int) -> int:
    """Return how many milestones a plan of so many weeks becomes."""
    options = brief.options
    if options.milestones is not None:
        return max(1, min(options.milestones, tasks))
    asked = (options.duration_days or 0) / 7
    if options.single or (options.duration_days is not None and asked <= WEEKS):
        return 1
    most = max(weeks, asked)
    return 1 if most <= WEEKS + 0.05 else max(1, min(-int(-most // WEEKS), tasks // 2))


def cut(brief: Brief, tasks: Sequence[Planned], hours: Mapping[str, float], number: int) -> tuple[Chunk, ...]:
    """Return the tasks in `number` groups of about the same hours, in order, with titles that tell them apart."""
    if number == 1:
        return (Chunk(title=brief.goal.title, tasks=tuple(tasks)),)
    groups = _groups(tasks, hours, number)
    return tuple(
        Chunk(title=_title(brief, group, place, number), tasks=tuple(group))
        for place, group in enumerate(groups, 1)
    )


def _groups(tasks: Sequence[Planned], hours: Mapping[str, float], number: int) -> list[list[Planned]]:
    total = sum(hours[t.key] for t in tasks)
    groups: list[list[Planned]] = [[] for _ in range(number)]
    spent, place = 0.0, 0
    for index, task in enumerate(tasks):
        left = len(tasks) - index
        is_full = spent + hours[task.key] / 2 > total * (place + 1) / number
        if groups[place] and place < number - 1 and (is_full or left <= number - 1 - place):
            place += 1
        groups[place].append(task)
        spent += hours[task.key]
    return groups


def _title(brief: Brief, group: Sequence[Planned], place: int, number: int) -> str:
    theme = _theme(group, place, number)
    spoken = f"{brief.goal.verb} {brief.goal.the}".strip() if brief.goal.article else brief.goal.object
    for name in (brief.goal.title, sentence_case(spoken), brief.goal.object):
        for end in (f": {theme}" if theme else "", ""):
            whole = f"{name}, part {place} of {number}{end}"
            if len(whole) <= TITLE_WIDTH:
                return whole
    return f"{brief.goal.object}, part {place} of {number}"


def _theme(group: Sequence[Planned], place: int, number: int) -> str:
    """Return what a part is about: the parts of the goal that most of it serves, else its stage."""
    named = Counter(t.part or "core" for t in group)
    if set(named) == {"core"}:
        return STAGES[number][place - 1] if number in STAGES else ""
    return " and ".join(name for name, tasks in named.items() if tasks > 1 or len(named) == 1)
