"""Who acts, and how we know."""

import os
import pwd
from collections.abc import Mapping, Sequence

import msgspec

from milestone import errors
from milestone.domain.context import Person
from milestone.domain.document import Actor
from milestone.workspace import git_config

MARKS = {  # variables that coding agents set, and the name they act under; None: the variable's value is the name
    "AI_AGENT": None,
    "AGENT": None,
    "CLAUDECODE": "claude-code",
    "CODEX_THREAD_ID": "codex",
    "GEMINI_CLI": "gemini",
    "CURSOR_AGENT": "cursor",
    "OPENCODE": "opencode",
}
KINDS = ("agent", "service")


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """The actor, and a sentence saying why it is this one."""

    actor: Actor
    why: str


def who(
    *,
    flag: str | None,
    environ: Mapping[str, str],
    people: Sequence[Person] = (),
    folder: git_config.Where | None = None,
) -> Acting:
    """Return who acts: `--as`, `MILESTONE_ACTOR`, an agent's mark, team.yaml by git's e-mail, git, the login."""
    if flag:
        return Acting(actor=_named(flag, "flag"), why=f"--as says {flag}")
    if environ.get("MILESTONE_ACTOR"):
        name = environ["MILESTONE_ACTOR"]
        return Acting(actor=_named(name, "environment"), why=f"MILESTONE_ACTOR says {name}")
    person = _person(environ, people, folder)
    for mark, known in MARKS.items():
        value = environ.get(mark, "")
        if value and value.lower() not in ("0", "false"):
            return _marked(mark, known or value, person)
    return person


def _named(text: str, source: str) -> Actor:
    name = text.strip().removeprefix("@")
    kind, colon, rest = name.partition(":")
    if not name or (colon and not rest):
        raise errors.InvalidRequest(
            f'"{text}" names nobody.', next=["milestone --as ana …", "milestone --as agent:NAME …"]
        )
    if colon and kind.lower() in KINDS:
        return Actor(name=f"{kind.lower()}:{rest}", kind=kind.lower(), source=source)
    if colon and kind.lower() == "person":
        return Actor(name=rest, source=source)
    return Actor(name=name, source=source)


def _marked(mark: str, name: str, person: Acting) -> Acting:
    word = "agent" if name.lower() in ("1", "true", "yes") else name.removeprefix("agent:")
    actor = Actor(name=f"agent:{word}", kind="agent", on_behalf_of=person.actor.name, source="environment")
    return Acting(actor=actor, why=f"{mark} is set, so a coding agent types; {person.why}")


def _person(environ: Mapping[str, str], people: Sequence[Person], folder: git_config.Where | None) -> Acting:
    name, email = git_config.identity(environ, folder)
    if email:
        for person in people:
            if email.casefold() in (each.casefold() for each in person.emails):
                return Acting(
                    actor=Actor(name=person.handle, source="git"), why="config/team.yaml knows git's e-mail"
                )
    if name:
        return Acting(actor=Actor(name=name, source="git"), why="git's user.name says so")
    login = _login(environ)
    return Acting(actor=Actor(name=login, source="login"), why="it is the login name")


def _login(environ: Mapping[str, str]) -> str:
    for variable in ("LOGNAME", "USER"):
        if environ.get(variable):
            return environ[variable]
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user-{os.getuid()}"
