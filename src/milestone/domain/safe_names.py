"""Names for folders and branches made of ids that anybody may have typed: never a way out, never an option."""

import re

from milestone import digests

_ODD_IN_FOLDERS = re.compile(r"[^\w.-]")
_LONGEST = 80


def folder_name(text: str) -> str:
    """Return an id as the name of one folder or file; an odd one is spelt otherwise, and stays one of its own."""
    kept = _ODD_IN_FOLDERS.sub("-", text).strip(".-")[:_LONGEST]
    return kept if kept and kept == text else f"{kept or 'odd'}-{_digest(text)}"


def branch_name(text: str) -> str:
    """Return an id as git takes it in the name of a branch."""
    kept = folder_name(text).replace("..", "-")
    if kept.endswith(".lock") or kept != text:
        kept = kept.removesuffix(".lock")
        return kept if kept.endswith(_digest(text)) else f"{kept}-{_digest(text)}"
    return kept


def _digest(text: str) -> str:
    return digests.sha256(text.encode(errors="surrogatepass"))[:8]
