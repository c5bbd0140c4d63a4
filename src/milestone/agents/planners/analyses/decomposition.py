"""Decomposition: the tasks, their order and what each leaves behind."""

import msgspec

from milestone.agents.planners import words
from milestone.agents.planners.analyses.places import files_for
from milestone.agents.planners.brief import Brief, Finding, Planned, applies, fill
from milestone.agents.planners.matching import Match
from milestone.agents.planners.recipe import Step

NAME = "decomposition"
VERIFIED = frozenset({"build", "test", "measure", "release"})
LATE = frozenset({"test", "measure", "document", "release"})
PART_STEPS = {
    "make": ("{Part}, as part of {object}", "build", "{Part} works inside {object}, shown once to somebody else"),
    "organise": (
        "Arrange {part} for {object}",
        "people",
        "{Part} is confirmed in writing, with a name and a date",
    ),
    "write": (
        "Write the part of {object} on {part}",
        "document",
        "The part on {part} stands complete, each claim with its source",
    ),
    "decide": (
        "Look into {part} for {object}",
        "decide",
        "What is known about {part}, with sources, and what is not",
    ),
    "improve": ("Improve {part} in {object}", "build", "{Part} measured before and after"),
    "fix": ("Check {part} while mending {object}", "test", "{Part} works in 10 of 10 tries"),
    "move": ("Take {part} along with {object}", "build", "{Part} arrived whole and was looked at"),
    "remove": ("Take {part} out with {object}", "build", "Nothing uses {part} any more"),
    "learn": ("Practise {part} as part of {object}", "build", "{Part} done three times without help"),
    "grow": ("See to {part} for {object}", "build", "{Part} is in place and was looked at after a week"),
    "cook": ("Work out {part} for {object}", "build", "{Part} was tasted by two people"),
    "record": ("{Part} for {object}", "build", "{Part} is arranged, with a date and a name"),
    "gather": ("Take {part} up in {object}", "build", "{Part} is recorded like the rest"),
    "restore": ("Restore {part} of {object}", "build", "{Part} looked at by somebody who knows such work"),
    "teach": ("Prepare {part} for teaching {object}", "document", "{Part} is ready and was tried once"),
    "acquire": ("Make sure of {part} with {object}", "test", "{Part} is in the written terms"),
}


class Decomposed(msgspec.Struct, frozen=True, kw_only=True):
    """The tasks of one domain, or of all joined."""

    tasks: tuple[Planned, ...]
    findings: tuple[Finding, ...] = ()


def decompose(brief: Brief, match: Match) -> Decomposed:
    """Return the tasks that one recipe gives a goal, by its depth and the goal's words."""
    depth = min(brief.depth, 1 if match.part else 3)
    every = match.recipe.steps(brief.shape)
    kept = [s for s in every if (applies(s.when, brief.spoken) if s.when else s.depth <= depth)]
    left_out = [s for s in every if s not in kept and not s.when]
    tasks = tuple(_planned(brief, match, step, every, {k.key for k in kept}) for step in kept)
    found = [_said(match, brief)] + ([_left_out(left_out, match)] if left_out else [])
    return Decomposed(tasks=tasks, findings=tuple(found))


def join(brief: Brief, found: tuple[Decomposed, ...]) -> Decomposed:
    """Return the tasks of all domains as one plan: the first decision leads, proof comes last."""
    tasks = [t for one in found for t in one.tasks]
    lead = tasks[0].key
    tasks = [t if t.after or t.key == lead else msgspec.structs.replace(t, after=(lead,)) for t in tasks]
    own = _part_tasks(brief, tasks, lead)
    tasks = _with_parts(tasks, own)
    if len(found) > 1:
        tasks.append(_together(brief, tasks))
    said = [f for one in found for f in one.findings]
    said += [
        Finding(analysis=NAME, text=f'"{t.part}" gets a task of its own', why="the goal names it") for t in own
    ]
    return Decomposed(tasks=tuple(_in_order(tasks)), findings=tuple(said))


def _planned(brief: Brief, match: Match, step: Step, every: tuple[Step, ...], kept: set[str]) -> Planned:
    code = brief.is_code and step.kind in VERIFIED
    return Planned(
        key=f"{match.recipe.name}.{step.key}",
        title=_titled(brief, match, step),
        kind=step.kind,
        outcome=fill(step.outcome, match, brief.survey.test_command),
        hours=step.hours,
        after=tuple(f"{match.recipe.name}.{key}" for key in _kept_after(step, every, kept)),
        files=files_for(brief, step),
        verify=brief.survey.test_command if code else None,
        skills=step.skills or match.recipe.skills[:2],
        source=match.recipe.name,
        part=match.part,
        serves=step.when,
    )


