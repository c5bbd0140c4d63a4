"""Words of any language: cut texts into them, and know which scripts write none."""

import re
import unicodedata
from collections.abc import Iterable

WORD = re.compile(r"[^\W_]+(?:[’'\-.][^\W_]+)*", re.UNICODE)
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
COMBINING = re.compile(r"[\u0300-\u036f]")


def clean(text: str) -> str:
    """Return the text in one Unicode form, without control characters, keeping line breaks."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return "".join(
        c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")
    )


def is_unspaced(text: str) -> bool:
    """Say whether the text is mostly in a script that puts no spaces between words (Chinese, Japanese, Thai …)."""
    return len(UNSPACED.findall(text)) > 2 * len(re.findall(r"[A-Za-z]+", text))


def is_english(text: str) -> bool:
    """Say whether the text could be English by its letters alone."""
    return not any(ord(c) > 127 and c.isalpha() for c in text)


def fold(text: str) -> str:
    """Return the text for comparing: case and Latin accents removed."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return unicodedata.normalize("NFC", COMBINING.sub("", decomposed))


def tokens(text: str) -> list[str]:
    """Return the words of a text, folded."""
    return [fold(match) for match in WORD.findall(text)]


def name_tokens(name: str) -> list[str]:
    """Return the words inside an identifier or a path: `LoginForm_v2` gives login, form, v2."""
    return [
        fold(part) for word in re.split(r"[^0-9A-Za-z\u0080-\uffff]+", name) for part in CAMEL.split(word) if part
    ]


def stem(word: str) -> str:
    """Return an English word without its commonest endings, so `payments` meets `payment`."""
    for ending, rest in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 4 and not word.endswith("ss"):
            return word[: -len(ending)] + rest
    return word


def stems(words: Iterable[str]) -> frozenset[str]:
    """Return the stems of words."""
    return frozenset(stem(word) for word in words)
