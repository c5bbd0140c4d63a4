"""Risk: what may go wrong, what is done about it, and the way back where it hurts."""

from typing import Any

import msgspec

from milestone.agents.planners.brief import Brief, Finding, fill

NAME = "risk"
MOST = 5
IMPACTS = {"low": 1, "medium": 2, "high": 3, "critical": 4}


class Risks(msgspec.Struct, frozen=True, kw_only=True):
    """Risks with their mitigation, and a way back."""

    risks: tuple[dict[str, Any], ...]
    sources: tuple[str, ...]  # the recipe of each risk
    ways_back: tuple[tuple[str, str], ...]  # recipe and the way back it knows
    findings: tuple[Finding, ...]


def risk(brief: Brief) -> Risks:
    """Return the recipes' risks, the highest score first, each with its answer and an owner where one is known."""
    known = [(r, m) for m in brief.matches for r in m.recipe.risks]
    ranked = sorted(known, key=lambda item: -item[0].p * IMPACTS.get(item[0].impact, 2))[:MOST]
    listed = [
        {
            "id": f"risk-{number}",
            "description": fill(danger.text, match),
            "probability": danger.p,
            "impact": danger.impact,
            "mitigation": danger.answer,
            "owner": brief.options.owner,
            "status": "open",
        }
        for number, (danger, match) in enumerate(ranked, 1)
    ]
    return Risks(
        risks=tuple({k: v for k, v in one.items() if v is not None} for one in listed),
        sources=tuple(match.recipe.name for _, match in ranked),
        ways_back=_ways_back(brief),
        findings=tuple(_findings(brief, listed)),
    )


def _ways_back(brief: Brief) -> tuple[tuple[str, str], ...]:
    """Return the ways back, those of critical work first."""
    known = [m for m in brief.matches if m.recipe.rollback]
    ordered = sorted(known, key=lambda m: not m.recipe.critical)
    return tuple((m.recipe.name, fill(m.recipe.rollback, m)) for m in ordered)


def _findings(brief: Brief, listed: list[dict[str, Any]]) -> list[Finding]:
    found = [
        Finding(
            analysis=NAME,
            text=f"{one['description']} ({one['impact']}, {one['probability']:.0%})",
            why=f"answer: {one['mitigation']}",
        )
        for one in listed
    ]
    if any(m.recipe.critical for m in brief.matches):
        found.append(
            Finding(
                analysis=NAME,
                text="A mistake here hurts beyond the work itself",
                why="so the plan keeps a way back",
            )
        )
    return found
