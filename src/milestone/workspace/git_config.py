"""The person in a git configuration, read without git: to start that takes longer than half a change."""

import os
from collections.abc import Mapping

from milestone.workspace import whereabouts

Where = str | os.PathLike[str]
ESCAPES = {"n": "\n", "t": "\t", "b": "\b"}


def identity(environ: Mapping[str, str], folder: Where | None) -> tuple[str, str]:
    """Return git's user.name and user.email as a commit here would use them; empty where unset."""
    name = email = ""
    for path in _files(environ, folder):
        found = user(path)
        name, email = found[0] or name, found[1] or email
    return environ.get("GIT_AUTHOR_NAME") or name, environ.get("GIT_AUTHOR_EMAIL") or email


def _files(environ: Mapping[str, str], folder: Where | None) -> list[str]:
    home = environ.get("HOME") or "/"
    config_home = environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    wide = environ.get("GIT_CONFIG_GLOBAL")
    files = [] if environ.get("GIT_CONFIG_NOSYSTEM") else [environ.get("GIT_CONFIG_SYSTEM") or "/etc/gitconfig"]
    files += [wide] if wide else [os.path.join(config_home, "git", "config"), os.path.join(home, ".gitconfig")]
    for each in whereabouts.searched(os.fspath(folder)) if folder else []:
        git = whereabouts.git_folder(os.path.join(each, ".git"))
        if git is not None:
            common = (whereabouts.text_of(os.path.join(git, "commondir")) or "").strip()
            return [*files, os.path.join(git, common, "config")]
    return files


def user(path: str) -> tuple[str, str]:
    """Return `user.name` and `user.email` of one configuration file; empty where it says nothing."""
    found: dict[str, str] = {}
    section = ""
    for written in _text(path).replace("\\\n", "").split("\n"):
        line = written.strip()
        if line[:1] == "[":
            section, _, line = line[1:].partition("]")
        key, equals, value = line.partition("=")
        if equals and section.strip().lower() == "user":
            found[key.strip().lower()] = _value(value.strip())
    return found.get("name", ""), found.get("email", "")


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _value(text: str) -> str:
    """Return a value without quotes, escapes and the comment behind it."""
    said, is_quoted = "", False
    letters = iter(text)
    for letter in letters:
        if letter == "\\":
            escaped = next(letters, "")
            said += ESCAPES.get(escaped, escaped)
        elif letter == '"':
            is_quoted = not is_quoted
        elif letter in "#;" and not is_quoted:
            break
        else:
            said += letter
    return said.strip()