def _titled(brief: Brief, match: Match, step: Step) -> str:
    title = fill(step.title, match)
    return title if brief.goal.object in title or not brief.name_object else f"{title} ({match.subject})"


def _kept_after(step: Step, every: tuple[Step, ...], kept: set[str]) -> list[str]:
    """Return what a task waits for; a task that was left out hands on what it waited for itself."""
    by_key, found, waiting = {s.key: s for s in every}, [], list(step.after)
    while waiting:
        key = waiting.pop(0)
        if key in kept:
            found.append(key)
        elif key in by_key:
            waiting += by_key[key].after
    return list(dict.fromkeys(found))


def _part_tasks(brief: Brief, tasks: list[Planned], lead: str) -> list[Planned]:
    matched = {words.fold(t.part) for t in tasks if t.part}
    said = words.stems(w for t in tasks for w in words.tokens(f"{t.title} {t.outcome}"))
    own_words = words.stems(words.tokens(brief.goal.object))
    served = [word for t in tasks for word in t.serves]
    new = [
        p
        for p in brief.goal.parts
        if words.fold(p) not in matched
        and not _is_said(p, said - own_words)
        and not any(word in p.casefold() for word in served)
    ]
    return [_part_task(brief, part, number, lead) for number, part in enumerate(new[:6], 1)]


def _is_said(part: str, said: frozenset[str]) -> bool:
    spoken = words.stems(w for w in words.tokens(part) if len(w) > 3)
    return bool(spoken) and len(spoken & said) * 2 > len(spoken)


def _part_task(brief: Brief, part: str, number: int, lead: str) -> Planned:
    title, kind, outcome = PART_STEPS[brief.goal.deed]
    step = Step(key=f"part{number}", title=title, kind=kind, outcome=outcome, hours=3, files=(part,))
    code = brief.is_code and kind in VERIFIED
    texts = [t.replace("{part}", part).replace("{Part}", part[:1].upper() + part[1:]) for t in (title, outcome)]
    return Planned(
        key=f"part.{number}",
        title=fill(texts[0], brief.matches[0]),
        kind=kind,
        outcome=fill(texts[1], brief.matches[0]),
        hours=3,
        after=(lead,),
        files=files_for(brief, step),
        verify=brief.survey.test_command if code else None,
        skills=brief.matches[0].recipe.skills[:2],
        source="goal",
        part=part,
    )


def _with_parts(tasks: list[Planned], own: list[Planned]) -> list[Planned]:
    """Put the parts' tasks before the first late task, which waits for them."""
    if not own:
        return tasks
    late = next((i for i, t in enumerate(tasks) if t.kind in LATE and i >= len(tasks) // 2), len(tasks))
    waiting = tuple(t.key for t in own)
    after = [
        msgspec.structs.replace(t, after=t.after + waiting) if i == 0 else t for i, t in enumerate(tasks[late:])
    ]
    return tasks[:late] + own + after


def _together(brief: Brief, tasks: list[Planned]) -> Planned:
    leading = {key for t in tasks for key in t.after}
    ends = tuple(t.key for t in tasks if t.key not in leading)
    named = [m.part or brief.goal.object for m in brief.matches]
    return Planned(
        key="goal.together", title=f"Try {brief.goal.the} as a whole, start to end", kind="test",
        outcome=f"One person goes once through {', '.join(named)}; every break between them is fixed",
        hours=3, after=ends, verify=brief.survey.test_command if brief.is_code else None,
        skills=brief.matches[0].recipe.skills[:2], source="goal",
    )  # fmt: skip


def _in_order(tasks: list[Planned]) -> list[Planned]:
    """Return the tasks so that none stands before what it waits for, else in the order given."""
    done: set[str] = set()
    ordered: list[Planned] = []
    waiting = list(tasks)
    while waiting:
        ready = next((t for t in waiting if set(t.after) <= done), waiting[0])
        waiting.remove(ready)
        ordered.append(ready)
        done.add(ready.key)
    return ordered


def _said(match: Match, brief: Brief) -> Finding:
    if match.recipe.name == "general":
        return Finding(
            analysis=NAME, code="general_recipe",
            text=f'No recipe knows "{brief.goal.object}"; the general plan is used, as: {brief.shape}',
            why=f'the verb "{brief.goal.verb}" says so' if brief.goal.verb else "no verb was recognised",
        )  # fmt: skip
    return Finding(analysis=NAME, text=f"Recipe {match.recipe.name}: {match.recipe.about}", why=match.reason)


def _left_out(steps: list[Step], match: Match) -> Finding:
    titles = "; ".join(fill(s.title, match) for s in steps)
    return Finding(
        analysis=NAME, text=f"Left out: {titles}", why="the goal or the time asks for a smaller version"
    )
