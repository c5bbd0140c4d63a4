"""What every analysis may look at, and what it reports."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from milestone.agents.planners import phrase, words
from milestone.agents.planners.goal import Goal
from milestone.agents.planners.matching import Match
from milestone.agents.planners.survey import Survey

WEEKS = 4  # work of up to four weeks is one milestone


class PlanOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the flags and the project's settings say about a plan."""

    today: date
    duration_days: float | None = None
    deadline: date | None = None
    depends_on: tuple[str, ...] = ()
    priority: str | None = None
    category: str | None = None
    team_size: int = 1
    hours_per_week: float = 10.0  # of one person
    is_team: bool = False
    buffer: float | None = None
    milestones: int | None = None  # None: as many as the work needs
    single: bool = False
    kiro: bool = False
    approval_required: bool = False
    owner: str | None = None  # the person who asks
    approvers: tuple[str, ...] = ()
    recipe: str | None = None  # a quickstart template's own

    @property
    def capacity(self) -> float:
        """Hours a week of everybody together."""
        return self.hours_per_week * self.team_size


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What an analysis noticed, and why it matters."""

    analysis: str
    text: str
    why: str = ""
    severity: str = "note"  # note, warning, error
    code: str = "note"
    path: str | None = None

    def as_data(self) -> dict[str, Any]:
        """Return the finding as `--json` and the record show it."""
        return {
            "severity": self.severity, "code": self.code, "path": self.path, "line": None,
            "message": self.text, "hint": self.why or None, "analysis": self.analysis,
        }  # fmt: skip


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """A goal with everything known about its surroundings."""

    goal: Goal
    survey: Survey
    matches: tuple[Match, ...]
    rows: Sequence[Mapping[str, Any]]  # every milestone's summary row
    options: PlanOptions
    depth: int  # 1 the core, 2 usual, 3 everything
    name_places: bool = False  # quality sent the draft back: name real places where texts are written
    name_object: bool = False  # quality sent the draft back: every title names the object
    correct: Mapping[str, tuple[float, str]] = {}  # category -> factor and reason, from archived work

    @property
    def is_general(self) -> bool:
        """Whether no recipe knows the goal's object."""
        return self.matches[0].recipe.name == "general"

    @property
    def is_code(self) -> bool:
        """Whether the work happens in the repository's code: a recipe knows it, or its words stand in the code."""
        if not self.survey.has_code or not self.is_general:
            return self.survey.has_code
        named = set(words.tokens(self.goal.object)) & phrase.word_set("software")
        if named or words.fold(self.goal.verb).split(" ")[0] in phrase.word_set("software_verbs"):
            return True
        own = words.stems(words.tokens(f"{self.goal.object} {' '.join(self.goal.parts)}"))
        return any(own & (file.path_words | file.symbol_words) for file in self.survey.files)

    @property
    def shape(self) -> str:
        """The general recipe's shape: the deed; for software a thing ("program") or what it does ("action")."""
        if self.goal.deed != "make" or not self.is_software:
            return self.goal.deed
        verb = words.fold(self.goal.verb)
        is_action = verb.isalpha() and words.is_english(verb) and verb not in phrase.word_set("constructing")
        return "action" if is_action else "program"

    @property
    def is_software(self) -> bool:
        """Whether the object is software by its name, or is made in the code of this repository."""
        return bool(set(words.tokens(self.goal.object)) & phrase.word_set("software")) or self.is_code

    @property
    def spoken(self) -> str:
        """The goal's words, for `when`."""
        return self.goal.text.casefold()


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A task of the draft, known by its key until ids are given."""

    key: str
    title: str
    kind: str
    outcome: str
    hours: float
    after: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    verify: str | None = None
    skills: tuple[str, ...] = ()
    source: str = ""  # the recipe it comes from
    part: str = ""
    serves: tuple[str, ...] = ()  # words of the goal that asked for it


def fill(text: str, match: Match, tests: str | None = None) -> str:
    """Return a recipe's text with the goal's object in it."""
    filled = text.replace("{object}", match.the).replace("{obj}", match.subject).replace("{do}", match.do)
    return filled.replace("{tests}", tests or "the tests")


def applies(when: Sequence[str], spoken: str) -> bool:
    """Say whether a goal asks for something that only some need."""
    return not when or any(word.casefold() in spoken for word in when)
