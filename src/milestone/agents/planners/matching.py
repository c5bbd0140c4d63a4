"""Which recipes a goal names, and why."""

import re
from collections.abc import Iterable

import msgspec

from milestone.agents.planners import words
from milestone.agents.planners.goal import Goal
from milestone.agents.planners.phrase import before_boundary
from milestone.agents.planners.recipe import GENERAL, Recipe, general
from milestone.agents.planners.survey import Survey

MOST = 5  # recipes in one plan
LONGEST_PART = 3  # words; a longer one says too much of its own to be a recipe's
# Deeds that make no software whatever their object is called.
OUT_OF_CODE = frozenset({"organise", "learn", "acquire", "grow", "cook", "record", "gather", "restore", "teach"})
NEVER_A_PART = frozenset({"bug-fix", "research-spike", "refactoring"})
HEAD_FIRST = re.compile(r"[\u0590-\u06ff]|(?<!\w)(?:de|di|du|des|del|da|do|dos|das|d'|of|для|о)(?!\w)")


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A recipe the goal asks for, with the words that say so."""

    recipe: Recipe
    subject: str  # what its tasks speak of
    article: bool = False
    reason: str = ""
    do: str = ""  # verb and subject: "export the loans"
    part: str = ""  # the part of the goal it is for; empty for the goal's object itself

    @property
    def the(self) -> str:
        """The subject as it reads inside an English sentence."""
        return f"the {self.subject}" if self.article else self.subject


def match_recipes(
    goal: Goal, survey: Survey, recipes: Iterable[Recipe], *, usual: str | None = None
) -> tuple[Match, ...]:
    """Return the recipes for a goal, the one for its object first; the general one where none is named.

    `usual` is the recipe of the project's type: what a goal is there when its own words do not say.
    """
    listed = [r for r in recipes if r.name != GENERAL]
    first = _for_object(goal, survey, listed) or _usual(goal, listed, usual)
    if first is None:
        return (_general(goal, recipes), *_for_parts(goal, None, listed))
    beside = () if first.recipe.acts_on_others else _for_parts(goal, first, listed)
    return (first, *beside)


def _for_object(goal: Goal, survey: Survey, listed: list[Recipe]) -> Match | None:
    if goal.deed in OUT_OF_CODE:
        return None
    spoken = words.fold(f"{goal.verb} {goal.object}")
    acting = [
        r
        for r in listed
        if goal.deed in r.deeds and (_hit(r.deed_phrases, spoken) or _is_code_fix(r, goal, survey))
    ]
    spoken_verb = words.fold(goal.verb)
    if not acting and (said := [r for r in listed if goal.verb and _hit(r.phrases, spoken_verb)]):
        return _verb_match(said[0], goal)
    if acting:
        return _match(acting[0], goal, f'"{goal.verb or goal.object}" asks for it')
    core = words.fold(f"{goal.verb} {before_boundary(goal.object)}")
    candidates = _candidates(listed, core) or _candidates(listed, spoken)
    if not candidates and goal.deed != "write" and not _for_parts(goal, None, listed):
        headline = words.fold(goal.text if goal.is_page else goal.title)
        return _match_in_rest(goal, listed, headline)
    if not candidates:
        return None
    actors = [c for c in candidates if c[1].acts_on_others]
    _, recipe, found = _head(actors or candidates, goal)
    return _match(recipe, goal, f'the goal says "{found}"')


def _candidates(listed: list[Recipe], spoken: str) -> list[tuple[int, Recipe, str]]:
    return [(place, recipe, found) for recipe in listed for place, found in _places(recipe, spoken)]


def _usual(goal: Goal, listed: list[Recipe], usual: str | None) -> Match | None:
    found = next((r for r in listed if r.name == usual), None)
    if found is None or goal.deed not in ("make", "fix", "improve"):
        return None
    return _match(found, goal, "the project is of that type")


def _is_code_fix(recipe: Recipe, goal: Goal, survey: Survey) -> bool:
    return recipe.name == "bug-fix" and survey.has_code and goal.deed == "fix"


def _match_in_rest(goal: Goal, listed: list[Recipe], text: str) -> Match | None:
    """Return the recipe that the rest of the goal names; a page has to name it three times."""
    least = 3 if goal.is_page else 1
    counted = [(len({m[0] for p in r.phrases for m in p.finditer(text)}), r) for r in listed]
    best = max(counted, key=lambda item: (item[0], -len(item[1].name)), default=(0, None))
    if best[1] is None or best[0] < least:
        return None
    return _match(best[1], goal, f'the goal says "{_hit(best[1].phrases, text)}"')


def _head(candidates: list[tuple[int, Recipe, str]], goal: Goal) -> tuple[int, Recipe, str]:
    """Return the candidate at the phrase's head: its last word; in Romance and Semitic languages its first."""
    if HEAD_FIRST.search(words.fold(goal.object)):
        return min(candidates, key=lambda c: (c[0] - len(c[2]), -len(c[2]), c[1].name))
    return max(candidates, key=lambda c: (c[0], len(c[2]), c[1].name))


def _places(recipe: Recipe, spoken: str) -> list[tuple[int, str]]:
    """Return where each of a recipe's phrases ends, with its words; one inside a longer one counts once."""
    found: list[tuple[int, str]] = []
    for pattern in recipe.phrases:
        for match in pattern.finditer(spoken):
            if not any(match[0] in longer and end - len(longer) <= match.start() < end for end, longer in found):
                found.append((match.end(), match[0]))
    return found


def _hit(patterns: Iterable[re.Pattern[str]], text: str) -> str:
    return next((match[0] for pattern in patterns if (match := pattern.search(text))), "")


def _for_parts(goal: Goal, first: Match | None, listed: list[Recipe]) -> tuple[Match, ...]:
    """Return a match for each part of the goal that another recipe knows."""
    if goal.deed in OUT_OF_CODE or goal.deed in ("decide", "write", "remove"):
        return ()
    known, found = {first.recipe.name} if first else set(), []
    for part in (p for p in goal.parts if len(p.split()) <= LONGEST_PART):
        spoken = words.fold(part)
        candidates = [
            (place, r, w) for r in listed if r.name not in NEVER_A_PART for place, w in _places(r, spoken)
        ]
        if candidates:
            _, recipe, said = _head(candidates, goal)
            if recipe.name not in known:
                known.add(recipe.name)
                found.append(_part_match(recipe, goal, part, said))
    return tuple(sorted(found, key=lambda m: not m.recipe.early)[: MOST - 1])


def _part_match(recipe: Recipe, goal: Goal, part: str, said: str) -> Match:
    subject = (recipe.as_part or "{part} of {whole}").replace("{part}", part).replace("{whole}", goal.the)
    article = words.is_english(subject) and subject[:1].islower()
    return Match(recipe=recipe, subject=subject, article=article, reason=f'the goal also says "{said}"', part=part)


def _verb_match(recipe: Recipe, goal: Goal) -> Match:
    reason = f'the goal says "{goal.verb}"'
    if not recipe.as_verb:
        return _match(recipe, goal, reason)
    subject = recipe.as_verb.replace("{whole}", goal.the)
    return Match(recipe=recipe, subject=subject, article=True, reason=reason)


def _match(recipe: Recipe, goal: Goal, reason: str) -> Match:
    do = f"{goal.verb[:1].lower()}{goal.verb[1:]} {goal.the}".strip()
    return Match(recipe=recipe, subject=goal.object, article=goal.article, reason=reason, do=do)


def _general(goal: Goal, recipes: Iterable[Recipe]) -> Match:
    return _match(general(recipes), goal, f"no recipe knows {goal.object}")
