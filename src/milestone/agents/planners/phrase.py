"""Find the object and the parts inside one sentence that has spaces between its words."""

import re
from functools import cache

import msgspec

from milestone.agents.planners import data, words
from milestone.agents.planners.unspaced import SOFT_CUT, Found, read_unspaced

LONGEST = 6  # words of an object
KOREAN_OBJECT = re.compile(r"^(?P<object>.+?)(?:을|를)\s+(?P<rest>.+)$")
JOIN = re.compile(
    r"\s*[,，、;；]\s*(?:and\s+|und\s+|et\s+|y\s+|e\s+|и\s+)?|\s+(?:and|und|et|y|e|и|та|en|och|og|i|a|ve|ja|και|và|dan|na|및|&|\+|plus)\s+"
    r"|(?<=\w)(?:和|以及|与|と)(?=\w)",
    re.I,
)
TELLING = re.compile(
    r"^(?P<verb>(?:remind|notify|inform|warn|alert)\s+(?:[\w'’]+\s+){1,3}?(?:of|about|when|before|after|if|once|that))\s+(?P<rest>.+)$",
    re.I,
)
WITH = re.compile(
    r"(?<!\w)(?:with|including|plus|that has|such as|mit|inklusive|avec|y compris|con|incluyendo|com|met|med"
    r"|z|с|со|з|ile|với|dengan)\s+(.+)$",
    re.I,
)


@cache
def verbs() -> dict[str, str]:
    """Return folded verb -> deed; where two deeds claim a word the first table wins."""
    table: dict[str, str] = dict(english_verbs())
    for deed, text in data.goal_words()["deeds"].items():
        for verb in words.fold(text).split():
            table.setdefault(verb, deed)
    return table


@cache
def english_verbs() -> dict[str, str]:
    """Return the English ones among the verbs."""
    return {verb: deed for deed, text in data.goal_words()["english"].items() for verb in text.split()}


@cache
def word_set(name: str) -> frozenset[str]:
    """Return one of the word lists, folded."""
    return frozenset(words.fold(data.goal_words()[name]).split())


@cache
def lead_pattern() -> re.Pattern[str]:
    """Return the pattern of what stands before the verb."""
    return re.compile(r"^(?:(?:" + "|".join(data.goal_words()["lead_ins"]) + r")(?!\w)[\s,:]*)+", re.I)


def find_object(sentence: str) -> Found:
    """Return what the sentence is about, verbatim; the whole of it where no verb is known."""
    lead = match[0] if (match := lead_pattern().match(sentence)) else ""
    rest = sentence[len(lead) :]
    if not words.WORD.search(rest):
        lead, rest = "", sentence
    found = read_unspaced(rest) if words.is_unspaced(rest) else _spaced(rest)
    return msgspec.structs.replace(found, lead=lead + found.lead, deed=_deed_of(found))


@cache
def nouns() -> dict[str, str]:
    """Return noun -> the deed it calls for whatever general verb stands before it: a wedding is organised."""
    table = data.goal_words()["nouns"]
    return {noun: deed for deed, text in table.items() for noun in words.fold(text).split()}


def _deed_of(found: Found) -> str:
    """Return the deed that the object calls for where the verb says nothing in particular."""
    if found.deed not in ("make", "organise", "learn") or words.fold(found.verb).split(" ")[0] in word_set(
        "particular"
    ):
        return found.deed
    spoken = words.tokens(found.object)
    return next((nouns()[word] for word in (*reversed(spoken[:4]), found.object) if word in nouns()), found.deed)


def find_parts(sentence: str, subject: str) -> tuple[str, ...]:
    """Return what the sentence names besides its object: what follows "with", and the rest of an enumeration."""
    tail = sentence.split(subject, 1)[-1]
    match = WITH.search(tail)
    listed = match[1] if match else tail if JOIN.match(tail) else ""
    pieces = (_trim_piece(piece) for piece in JOIN.split(listed) if piece)
    return tuple(p for p in pieces if p and words.WORD.search(p))[:6]


def sentence_case(text: str) -> str:
    """Return the text with its first letter raised, unless its first word carries capitals already."""
    first = text.split(" ", 1)[0]
    return text if any(c.isupper() for c in first[1:]) else text[:1].upper() + text[1:]


