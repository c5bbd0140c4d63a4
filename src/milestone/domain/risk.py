"""The risk matrix: score = probability × impact, and its bands (R-PLAN-6)."""

import re
from collections.abc import Mapping
from typing import Any

PROBABILITY = {"low": 0.1, "medium": 0.3, "high": 0.6, "very low": 0.05, "very high": 0.8, "critical": 0.8}
IMPACT = {"low": 1, "medium": 2, "high": 3, "critical": 4}
_TEXT = r"(?P<what>.+?)\s+risks?\s*:\s*(?P<band>low|medium|high|critical)\b\s*(?:\((?P<why>.*)\))?"


def probability(value: Any) -> float | None:
    """Return a probability as 0–1: a number, a percentage (`30%`, 30) or a word; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip().lower()
    if text in PROBABILITY:
        return PROBABILITY[text]
    try:
        found = float(text.rstrip("%").strip())
    except ValueError:
        return None
    found = found / 100 if "%" in text or found > 1 else found
    return found if 0 <= found <= 1 else None


def impact(value: Any) -> int | None:
    """Return an impact as 1–4: a number or a word; None for anything else."""
    text = str(value).strip().lower() if value is not None else ""
    if text in IMPACT:
        return IMPACT[text]
    return int(text) if text in ("1", "2", "3", "4") else None


def score(risk: Mapping[str, Any]) -> float | None:
    """Return probability × impact; None when either is missing."""
    chance, weight = probability(risk.get("probability")), impact(risk.get("impact"))
    return None if chance is None or weight is None else round(chance * weight, 4)


def band(risk: Mapping[str, Any]) -> str:
    """Return high (score ≥ 0.8), medium (≥ 0.3), low, or unknown; a stated impact alone stands for the band."""
    found = score(risk)
    if found is None:
        known = impact(risk.get("impact") or risk.get("level"))
        return "unknown" if known is None else ("low", "medium", "high", "high")[known - 1]
    return "high" if found >= 0.8 else "medium" if found >= 0.3 else "low"


def parse(text: str) -> dict[str, str] | None:
    """Return the risk of `X risk: Medium (why)`; None for another text."""
    match = re.fullmatch(_TEXT, text.strip(), re.IGNORECASE)
    if not match:
        return None
    word = match["band"].lower()
    found = {"description": f"{match['what']} risk", "probability": word, "impact": word}
    return {**found, "description": f"{found['description']}: {match['why']}"} if match["why"] else found


def is_open(risk: Mapping[str, Any]) -> bool:
    """Tell whether a risk still counts."""
    return str(risk.get("status") or "open").lower() not in ("closed", "resolved", "done", "accepted_closed")


def alerts(risk: Mapping[str, Any], *, on_critical_path: bool = False) -> list[str]:
    """Return why an open risk needs attention: high without mitigation or owner, or high on the critical path.

    Takes a risk of a record, and one of a summary row, whose band is known already.
    """
    if not is_open(risk) or (risk.get("band") if "score" in risk else band(risk)) != "high":
        return []
    found = [f"no {what}" for what in ("mitigation", "owner") if not risk.get(what)]
    return found + (["on the critical path"] if on_critical_path else [])


def of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the risks of a milestone as maps; a bare text is parsed, else it is the description."""
    found = body.get("risks")
    items = found if isinstance(found, list) else []
    return [
        item if isinstance(item, dict) else {**(parse(str(item)) or {"description": str(item)})}
        for item in items
        if item
    ]
