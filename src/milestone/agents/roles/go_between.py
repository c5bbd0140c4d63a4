"""The go-between: what a running agent asks of a person, and what limits it met, in words."""

from milestone.agents.roles.base import NOTHING, Reaction, Said, View, spent
from milestone.domain import asks


class GoBetween:
    """Tells people what an agent asks and how to answer; and when budgets and executors run out."""

    name = "go-between"
    purpose = "passes on what agents ask of people, and what they may not spend"
    hears = frozenset(
        {
            *("question.asked", "question.answered", "budget.warned", "budget.exceeded"),
            *("breaker.opened", "breaker.closed"),
        }
    )

    def react(self, view: View) -> Reaction:
        data = view.event.data
        if view.event.document != "session":
            return NOTHING
        match view.event.kind:
            case "question.asked":
                lines = self._asked(view)
            case "question.answered":
                lines = (Said(f"✓ {view.short} is answered: ", str(data.get("answer"))),)
            case "budget.warned":
                lines = (Said("▲ A budget is nearly used: ", str(data.get("reason")), "."),)
            case "budget.exceeded":
                lines = (Said("■ A budget is used up: ", str(data.get("reason")), "."),)
            case "breaker.opened":
                pause = spent(float(data.get("seconds") or 0))
                lines = (
                    Said(f"■ {data.get('executor')} fails again and again; its tasks wait {pause}."),
                    Said("  why: ", str(data.get("reason") or "")),
                )
            case _:
                lines = (Said(f"✓ {data.get('executor')} works again."),)
        return Reaction(lines=lines)

    def _asked(self, view: View) -> tuple[Said, ...]:
        question = view.event.data.get("question") or {}
        options = [str(each) for each in question.get("options") or []]
        noun = "asks for permission: " if question.get("kind") == asks.PERMISSION else "asks: "
        place = f"{view.session.body['id']}/{question.get('id')}"
        return (
            Said(f"? {view.short} {noun}", str(question.get("text") or "")),
            *((Said(f"  {', '.join(options)}"),) if options else ()),
            Said(f"  next: milestone answer {place} {options[0] if options else '...'}"),
        )
