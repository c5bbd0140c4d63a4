"""Read, set and explain settings"""

import argparse
from pathlib import Path
from typing import Any

from milestone import config, errors
from milestone.cli.env import Env
from milestone.cli.text import settings as text
from milestone.config.settings import Settings
from milestone.operations import configure
from milestone.registry import load
from milestone.workspace import place
from milestone.workspace.base import Workspace

NEW_KEY = "milestone.operations.encrypt:new_key"  # imports cryptography
MY_KEY = "milestone.operations.signing:new_key"  # likewise
ASK = "milestone.cli.passphrase:ask"
EXAMPLES = """
milestone config
milestone config get evidence
milestone config set project.timezone Europe/Berlin
milestone config set hints off --user
milestone config explain executor
milestone config new-key          a key for what is kept encrypted; older ones still open what they sealed
milestone config new-key --mine   a key of your own that signs approvals, with a passphrase
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take list, get, set, explain or new-key, and what they need."""
    parser.add_argument(
        "verb", nargs="?", choices=("list", "get", "set", "explain", "new-key"), default="list", metavar="VERB"
    )
    parser.add_argument("key", nargs="?", metavar="KEY", help="a dotted key: project.timezone")
    parser.add_argument("value", nargs="?", metavar="VALUE", help="what to set")
    parser.add_argument("--all", action="store_true", help="list every key, also those nobody set")
    parser.add_argument("--user", action="store_true", help="set it for all your projects")
    parser.add_argument("--mine", action="store_true", help="with new-key: your own key, to sign approvals with")


def run(env: Env, args: argparse.Namespace) -> int:
    """Show or set settings."""
    if args.verb == "set":
        return _set(env, args)
    if args.verb == "new-key" and args.mine:
        mine = load(MY_KEY)(env.workspace, env.environ, load(ASK))
        return env.answer("config", mine, lambda: text.made_own_key(mine, env.workspace.actor.name))
    if args.verb == "new-key":
        made = load(NEW_KEY)(env.workspace)
        return env.answer("config", made, lambda: text.made_key(made, dry_run=env.options.dry_run))
    root = _root(env)
    settings = _settings(env, root)
    if args.verb == "list" or (args.verb == "get" and args.key is None):
        entries = configure.listing(settings, every=args.all)
        return env.answer("config.list", entries, lambda: text.listing(entries, env.width), total=len(entries))
    if args.key is None:
        raise errors.InvalidRequest("config explain needs a key.", next=["milestone config list --all"])
    key = configure.known_key(args.key, section=args.verb == "get")
    if args.verb == "explain":
        told = configure.explain(settings, key)
        return env.answer("config", told, lambda: text.explained(told))
    if settings.origin(key) is None and configure.listing(settings, prefix=key):
        entries = configure.listing(settings, prefix=key)
        return env.answer("config.list", entries, lambda: text.listing(entries, env.width), total=len(entries))
    found = configure.entry(settings, key)
    return env.answer("config", found, lambda: text.value(found["value"]))


def _set(env: Env, args: argparse.Namespace) -> int:
    if args.key is None or args.value is None:
        raise errors.InvalidRequest("config set needs a key and a value.", next=["milestone config set KEY VALUE"])
    key = configure.known_key(args.key)
    value = env.read_text(args.value)
    if args.user:
        changed = configure.put(configure.user_file(env.environ), key, value, workspace=None)
    else:
        workspace = _workspace(env, key, value)
        where = configure.project_file(workspace.root, key, value)
        changed = configure.put(where, key, value, workspace=workspace)
    return env.answer("config", changed, lambda: text.changed(changed, dry_run=env.options.dry_run))


def _workspace(env: Env, key: str, value: str) -> Workspace:
    try:
        return env.workspace
    except errors.ProjectNotFound as error:
        error.next = [f"milestone config set {key} {value} --user", "milestone init"]
        raise


def _root(env: Env) -> Path | None:
    try:
        return place.find_root(env.start, project=env.options.project, environ=env.environ)
    except errors.ProjectNotFound:
        return None


def _settings(env: Env, root: Path | None) -> Settings:
    def reader() -> Any:
        return load("milestone.strict_yaml:compose")

    return config.load_settings(root, environ=env.environ, reader=reader)
