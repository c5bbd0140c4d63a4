"""What `help TOPIC` says."""

from milestone.cli import main
from milestone.cli.options import FLAGS

START = """\
The first ten minutes

  milestone quickstart          looks at this folder, asks two things at most
  milestone plan "Add a login"  gives tasks with hours, order and a date
  milestone show m1             the plan; it is a YAML file, edit it freely
  milestone next                the task to take now, and why
  milestone task start m1/1     you begin it
  milestone task done m1/1      it is done; its verify decides, if it has one
  milestone                     later: where you stopped, what is next
  milestone execute m1          runs the tasks that have a command, in parallel
  milestone archive m1          checks what was promised, keeps what was learned

Everything is kept in .milestones/ as plain files. Committing is your choice."""

IDS = """\
Ids

  milestone-001   also M-001, m1, 1
  m1/t2           a task: milestone-001/task-002, m1/2; t2 in the current one
  @               the current milestone: its branch is checked out, else `use`
                  set it, else it was started last in this clone
  login           a unique beginning of a title, for reading only
  m1,m2 m3        several, with commas or spaces"""

DATES = """\
Dates and durations

  2026-12-05, friday, today, +3d, +2w   a day; it ends at midnight of the
                                        project's zone
  2 weeks, 3d 4h, 90m, P2W              a duration

People see local times; --json has RFC 3339 in UTC, and durations in hours."""

TEXT = """\
Texts

Where a flag takes TEXT, `-` reads it from stdin and `@FILE` from a file:
  milestone task note m1/2 -
  milestone plan @goal.txt"""

JSON = """\
Output for programs

--json (or MILESTONE_JSON=1) gives one document on one line, errors too:
  {"v":1,"kind":"milestone.list","seq":31,"unrecorded":0,"data":[…],"total":3,
   "next_cursor":null,"warnings":[]}
  {"v":1,"kind":"error","seq":31,"error":{"code":"milestone_not_found",…}}

seq is the position of the last event; at equal seq and unrecorded 0 all
answers agree. Lists have 20 rows: --limit N (0 is all), --cursor C goes on.
Every command as data:
  milestone help --json"""

ACTING = """\
Who is acting

--as NAME, else MILESTONE_ACTOR, else the mark of a coding agent, else the
person of config/team.yaml with git's e-mail, git's name, the login name.
`milestone whoami` says which and why. Names: ana, agent:NAME, service:ci.

Agents, and processes that a run started, never approve, override or answer
permissions."""

WRITING = """\
Writing safely

  --dry-run          the events it would record
  --key K            done once; the same K answers the same again
  --if-revision R    refused (4) when the record moved on
  --lock-timeout S   how long to wait for another writer (10), then 8"""


def exit_codes() -> str:
    """Return the table of exit codes."""
    codes = {
        "0": "done, nothing to do, an empty list", "1": "work failed, or a newer store", "2": "usage",
        "3": "not found", "4": "stale", "5": "refused by a rule", "6": "waits for a person", "7": "not permitted",
        "8": "busy, try again", "9": "damaged", "70": "a bug", "130": "interrupted", "143": "terminated",
    }  # fmt: skip
    return "\n".join(["Exit codes", "", *(f"  {code:<4} {text}" for code, text in codes.items())])


def flags() -> str:
    """Return the flags of every verb."""
    lines = ["Flags of every verb, before or after it", ""]
    lines += [f"  {f'{name} {flag.metavar}'.strip():<24} {flag.text}" for name, flag in FLAGS.items()]
    return "\n".join(lines)


TOPICS: dict[str, str] = {
    "start": START,
    "ids": IDS,
    "dates": DATES,
    "text": TEXT,
    "json": JSON,
    "acting": ACTING,
    "writing": WRITING,
}
MADE = {"flags": flags, "exit-codes": exit_codes}


def names() -> list[str]:
    """Return every topic."""
    return sorted([*TOPICS, *MADE])


def text(name: str) -> str | None:
    """Return what a topic says; None when there is none of that name."""
    if name in MADE:
        return MADE[name]()
    return TOPICS.get(name)


def overview() -> str:
    """Return all verbs, grouped, and the topics."""
    lines = ["milestone: from a goal to finished work, kept as plain files", ""]
    for group, verbs in main.GROUPS.items():
        lines += [group, *(f"  {verb:<12} {words}" for verb, words in verbs.items())]
    return "\n".join([*lines, "", "More: milestone help VERB, or one of these:", f"  {', '.join(names())}"])