def _trim_piece(piece: str) -> str:
    cut = SOFT_CUT.split(piece, maxsplit=1)[0].split()
    while cut and words.fold(cut[0]) in word_set("articles"):
        cut.pop(0)
    kept = _until_boundary(cut)
    if len(kept) > 1 and words.fold(kept[-1]) in verbs() and words.fold(kept[-1]) not in english_verbs():
        kept = kept[:-1]
    return " ".join(kept[:LONGEST])


def _until_boundary(listed: list[str]) -> list[str]:
    ends = [i for i, word in enumerate(listed) if i and words.fold(word) in word_set("boundaries")]
    return listed[: ends[0]] if ends else listed


def _spaced(sentence: str) -> Found:
    told = TELLING.match(sentence)
    if told:
        rest, had_article = _drop_articles(told["rest"].split())
        return Found(object=_cut(rest), deed="make", verb=told["verb"].strip(), article=had_article)
    korean = KOREAN_OBJECT.match(sentence)
    if korean:
        return Found(
            object=_cut(korean["object"].split()),
            deed=_korean_deed(korean["rest"]),
            verb=korean["rest"].split()[-1],
        )
    listed = sentence.split()
    deed, count, sure = _leading_verb(sentence, listed)
    if count and len(listed) > count:
        return _after_verb(listed, deed, count, sure)
    return _before_verb(listed)


def _leading_verb(sentence: str, listed: list[str]) -> tuple[str, int, bool]:
    """Return the deed, how many words say it, and whether the verb is known; no words when none leads."""
    lower = words.fold(sentence)
    for deed, phrases in data.goal_words()["phrases"].items():
        for phrase in sorted(phrases, key=len, reverse=True):
            if lower.startswith(words.fold(phrase) + " "):
                return deed, len(phrase.split()), True
    first = words.fold(listed[0].strip(",:"))
    if first in verbs():
        return verbs()[first], _joined_verbs(listed), True
    if len(listed) > 2 and words.fold(listed[1]) in word_set("articles") and first not in word_set("articles"):
        return "make", 1, False  # "Knit a sweater": an unknown word before an article is the verb
    return "make", 0, False


def _joined_verbs(listed: list[str]) -> int:
    """Count leading verbs: "Design and build a kite" has three words of them."""
    folded = [words.fold(word.strip(",")) for word in listed]
    if len(folded) > 3 and folded[1] in {"and", "und", "et", "y", "e", "и"} and folded[2] in verbs():
        return 3
    return 1


def _after_verb(listed: list[str], deed: str, count: int, sure: bool) -> Found:
    rest = listed[count:]
    if sure and len(rest) > 1 and words.fold(rest[0]) in word_set("particles"):
        rest = rest[1:]
    if len(rest) > 1 and words.fold(rest[0]) in word_set("boundaries") | word_set("openers"):
        rest = rest[1:]
    rest, had_article = _drop_articles(rest)
    if rest and words.fold(rest[-1]) in verbs() and len(rest) > 2 and not words.is_english(" ".join(listed)):
        rest = rest[:-1]
    subject = _cut(rest) if rest else " ".join(listed)
    english = words.is_english(subject) and (not sure or words.fold(listed[0]) in english_verbs() or count > 1)
    subject, quality = _without_quality(subject, listed[0])
    if quality:
        deed, listed = "improve", [f"{listed[0]} {quality}"]
        count = 1
    article = english and (had_article or subject[:1].islower()) and words.fold(subject) not in word_set("bare")
    return Found(object=subject, deed=deed, verb=" ".join(listed[:count]), article=article)


def _without_quality(subject: str, verb: str) -> tuple[str, str]:
    """Return "website" and "faster" for "make the website faster"; the object alone for anything else."""
    head, _, last = subject.rpartition(" ")
    is_quality = words.fold(verb) in ("make", "keep") and head and words.fold(last) in word_set("qualities")
    return (head, last) if is_quality else (subject, "")


def _drop_articles(listed: list[str]) -> tuple[list[str], bool]:
    kept = list(listed)
    while len(kept) > 1 and words.fold(kept[0]) in word_set("articles"):
        kept.pop(0)
    if kept and (match := re.match(r"(?:l|d)['’](.+)", kept[0], re.I)):
        kept[0] = match[1]
    return kept, len(kept) < len(listed)


