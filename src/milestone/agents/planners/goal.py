"""Read a goal, in any language: what it is about, what is to be done to it, and which parts it names."""

import re
from functools import cache

import msgspec

from milestone.agents.planners import data, words
from milestone.agents.planners.phrase import find_object, find_parts, sentence_case, verbs, word_set

TITLE_WIDTH = 72
CAUSATIVES = ("let ", "allow ", "help ", "enable ")
PAGE = 280  # characters from which a goal counts as a page: its headline has to be found first
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)|(?<=[。！？؟।])\s*|\n+")
BULLET = re.compile(r"^\s*(?:[-*+•–]|\d{1,2}[.)])\s+(.+)$")
MARKUP = re.compile(
    r"^\s*(?:#{1,6}\s+|>\s*|\*\*)|\*\*|`|^(?:goal|title|ziel|objectif|objetivo|цель|目标|目標)\s*[::]\s*", re.I
)
MEASURE = re.compile(
    r"(?:[<>≤≥]\s*)?\d[\d.,\u202f ]*\s?(?:%|ms|s\b|sec|min|hours?|h\b|days?|weeks?|users?|people|requests?|pages?"
    r"|GB|MB|€|\$|percent|Prozent|Sekunden|Personen|Nutzer|personnes|personas|человек|секунд|процент|人|秒|分|명|초)",
    re.I,
)


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """What a person wants, as far as its words say."""

    text: str  # as typed, cleaned
    title: str  # one line that contains the object
    object: str  # what it is about, verbatim
    deed: str  # what is done to it: make, organise, write, decide …; `goal_words.yaml` has them
    verb: str = ""  # the word that said so; empty when none was found
    article: bool = False  # the object reads well after "the"
    parts: tuple[str, ...] = ()  # what the goal names besides its object: "with A, B and C", list items
    measures: tuple[str, ...] = ()  # its sentences that carry a number
    limits: tuple[str, ...] = ()  # list items that forbid or bound something
    size: int = 2  # 1 small, 2 usual, 3 large: by its own words
    is_page: bool = False

    @property
    def the(self) -> str:
        """The object as it reads inside an English sentence."""
        return f"the {self.object}" if self.article else self.object

    @property
    def words(self) -> frozenset[str]:
        """Every word of the goal, folded."""
        return frozenset(words.tokens(self.text))


def read_goal(text: str) -> Goal:
    """Return what the goal says; the same words always read the same.

    Raises:
        ValueError: there is no word in it.
    """
    text = words.clean(text).strip()
    if not words.WORD.search(text):
        raise ValueError("the goal has no words")
    is_page = len(text) > PAGE or text.count("\n") > 2
    headline = find_headline(text) if is_page else " ".join(text.split())
    found = find_object(headline)
    parts = find_parts(headline, found.object) + (find_bullets(text) if is_page else ())
    return Goal(
        text=text,
        title=make_title(headline, found.lead, found.object, found.verb),
        object=found.object,
        deed=found.deed,
        verb=found.verb,
        article=found.article,
        parts=tuple(dict.fromkeys(p for p in parts if words.fold(p) != words.fold(found.object)))[:8],
        measures=find_measures(text),
        limits=tuple(item.rstrip(".") for item in list_items(text) if is_limit(item))[:6],
        size=size_of(headline),
        is_page=is_page,
    )


def find_headline(text: str) -> str:
    """Return the line or sentence of a page that states the intention, else its first."""
    sentences = [" ".join(MARKUP.sub("", s).split()) for s in SENTENCE.split(text) if words.WORD.search(s)]
    first = text.split("\n")[0].rstrip()
    if MARKUP.match(text) or (len(first) <= TITLE_WIDTH and not first.endswith((".", "!", "?", "。", ",", ":"))):
        return sentences[0]
    return next((s for s in sentences if states_intention(s)), sentences[0])


