"""Cut a long plan into chained milestones that each have a value of their own."""

from collections.abc import Mapping, Sequence

import msgspec

from milestone.agents.planners.brief import WEEKS, Brief, Planned
from milestone.agents.planners.goal import TITLE_WIDTH

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
    parts = list(dict.fromkeys(t.part for t in group if t.part))
    stages = STAGES.get(number)
    theme = ", ".join(parts[:2]) if parts and len(parts) <= 2 and all(t.part for t in group[1:]) else ""
    theme = theme or (stages[place - 1] if stages else "")
    whole = f"{brief.goal.title}, part {place} of {number}" + (f": {theme}" if theme else "")
    if len(whole) <= TITLE_WIDTH:
        return whole
    subject = brief.goal.object
    return (
        f"{subject[:1].upper()}{subject[1:]}, part {place} of {number}"
        if subject[:1].isupper()
        else f"Part {place} of {number}: {subject}"
    )
