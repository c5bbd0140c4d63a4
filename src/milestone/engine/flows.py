"""How a run goes: which steps follow each other. Replayed by the engine, so nothing here looks at the world."""

from typing import Any

from milestone.engine.port import Durable, Work

STEPS = ("begin", "prepare", "work", "verify", "finish")


def run_session(durable: Durable, work: Work, session: str, run: int) -> str:
    """Return how a session ended: it starts what the store calls ready until nothing is left to start."""
    asked = 0
    while True:
        asked += 1
        answer = durable.step(f"moves-{asked}", work.moves, session, run)
        for move in answer["start"]:
            durable.spawn(session, run, move)
        if answer["over"]:
            return durable.step("close", work.close, session, run, answer["over"])


def run_task(durable: Durable, work: Work, session: str, move: dict[str, Any]) -> str:
    """Return how one attempt of a task ended. Steps follow while each says `go`."""
    task, attempt = move["task"], move["attempt"]
    if not work.claim(session, task):
        return "in other hands"  # the same attempt was taken up twice: recovered by the engine, and asked for anew
    try:
        answer = "go"
        for step in STEPS:
            answer = durable.step(step, getattr(work, step), session, task, attempt)
            if answer != "go":
                break
        return answer
    except Exception as fault:  # a fault of ours must not leave the run waiting for this task
        return durable.step("gave_up", work.gave_up, session, task, attempt, f"{type(fault).__name__}: {fault}")
    finally:
        work.left(session, task)