def states_intention(sentence: str) -> bool:
    """Say whether a sentence tells what is wanted: "we want to …", or an order such as "Build a …"."""
    first, _, rest = sentence.partition(" ")
    if words.fold(first) in verbs() and words.fold(rest.split(" ", 1)[0]) in word_set("articles"):
        return True
    return bool(intention().search(sentence)) or any(p in sentence for p in data.goal_words()["lead_prefixes"])


@cache
def intention() -> re.Pattern[str]:
    """Return the pattern of the words that come before a wish, anywhere in a sentence."""
    return re.compile(r"(?<!\w)(?:" + "|".join(data.goal_words()["lead_ins"]) + r")(?!\w)", re.I)


def find_bullets(text: str) -> tuple[str, ...]:
    """Return the list items of a page that name something, cut to their first clause, to stand in a sentence."""
    cut = (
        re.split(r"[.:;](?=\s|$)|[(。：；（]| - | – ", item, maxsplit=1)[0]
        for item in list_items(text)
        if not is_limit(item)
    )
    plain = (" ".join(c.replace("**", "").replace("`", "").split()) for c in cut)
    return tuple(without_article(c) for c in plain if 2 < len(c) <= 64)


def list_items(text: str) -> list[str]:
    """Return the list items of a page, whole."""
    return [match[1].strip() for line in text.split("\n") if (match := BULLET.match(line))]


def is_limit(item: str) -> bool:
    """Say whether a list item sets a limit ("nothing may …", "within 5 minutes") instead of naming a part."""
    return bool(set(words.tokens(item)) & word_set("limits"))


def without_article(phrase: str) -> str:
    """Return a phrase without its first article, its first letter small unless it begins a name."""
    first, _, rest = phrase.partition(" ")
    if rest and words.fold(first) in word_set("articles"):
        return rest
    return (
        phrase
        if any(c.isupper() for c in phrase[1:]) or not words.is_english(phrase)
        else phrase[:1].lower() + phrase[1:]
    )


def find_measures(text: str) -> tuple[str, ...]:
    """Return the sentences with a number and its unit: the goal's own success criteria."""
    sentences = (" ".join(MARKUP.sub("", s).strip(" -*•").split()) for s in SENTENCE.split(text))
    return tuple(dict.fromkeys(s.rstrip(".") for s in sentences if MEASURE.search(s) and len(s) <= 200))[:4]


def make_title(headline: str, lead: str, subject: str, verb: str) -> str:
    """Return one line of at most 72 characters that holds the object: the headline where it fits."""
    if lead.casefold().startswith(CAUSATIVES):
        lead = ""  # "Let customers …" says what is wanted; only "We want to …" goes without saying
    plain = (
        headline[len(lead) :].strip().rstrip(".。!！;:,") if headline.startswith(lead) else headline.rstrip(".。")
    )
    if subject not in plain or len(plain) > TITLE_WIDTH:
        plain = shorten(plain, subject, verb)
    return plain if plain.startswith(subject) else sentence_case(plain)  # the object stays verbatim


def shorten(plain: str, subject: str, verb: str) -> str:
    """Return the headline's beginning if the object survives there, else verb and object."""
    cut = plain[: TITLE_WIDTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") if " " in plain[:TITLE_WIDTH] else plain[:71]
    clause = re.split(r"[,;:(，；：（]|\s[-–—]\s", plain, maxsplit=1)[0].strip()
    core = re.split(
        r"\s(?:with|including|so that|such that|in which|which|that|before|until|mit|avec|con|com|для|с|чтобы)\s",
        clause,
        maxsplit=1,
    )[0]
    for candidate in (clause, core, cut + "…"):
        if subject in candidate and len(candidate) <= TITLE_WIDTH:
            return candidate
    return f"{verb} {subject}".strip()


def size_of(headline: str) -> int:
    """Return 3 for words like platform or architecture, 1 for small or quick, else 2."""
    found = set(words.tokens(headline))
    table = data.goal_words()
    if found & set(words.fold(table["large"]).split()) or any(
        w in headline for w in ("平台", "架构", "プラットフォーム")
    ):
        return 3
    return 1 if found & set(words.fold(table["small"]).split()) else 2
