"""A text with the markers of git's merge, taken apart into the sides it was made of."""

import msgspec


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """What each side said; `base` only where git wrote it down (diff3)."""

    ours: str
    theirs: str
    base: str | None = None


def sides(text: str) -> Sides:
    """Return the sides of a text; lines outside of markers belong to all of them."""
    found: dict[str, list[str]] = {"ours": [], "base": [], "theirs": []}
    every = ("ours", "base", "theirs")
    here: tuple[str, ...] = every
    has_base = False
    for line in text.splitlines(keepends=True):
        mark = line[:7] if line[7:8] in (" ", "\n", "\r", "") else ""
        if mark == "<<<<<<<":
            here = ("ours",)
        elif mark == "|||||||" and here == ("ours",):
            here, has_base = ("base",), True
        elif mark == "=======" and here in (("ours",), ("base",)):
            here = ("theirs",)
        elif mark == ">>>>>>>" and here == ("theirs",):
            here = every
        else:
            for side in here:
                found[side].append(line)
    ours, base, theirs = ("".join(found[side]) for side in every)
    return Sides(ours=ours, theirs=theirs, base=base if has_base else None)
