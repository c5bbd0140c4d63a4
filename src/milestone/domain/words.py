"""Single words and figures that people write, in the words and figures of the records."""

import re
from typing import Any


def _words(text: str) -> list[str]:
    return text.split()


_SEPARATORS = re.compile(r"[\s\-_./]+")
_START, _WORK, _DONE, _BLOCKED, _CANCELLED = "start", "in_progress", "completed", "blocked", "cancelled"
_STATES: dict[str, str] = {
    word: state
    for state, words in {
        # Words of other languages stand beside ours: a folder of any language opens.
        _START: "planned pending planning todo to_do not_started new open backlog queued ready draft waiting "
        "upcoming scheduled proposed offen geplant pendiente à_faire ouvert 待办 未开始 未着手 計画中 ожидает",
        _WORK: "in_progress active started doing inprogress wip ongoing working running underway current begun "
        "in_arbeit laufend en_cours en_progreso em_andamento 进行中 進行中 в_работе",
        _DONE: "completed complete done finished closed shipped resolved delivered x ✅ ✔ ✓ yes true 100% "
        "erledigt fertig terminé fait hecho terminado concluído 完成 已完成 完了 готово",
        _BLOCKED: "blocked stuck impeded blockiert bloqué bloqueado 阻塞",
        _CANCELLED: "cancelled canceled dropped abandoned wontfix won't_do obsolete abgebrochen annulé cancelado",
        "paused": "paused on_hold hold suspended deferred postponed",
        "in_review": "in_review review reviewing under_review awaiting_review submitted",
        "failed": "failed failing broken",
        "archived": "archived",
        "approved": "approved accepted",
        "changes_requested": "changes_requested needs_changes rework",
        "rejected": "rejected declined",
        "no": "no false",
    }.items()
    for word in _words(words)
}
_MILESTONE = {"start": "planned", "no": "planned", "in_review": "in_progress", "failed": "blocked",
              "approved": "completed", "changes_requested": "in_progress", "rejected": "blocked"}  # fmt: skip
_TASK = {"start": "pending", "no": "pending", "paused": "pending", "archived": "completed",
         "approved": "completed", "changes_requested": "in_progress", "rejected": "blocked"}  # fmt: skip
_PHASE = {"start": "pending", "no": "pending", "paused": "pending", "archived": "completed", "failed": "rejected",
          "blocked": "pending", "cancelled": "rejected"}  # fmt: skip
_TRUE = frozenset(_words("true yes y on enabled enable required needed 1 ja oui sí si sim да 是 はい x ✅ ✓"))
_FALSE = frozenset(_words("false no n off disabled disable none never 0 nein non não нет 否 いいえ"))
_NUMBER = re.compile(r"[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_HOURS = {
    **dict.fromkeys(("s", "sec", "second"), 1 / 3600),
    **dict.fromkeys(("m", "min", "minute"), 1 / 60),
    **dict.fromkeys(("h", "hr", "hour"), 1.0),
    **dict.fromkeys(("d", "day"), 8.0),
    **dict.fromkeys(("w", "wk", "week"), 40.0),
    **dict.fromkeys(("mo", "month"), 160.0),
}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)")
_LEVEL = r"(?P<what>.+?)\s*:\s*(?P<level>low|medium|med|moderate|high|critical)\b\s*(?:\((?P<why>.*)\))?\.?"


def fold(key: str) -> str:
    """Return a key without regard to case, spaces, hyphens: `Estimated Duration` is `estimated_duration`."""
    return _SEPARATORS.sub("_", key.strip()).casefold().strip("_")


def milestone_status(word: Any) -> str | None:
    """Return the status of a milestone that a word means; None for a word nobody knows."""
    return _status(word, _MILESTONE)


def task_status(word: Any) -> str | None:
    """Return the status of a task that a word means; None for a word nobody knows."""
    return _status(word, _TASK)


def phase_status(word: Any) -> str | None:
    """Return the status of a phase that a word means; None for a word nobody knows."""
    return _status(word, _PHASE)


def boolean(value: Any) -> bool | None:
    """Return the truth a word means; None for one that means neither."""
    if isinstance(value, bool):
        return value
    word = fold(str(value))
    return True if word in _TRUE else False if word in _FALSE else None


def number(value: Any) -> int | float | None:
    """Return the figure in `8`, `"8"`, `"1.50"`, `"20%"` or, in hours of eight a day, `"2 days"`; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return value
    if not isinstance(value, str):
        return None
    text = value.strip().removesuffix("%").strip()
    if _NUMBER.fullmatch(text):
        return _within(float(text.replace("_", "")))
    return hours(value)


def hours(text: str) -> int | float | None:
    """Return the working hours in `3d 4h`, `1 week`, `P2W`; None for other words."""
    iso = re.match(r"(?i)p[\dt]", text)
    found = text.strip().casefold().removeprefix("p").replace("t", " ") if iso else text
    parts = _DURATION.findall(found.casefold())
    left = _DURATION.sub("", found.casefold()).strip(" ,+~and")
    if not parts or left or any(_unit(unit) is None for _, unit in parts):
        return None
    return _within(sum(float(count) * (_unit(unit) or 0) for count, unit in parts))


def chance(value: Any) -> int | float | str | None:
    """Return a probability from 0 to 1, or the word that stands for one."""
    if isinstance(value, str) and value.strip().endswith("%"):
        share = number(value)
        return None if share is None else whole(share / 100)
    found = number(value)
    if found is not None:
        return whole(found / 100) if 1 < found <= 100 else found if 0 <= found <= 1 else None
    return level(value) if isinstance(value, str) and value.strip() else None


def level(word: str) -> str:
    """Return `medium` for `Med` and `moderate`; other words in small letters."""
    folded = fold(word)
    return {"med": "medium", "moderate": "medium", "normal": "medium"}.get(folded, folded)


def risk_sentence(text: str) -> tuple[str, str, str] | None:
    """Return what, level and why of `Data loss risk: Medium (backups)`; None for other sentences."""
    match = re.fullmatch(_LEVEL, text.strip(), re.IGNORECASE)
    return (match["what"], level(match["level"]), match["why"] or "") if match else None


def whole(figure: float) -> int | float:
    """Return 8 for 8.0, so that a figure is written the way people write it."""
    rounded = round(figure, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def _within(figure: float) -> int | float | None:
    """Return a figure that somebody may have meant; `81e999` is none."""
    return whole(figure) if abs(figure) < 1e15 else None


def _status(word: Any, ours: dict[str, str]) -> str | None:
    state = _STATES.get(fold(str(word)))
    return None if state is None else ours.get(state, state)


def _unit(word: str) -> float | None:
    return _HOURS.get(word) or _HOURS.get(word.removesuffix("s"))
