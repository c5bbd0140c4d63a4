"""What a person may have meant: nearest words, and the words other tools use."""

from collections.abc import Iterable

# Words of other tools, by meaning: what is asked for, and the command that does it here. Never carried out.
FOREIGN: dict[str, tuple[str, ...]] = {
    "ready": ("milestone list --tasks --ready", "milestone next"),
    "claim": ("milestone next", "milestone task start REF"),
    "close": ("milestone task done REF", "milestone archive ID"),
    "done": ("milestone task done REF",),
    "finish": ("milestone task done REF", "milestone archive ID"),
    "complete": ("milestone task done REF", "milestone update ID --status completed"),
    "resolve": ("milestone task done REF",),
    "start": ("milestone task start REF", "milestone execute ID"),
    "begin": ("milestone task start REF", "milestone execute ID"),
    "block": ("milestone task block REF REASON",),
    "unblock": ("milestone task unblock REF",),
    "note": ("milestone task note REF TEXT",),
    "comment": ("milestone task note REF TEXT",),
    "annotate": ("milestone task note REF TEXT",),
    "assign": ("milestone task assign REF WHO",),
    "track": ("milestone task log REF 2h",),
    "time": ("milestone task log REF 2h",),
    "create": ('milestone plan "GOAL"', "milestone task add ID TITLE"),
    "new": ('milestone plan "GOAL"', "milestone task add ID TITLE"),
    "add": ("milestone task add ID TITLE", 'milestone plan "GOAL"'),
    "make": ('milestone plan "GOAL"',),
    "goal": ('milestone plan "GOAL"',),
    "estimate": ('milestone plan "GOAL"',),
    "view": ("milestone show ID",),
    "info": ("milestone show ID",),
    "get": ("milestone show ID", "milestone config get KEY"),
    "cat": ("milestone show ID",),
    "open": ("milestone show ID", "milestone reopen ID --reason TEXT"),
    "describe": ("milestone show ID",),
    "run": ("milestone execute ID",),
    "work": ("milestone execute ID", "milestone next"),
    "go": ("milestone execute ID",),
    "continue": ("milestone execute ID",),
    "resume": ("milestone execute ID",),
    "apply": ("milestone execute ID", "milestone plan --from FILE"),
    "approve": ("milestone review ID TASK --approve",),
    "reject": ("milestone review ID TASK --reject --comment TEXT",),
    "accept": ("milestone review ID TASK --approve",),
    "rm": ("milestone delete ID",),
    "remove": ("milestone delete ID",),
    "del": ("milestone delete ID",),
    "destroy": ("milestone delete ID",),
    "set": ("milestone update ID --status STATUS", "milestone config set KEY VALUE"),
    "modify": ("milestone update ID --status STATUS",),
    "mod": ("milestone update ID --status STATUS",),
    "change": ("milestone update ID --status STATUS",),
    "rename": ("milestone update ID --title TEXT",),
    "move": ("milestone update ID --status STATUS",),
    "mv": ("milestone update ID --title TEXT",),
    "priority": ("milestone update ID --priority high",),
    "label": ("milestone update ID --label WORD",),
    "tag": ("milestone update ID --label WORD",),
    "depend": ("milestone update ID --depends-on ID",),
    "depends": ("milestone update ID --depends-on ID", "milestone update --dependencies"),
    "dep": ("milestone update ID --depends-on ID", "milestone update --dependencies"),
    "deps": ("milestone update --dependencies",),
    "dependencies": ("milestone update --dependencies",),
    "graph": ("milestone update --dependencies",),
    "tree": ("milestone update --dependencies",),
    "link": ("milestone update ID --depends-on ID",),
    "conflicts": ("milestone update --conflicts",),
    "upcoming": ("milestone update --upcoming",),
    "agents": ("milestone update --agents",),
    "health": ("milestone update --health-check",),
    "diagnose": ("milestone update --diagnostics", "milestone doctor"),
    "diagnostics": ("milestone update --diagnostics",),
    "check": ("milestone doctor",),
    "fsck": ("milestone doctor",),
    "repair": ("milestone doctor --repair",),
    "validate": ("milestone doctor",),
    "verify": ("milestone log --verify",),
    "history": ("milestone log",),
    "revert": ("milestone undo", "milestone restore --at TIME"),
    "rollback": ("milestone undo", "milestone migrate --rollback"),
    "back": ("milestone undo",),
    "redo": ("milestone undo SEQ",),
    "snapshot": ("milestone backup create",),
    "recover": ("milestone doctor --repair", "milestone backup restore NAME"),
    "events": ("milestone log",),
    "activity": ("milestone log",),
    "audit": ("milestone log --verify",),
    "report": ("milestone status",),
    "dashboard": ("milestone status",),
    "summary": ("milestone status",),
    "board": ("milestone list --tasks", "milestone status"),
    "progress": ("milestone status",),
    "st": ("milestone status",),
    "overview": ("milestone status",),
    "tasks": ("milestone list --tasks",),
    "milestones": ("milestone list",),
    "todo": ("milestone list --tasks --ready",),
    "find": ("milestone list WORDS",),
    "grep": ("milestone list WORDS",),
    "search": ("milestone list WORDS",),
    "query": ("milestone list WORDS",),
    "blocked": ("milestone list --tasks --blocked",),
    "inbox": ("milestone review", "milestone status"),
    "pending": ("milestone review",),
    "setup": ("milestone quickstart", "milestone init"),
    "clone": ("milestone init",),
    "template": ("milestone quickstart",),
    "switch": ("milestone use ID",),
    "checkout": ("milestone use ID",),
    "select": ("milestone use ID",),
    "workspace": ("milestone use ID",),
    "pause": ("milestone update ID --status paused",),
    "stop": ("milestone update ID --status paused",),
    "cancel": ("milestone task cancel REF", "milestone update ID --status cancelled"),
    "retry": ("milestone task retry REF",),
    "settings": ("milestone config list",),
    "who": ("milestone whoami",),
    "login": ("milestone whoami",),
    "onboard": ("milestone prime",),
    "instructions": ("milestone prime",),
    "man": ("milestone help VERB",),
    "docs": ("milestone help",),
    "tutorial": ("milestone demo",),
    "example": ("milestone demo",),
    "commit": ("milestone task done REF",),
    "jobs": ("milestone sessions",),
    "ps": ("milestone sessions",),
    "import": ("milestone plan --from FILE",),
}

