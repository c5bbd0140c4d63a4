"""Make backups, prove them, bring one back"""

import argparse

from milestone import errors
from milestone.cli.env import Env
from milestone.cli.text import backup as text
from milestone.operations import backup, scheduled

EXAMPLES = """
milestone backup
milestone backup create
milestone backup verify backup-20261120-001
milestone backup restore last
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take a verb; without one, backups are listed."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    verbs.add_parser("list", help="list backups, the latest first, here and in the mirror")
    create = verbs.add_parser("create", help="make one now, and restore it for a trial")
    create.add_argument("--full", action="store_true", help="read everything again")
    create.add_argument("--if-due", action="store_true", help="only when the last one is long enough ago")
    verify = verbs.add_parser("verify", help="restore one for a trial, or all of them")
    verify.add_argument("name", nargs="?", metavar="NAME", help="a backup; else all")
    restore = verbs.add_parser("restore", help="bring one back in place of log and records; asks first")
    restore.add_argument("name", metavar="NAME", help="a backup, or last: the newest that is proven")


def run(env: Env, args: argparse.Namespace) -> int:
    """List, make, prove or bring back."""
    verb = args.verb or "list"
    if env.options.dry_run and verb != "list":
        raise errors.InvalidRequest(f"backup {verb} has no --dry-run.", next=["milestone backup list"])
    if verb == "create":
        return _create(env, args)
    if verb == "verify":
        return _verify(env, args.name)
    if verb == "restore":
        return _restore(env, args.name)
    found = backup.listing(env.workspace)
    kept = found if env.options.limit == 0 else found[: env.options.limit or 20]
    return env.answer(
        "backup.list", [made.row for made in kept], lambda: text.listed(kept, env.width), total=len(found)
    )


def _create(env: Env, args: argparse.Namespace) -> int:
    if args.if_due and not scheduled.is_due(env.workspace):
        newest = backup.listing(env.workspace)[0]
        return env.answer("backup", newest.row, f"Not due: {newest.manifest.id} is recent enough.")
    made = backup.create(env.workspace, kind="full" if args.full else None)
    for warning in made.warnings:
        env.warn("mirror", warning)
    return env.answer("backup", made.row, lambda: text.made(made), exit_code=9 if made.problems else 0)


def _verify(env: Env, name: str | None) -> int:
    found = backup.verify(env.workspace, name)
    lost = backup.damaged(env.workspace) if name is None else []
    rows = [made.row | {"problems": list(made.problems)} for made in found]
    bad = bool(lost) or any(made.problems for made in found)
    return env.answer("backup.list", rows, lambda: text.verified(found, lost), exit_code=9 if bad else 0)


def _restore(env: Env, name: str) -> int:
    _, manifest = backup.find(env.workspace, name)
    if not env.options.yes:
        question = f"Replace log and records by {manifest.id} (event {manifest.seq}, {manifest.at})?"
        if env.ask(question, "no", "--yes").casefold() not in ("y", "yes"):
            raise errors.NeedsAnswer(
                "Nothing was replaced.", hint="Confirm with --yes.", next=["milestone backup list"]
            )
    done = backup.restore(env.workspace, manifest.id)
    row = backup.Made(manifest=manifest, where="here", verified=manifest.at).row
    data = row | {"aside": done.returned.aside, "before": done.before, "files": done.returned.files}
    return env.answer("backup", data, lambda: text.restored(done), seq=manifest.seq + 1)
