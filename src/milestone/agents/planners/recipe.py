"""Recipes: what work of one kind usually takes. Data files, checked when read."""

import re
from collections.abc import Iterable, Mapping
from functools import cache, cached_property

import msgspec

from milestone import errors
from milestone.agents.planners import data, words
from milestone.agents.planners.unspaced import UNSPACED_WORD

GENERAL = "general"


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task as a recipe knows it. `{object}` in its texts is what the goal is about."""

    key: str
    title: str
    outcome: str  # what is there afterwards, so that somebody else can see it
    hours: float  # expected hours of one person building the smallest version worth having
    kind: str = "build"  # decide, design, build, test, reproduce, measure, document, release, people
    after: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # words that its files are likely named by
    skills: tuple[str, ...] = ()
    depth: int = 1  # 1 always, 2 usual, 3 where the goal or the time is large
    when: tuple[str, ...] = ()  # only where the goal says one of these


class Criterion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A success criterion that only some goals need."""

    text: str
    when: tuple[str, ...] = ()


class Danger(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A risk and what is done about it."""

    text: str
    p: float
    impact: str
    answer: str
    short: str = ""


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question the recipe cannot answer; another answer than the default changes `task` by `hours`."""

    text: str
    why: str
    default: str
    task: str = ""
    hours: float = 0


class Product(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that is there at the end."""

    name: str
    type: str = "code"
    accept: tuple[str, ...] = ()


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """What work of one kind usually takes."""

    name: str = ""
    about: str = ""
    words: str = ""  # phrases that name it, by commas, in any language; `*` matches any ending
    deeds: tuple[str, ...] = ()  # deeds that name it together with one of `deed_words`
    deed_words: tuple[str, ...] = ()
    category: str = "feature"
    domain: str = "any"
    critical: bool = False  # a mistake hurts beyond the work itself: needs a way back
    as_part: str = ""  # what its tasks speak of when it serves a `{part}` of a `{whole}`
    as_verb: str = ""  # what they speak of when the goal's verb named it: "messages about {whole}"
    early: bool = False  # as a part of a larger goal it comes before the other parts
    acts_on_others: bool = False  # migration, documentation …: other recipes named beside it are only its object
    provides: tuple[str, ...] = ()  # what others can build on
    needs: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    stakeholders: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    tasks: tuple[Step, ...] = ()
    shapes: dict[str, tuple[Step, ...]] = {}  # deed -> tasks, where one list does not fit all
    criteria: tuple[str | Criterion, ...] = ()
    criteria_of: dict[str, tuple[str, ...]] = {}  # deed -> criteria, where one list does not fit all
    risks: tuple[Danger, ...] = ()
    questions: tuple[Ask, ...] = ()
    deliverables: tuple[Product, ...] = ()
    rollback: str = ""

    @cached_property
    def phrases(self) -> tuple[re.Pattern[str], ...]:
        """The patterns of its words, the longest first."""
        listed = sorted((p for p in words.fold(self.words).replace("\n", " ").split(",") if p.strip()), key=len)
        return tuple(phrase_pattern(" ".join(p.split())) for p in reversed(listed))

    @cached_property
    def deed_phrases(self) -> tuple[re.Pattern[str], ...]:
        """The patterns of its `deed_words`."""
        return tuple(phrase_pattern(words.fold(p)) for p in self.deed_words)

    def steps(self, deed: str) -> tuple[Step, ...]:
        """Return its tasks for a deed."""
        return self.tasks or self.shapes.get(deed) or self.shapes.get("make") or ()


def phrase_pattern(phrase: str) -> re.Pattern[str]:
    """Return the pattern of a phrase: whole words, `*` any ending; anywhere in scripts without spaces."""
    body = re.escape(phrase).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
    return re.compile(body if UNSPACED_WORD.search(phrase) else rf"(?<!\w){body}(?!\w)")


def read_recipe(name: str, text: str, where: str = "") -> Recipe:
    """Return the recipe of a file.

    Raises:
        InvalidPlan: the file is no recipe; the place is named.
    """
    try:
        found = msgspec.convert(data.parse(text), Recipe, strict=False)
    except (msgspec.ValidationError, data.NotYaml) as error:
        place = where or f"{name}.yaml"
        raise errors.InvalidPlan(
            f"{place} is no recipe.",
            why=str(error).split("\n")[0],
            hint="The fields are in docs/reference/recipes.md.",
            findings=[
                {"severity": "error", "code": "invalid_recipe", "path": place, "line": None, "message": str(error)}
            ],
        ) from None
    return msgspec.structs.replace(found, name=name)


def all_recipes(own: Mapping[str, str] | None = None) -> tuple[Recipe, ...]:
    """Return the packaged recipes with the user's own (name -> text) in their place or beside them, by name.

    Raises:
        InvalidPlan: one of the user's own is no recipe.
    """
    own_ones = {name: read_recipe(name, text, f"templates/{name}.yaml") for name, text in (own or {}).items()}
    return tuple(recipe for _, recipe in sorted((_packaged() | own_ones).items()))


@cache
def _packaged() -> dict[str, Recipe]:
    return {name: read_recipe(name, text) for name, text in data.packaged_recipes()}


def general(recipes: Iterable[Recipe]) -> Recipe:
    """Return the recipe for goals that no other knows."""
    return next(recipe for recipe in recipes if recipe.name == GENERAL)