# The same for the sub-verbs of task, sessions and config: word -> sub-verb.
FOREIGN_INNER: dict[str, dict[str, str]] = {
    "task": {
        **dict.fromkeys(("finish", "complete", "close", "end", "resolve", "completed", "check"), "done"),
        **dict.fromkeys(("begin", "claim", "work", "run", "take", "pick", "resume", "continue"), "start"),
        **dict.fromkeys(("comment", "annotate", "write", "handoff"), "note"),
        **dict.fromkeys(("time", "track", "spend", "hours"), "log"),
        **dict.fromkeys(("new", "create", "insert"), "add"),
        **dict.fromkeys(("delete", "remove", "rm", "drop", "abort", "release"), "cancel"),
        **dict.fromkeys(("hold", "pause", "stop", "stuck", "fail"), "block"),
        **dict.fromkeys(("give", "own", "reassign"), "assign"),
        **dict.fromkeys(("redo", "rerun", "again"), "retry"),
        **dict.fromkeys(("open", "undo", "uncomplete"), "reopen"),
    },
    "sessions": {
        **dict.fromkeys(("ls", "all", "get"), "list"),
        **dict.fromkeys(("view", "info", "cat"), "show"),
        **dict.fromkeys(("rm", "remove", "delete", "prune", "gc"), "clean"),
        **dict.fromkeys(("comment", "annotate", "add"), "note"),
    },
    "config": {
        **dict.fromkeys(("ls", "all", "show", "view"), "list"),
        **dict.fromkeys(("read", "cat"), "get"),
        **dict.fromkeys(("write", "add", "edit", "change"), "set"),
        **dict.fromkeys(("why", "describe", "help", "info"), "explain"),
    },
}


def distance(left: str, right: str, limit: int = 2) -> int:
    """Return the edits (insert, delete, replace, swap) between two words; `limit + 1` when there are more."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    older: list[int] = []
    old = list(range(len(right) + 1))
    for i, a in enumerate(left):
        row = [i + 1]
        for j, b in enumerate(right):
            cost = min(old[j + 1] + 1, row[j] + 1, old[j] + (a != b))
            if i and j and a == right[j - 1] and left[i - 1] == b:
                cost = min(cost, older[j - 1] + 1)
            row.append(cost)
        older, old = old, row
    return min(old[-1], limit + 1)


def nearest(word: str, known: Iterable[str], limit: int = 2) -> list[str]:
    """Return the known words within `limit` edits, nearest first, at most three; else those it begins."""
    word = word.lower()
    allowed = min(limit, max(1, len(word.lstrip("-")) - 1))
    scored = sorted((distance(word, each.lower(), limit), each) for each in set(known))
    close = [each for score, each in scored if score <= allowed]
    if not close and len(word) >= 2:
        close = sorted(each for each in set(known) if each.lower().startswith(word))
    return close[:3]