def _before_verb(listed: list[str]) -> Found:
    """Read a sentence whose verb stands last (German, Turkish, Hindi, Korean) or is missing."""
    listed = _after_purpose(_first_clause(listed))
    last = words.fold(listed[-1].strip(".!。।,;:"))
    kept, had_article = _drop_articles(listed)
    if len(listed) > 1 and last in verbs() and last not in english_verbs():
        return Found(object=_cut(kept[:-1]), deed=verbs()[last], verb=listed[-1])
    if len(listed) > 1 and _bare_verb(last):
        return Found(object=_cut(kept[:-1]), deed=verbs()[_bare_verb(last)], verb=listed[-1])
    subject = _cut(kept)
    return Found(object=subject, deed="make", article=had_article or _is_title_case(subject.split()))


def _is_title_case(listed: list[str]) -> bool:
    """Say whether an English phrase names a thing: "User Dashboard", "dark mode", and not "Notify users"."""
    english = words.is_english(" ".join(listed)) and len(listed) > 1
    return english and (listed[0][:1].islower() or all(word[:1].isupper() for word in listed))


def _first_clause(listed: list[str]) -> list[str]:
    """Return the words up to the first comma: "ein Fest organisieren, das …" ends with its verb there."""
    ends = [n for n, word in enumerate(listed) if n and word.endswith((",", ";", ":")) and n + 1 < len(listed)]
    return listed[: ends[0] + 1] if ends else listed


def _after_purpose(listed: list[str]) -> list[str]:
    """Return what follows "for …" where that stands first: गाँव के लिए पुस्तकालय बनाना, okul için kütüphane kur."""
    ends = [n for n, word in enumerate(listed) if word in ("लिए", "için") and n + 2 < len(listed)]
    return listed[ends[-1] + 1 :] if ends else listed


def _bare_verb(word: str) -> str:
    """Return the known verb inside an inflected last word (구현하기, oluşturun); empty without one."""
    for ending in ("하기", "하세요", "해줘", "합니다", "하다", "기", "un", "un.", "in", "ın"):
        bare = word.removesuffix(ending)
        if bare != word and bare in verbs():
            return bare
    return ""


def _korean_deed(rest: str) -> str:
    for word in rest.split():
        for verb, deed in verbs().items():
            if len(verb) > 1 and word.startswith(verb):
                return deed
    return "make"


def _cut(listed: list[str]) -> str:
    """Return the words up to where the object ends; a hollow head ("support for X") gives X."""
    kept: list[str] = []
    for index, word in enumerate(listed):
        if index and words.fold(word) in word_set("boundaries") and not _goes_on(kept, word):
            break
        if index and words.fold(word) in {
            "and",
            "or",
            "&",
            "und",
            "oder",
            "et",
            "ou",
            "y",
            "и",
            "или",
            "e",
            "och",
            "og",
            "en",
            "ve",
        }:
            break
        cut = SOFT_CUT.search(word + " ")
        if cut and cut.start() < len(word) and not re.search(r"\w[.:]\w", word):
            kept.append(word[: cut.start()])
            break
        kept.append(word)
    return _hollow(listed, [k for k in kept if k])


def before_boundary(subject: str) -> str:
    """Return the head of an object: "CLI tool" of "CLI tool for backups"."""
    return " ".join(_until_boundary(subject.split()))


def _goes_on(kept: list[str], word: str) -> bool:
    """Say whether the object goes on behind a boundary: a course on bees, an app to track plants."""
    if words.fold(kept[-1]) in word_set("generic") and len(kept) <= 2:
        return words.fold(word) in word_set("follow_generic")
    return bool(kept) and _is_topic(kept[-1], word)


def _is_topic(noun: str, word: str) -> bool:
    """Say whether "on …" belongs to its noun: a thesis on bridges, a course on first aid."""
    return words.fold(word) in word_set("topic_words") and words.fold(noun) in word_set("topical") | set(nouns())


def _hollow(listed: list[str], kept: list[str]) -> str:
    head = words.fold(kept[-1]) if kept else ""
    rest = listed[len(kept) + 1 :]
    if (not kept or (head in word_set("hollow") and len(kept) == 1)) and rest:
        return _cut(_drop_articles(rest)[0])
    if len(kept) > 2 and words.fold(kept[0]) in word_set("hollow") and words.fold(kept[1]) in word_set("of_words"):
        kept = _drop_articles(kept[2:])[0]
    while len(kept) > LONGEST:
        kept = kept[:LONGEST]
    while len(kept) > 1 and words.fold(kept[-1]) in word_set("of_words") | word_set("articles"):
        kept = kept[:-1]
    return " ".join(kept).strip(" '’\"“”«».,;:!?") or " ".join(listed)
