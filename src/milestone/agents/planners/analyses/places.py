"""Which files of the repository a task is about."""

from milestone.agents.planners import words
from milestone.agents.planners.brief import Brief
from milestone.agents.planners.phrase import word_set
from milestone.agents.planners.recipe import Step
from milestone.agents.planners.survey import SourceFile

MOST = 3
VAGUE = frozenset(
    {"main", "src", "core", "lib", "view", "page", "app", "index", "test", "config", "data", "user", "new"}
)
WRITTEN = frozenset({"decide", "design", "document", "people"})


def files_for(brief: Brief, step: Step) -> tuple[str, ...]:
    """Return up to three real files that the goal's and the task's words lead to."""
    if step.kind in WRITTEN and not (step.kind == "document" and step.files):
        return _page(brief, step) if brief.name_places else ()
    wanted = words.stems(w for text in step.files for w in words.tokens(text))
    spoken = goal_words(brief)
    looked_at = brief.survey.files if brief.is_code else ()
    scored = [(_score(file, wanted, spoken, step.kind), file) for file in looked_at]
    best = sorted(
        (item for item in scored if item[0] >= 3), key=lambda item: (-item[0], len(item[1].path), item[1].path)
    )
    found = tuple(file.path for _, file in best[:MOST])
    return found or (_page(brief, step) if step.kind == "document" or _is_part(brief, step) else ())


def goal_words(brief: Brief) -> frozenset[str]:
    """Return the goal's own words without those that every goal has."""
    common = word_set("articles") | word_set("boundaries") | word_set("particles") | word_set("hollow")
    spoken = words.tokens(f"{brief.goal.object} {' '.join(brief.goal.parts)} {brief.goal.title}")
    verb = set(words.tokens(brief.goal.verb))
    return words.stems(w for w in spoken if len(w) > 2 and w not in common and w not in verb)


def _score(file: SourceFile, wanted: frozenset[str], spoken: frozenset[str], kind: str) -> int:
    clear = wanted - VAGUE
    score = (
        4 * len(spoken & file.path_words) + 3 * len(clear & file.path_words) + 3 * len(spoken & file.symbol_words)
    )
    score += len(clear & file.symbol_words) + len(wanted & VAGUE & file.path_words)
    if kind in ("test", "reproduce"):
        return score + 2 if file.is_test and score else score - 1
    return score - 3 if file.is_test else score


def _is_part(brief: Brief, step: Step) -> bool:
    return brief.name_places and step.key.startswith("part")


def _page(brief: Brief, step: Step) -> tuple[str, ...]:
    """Return where a text about the work belongs: the README, as far as there is one."""
    return (brief.survey.readme,) if brief.survey.readme and step.outcome else ()
