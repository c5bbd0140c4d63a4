"""Quality: what a reviewer would send a draft back for, once."""

from collections.abc import Sequence

import msgspec

from milestone.agents.planners.analyses.risk import Risks
from milestone.agents.planners.analyses.tracking import Tracked, is_measurable
from milestone.agents.planners.brief import Brief, Finding, Planned

NAME = "quality"


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a draft, and which of it a second try can mend."""

    findings: tuple[Finding, ...]
    name_object: bool = False
    name_places: bool = False

    @property
    def sends_back(self) -> bool:
        """Whether a second try is worth it."""
        return self.name_object or self.name_places


def judge(brief: Brief, tasks: Sequence[Planned], tracked: Tracked, risks: Risks) -> Judged:
    """Return what a reviewer finds in a draft."""
    named = sum(brief.goal.object in t.title for t in tasks)
    placed = sum(bool(t.files or t.verify) for t in tasks)
    measurable = sum(is_measurable(c) for c in tracked.criteria)
    few_named = named * 2 < len(tasks)
    few_placed = brief.survey.has_code and placed * 3 < len(tasks)
    found = [
        _count(named, len(tasks), "task titles name the object", few_named, "half of them must"),
        _count(
            sum(bool(t.outcome) for t in tasks),
            len(tasks),
            "tasks leave an outcome",
            False,
            "so that done can be seen",
        ),
        _count(
            measurable, len(tracked.criteria), "criteria are a command or a number", not measurable, "one must be"
        ),
        _count(
            sum("mitigation" in r for r in risks.risks),
            len(risks.risks),
            "risks have an answer",
            not risks.risks,
            "",
        ),
    ]
    if brief.survey.has_code:
        found.append(
            _count(placed, len(tasks), "tasks name a real file or the test command", few_placed, "a third must")
        )
    if any(m.recipe.critical for m in brief.matches):
        found.append(
            _count(
                int(bool(risks.ways_back)),
                1,
                "way back is written down",
                not risks.ways_back,
                "the work is critical",
            )
        )
    return Judged(findings=tuple(found), name_object=few_named, name_places=few_placed)


def _count(right: int, every: int, what: str, is_bad: bool, why: str) -> Finding:
    return Finding(
        analysis=NAME,
        severity="warning" if is_bad else "note",
        code="sent_back" if is_bad else "note",
        text=f"{right} of {every} {what}",
        why=why,
    )
