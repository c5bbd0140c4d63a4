"""Cut a long plan into chained milestones that each have a value of their own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import msgspec

from milestone.agents.planners.analyses.timeline import window
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
    allowed = window(options)
    if options.single or (allowed is not None and allowed <= WEEKS):
        return 1
    most = max(weeks, allowed if options.duration_days is not None and allowed else 0)
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
    """Return the tasks in groups: cut where the work changes, as near as possible to equal hours."""
    total = sum(hours[t.key] for t in tasks)
    ends = [0.0]
    for task in tasks:
        ends.append(ends[-1] + hours[task.key])
    cuts = [0]
    for place in range(1, number):
        ideal = total * place / number
        free = range(cuts[-1] + 1, len(tasks) - (number - place) + 1)
        cuts.append(min(free, key=lambda n: (abs(ends[n] - ideal) + _torn(tasks, n) * total / number / 6, n)))
    return [list(tasks[a:b]) for a, b in pairwise([*cuts, len(tasks)])]


def _torn(tasks: Sequence[Planned], place: int) -> bool:
    """Say whether a cut before this task would tear one piece of work apart."""
    return (tasks[place - 1].source, tasks[place - 1].part) == (tasks[place].source, tasks[place].part)


def _title(brief: Brief, group: Sequence[Planned], place: int, number: int) -> str:
    """Return the goal, which part it is and what is in it, in one line; what is in it goes last."""
    spoken = f"{brief.goal.verb} {brief.goal.the}" if brief.goal.verb and brief.goal.article else brief.goal.object
    for theme in (*_themes(group, place, number), ""):
        for name in (brief.goal.title, spoken, brief.goal.object):
            whole = f"{name}, part {place} of {number}{': ' if theme else ''}{theme}"
            if len(whole) <= TITLE_WIDTH:
                return whole
    return f"{brief.goal.object}, part {place} of {number}"


def _themes(group: Sequence[Planned], place: int, number: int) -> list[str]:
    """Return what a part is about, the longest first: the parts of the goal that it serves, else its stage."""
    counted = Counter(t.part or "core" for t in group if t.key != "goal.together" and len(t.part) <= 24)
    if set(counted) <= {"core"}:
        return [STAGES[number][place - 1]] if number in STAGES else []
    names = [name for name, _ in counted.most_common()]
    ordered = [[n for n in counted if n in names[:size]] for size in (3, 2, 1)]
    return list(dict.fromkeys(" and ".join([", ".join(o[:-1]), o[-1]]) if len(o) > 1 else o[0] for o in ordered))
