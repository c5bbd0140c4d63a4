"""Find the object of a sentence in a script without spaces: its verb is a prefix, or follows the object."""

import re

import msgspec

from milestone.agents.planners import data

SOFT_CUT = re.compile(r"[,;:()\[\]|，、；：（）。.!?！？؟।…\"“”«»]|\s[-–—]+\s|\s[-–—]{2,}")
UNSPACED_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
JAPANESE_OBJECT = re.compile(r"^(?P<object>.+?)を(?P<rest>.+)$")
CHINESE_MOVED = re.compile(r"^(?:将|把)(?P<object>.+?)(?:从|迁移|迁|转移|改|替换|搬|升级|优化|部署)")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The object of a sentence and how it stands there."""

    object: str
    deed: str
    verb: str = ""
    lead: str = ""  # words before the verb: "We want to "
    article: bool = False


def read_unspaced(sentence: str) -> Found:
    """Return what a sentence in Chinese, Japanese or Thai is about."""
    text = sentence.strip()
    lead = next(
        (p for p in sorted(data.goal_words()["lead_prefixes"], key=len, reverse=True) if text.startswith(p)), ""
    )
    text = text[len(lead) :]
    found = _japanese(text) or _moved(text) or _prefixed(text) or _suffixed(text)
    subject = _clause(found.object if found else text)
    return Found(object=subject, deed=found.deed if found else "make", verb=found.verb if found else "", lead=lead)


def _clause(text: str) -> str:
    clause = SOFT_CUT.split(text.strip(), maxsplit=1)[0].strip()
    return re.sub(r"^(?:一个|一套|一份|一場|一场|新的|我们的|我的|个)", "", clause) or text.strip()


def _deed_in(text: str, table: str) -> tuple[str, str] | None:
    found = [(v, deed) for deed, listed in data.goal_words()[table].items() for v in listed if v in text]
    return max(found, key=lambda item: len(item[0])) if found else None


def _japanese(text: str) -> Found | None:
    match = JAPANESE_OBJECT.match(text)
    if match is None:
        return None
    verb = _deed_in(match["rest"], "suffixes")
    return Found(object=match["object"], deed=verb[1] if verb else "make", verb=verb[0] if verb else match["rest"])


def _moved(text: str) -> Found | None:
    match = CHINESE_MOVED.match(text)
    verb = _deed_in(text, "prefixes") if match else None
    return (
        Found(object=match["object"], deed=verb[1] if verb else "move", verb=verb[0] if verb else "")
        if match
        else None
    )


def _prefixed(text: str) -> Found | None:
    listed = [(v, deed) for deed, vs in data.goal_words()["prefixes"].items() for v in vs]
    for verb, deed in sorted(listed, key=lambda item: -len(item[0])):
        if text.startswith(verb) and len(text) > len(verb):
            return Found(object=text[len(verb) :], deed=deed, verb=verb)
    for verb, deed in sorted(listed, key=lambda item: -len(item[0])):
        context = re.match(rf"^(?:为|给|在|对).{{1,16}}?{re.escape(verb)}(?P<object>.+)$", text)
        if context:
            return Found(object=context["object"], deed=deed, verb=verb)
    return None


def _suffixed(text: str) -> Found | None:
    listed = [
        (v, deed)
        for table in ("suffixes", "prefixes")
        for deed, vs in data.goal_words()[table].items()
        for v in vs
    ]
    for verb, deed in sorted(listed, key=lambda item: -len(item[0])):
        for tail in ("する", "したい", "します", ""):
            ending = verb + tail
            if text.endswith(ending) and len(text) > len(ending) + 1:
                return Found(object=text[: -len(ending)].rstrip("のをがに"), deed=deed, verb=verb)
    return None
