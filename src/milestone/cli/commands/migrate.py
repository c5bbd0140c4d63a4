"""Move the project to another store, or back"""

import argparse
import sys
from typing import Any

from milestone import errors
from milestone.cli.env import Env
from milestone.cli.text import migrate as text
from milestone.operations import migrate
from milestone.registry import load
from milestone.storage.moving.journal import Move

EXAMPLES = """
milestone migrate --to sqlite
milestone migrate --to postgres --dsn-env MILESTONE_DSN
milestone migrate --status
milestone migrate --rollback
"""
ADDRESS = "milestone.storage.postgresql.address:of"  # imports psycopg, which no other store needs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take where to, or the way back."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--to", metavar="BACKEND", help="file, hybrid, sqlite or postgres")
    what.add_argument("--rollback", action="store_true", help="go back, with all that was written since")
    what.add_argument("--status", action="store_true", help="say where the project is and how far a move got")
    parser.add_argument(
        "--recommend", action="store_true", help="name the backend in config/storage-backend.txt, for every clone"
    )
    address = parser.add_mutually_exclusive_group()
    address.add_argument("--dsn", metavar="URL|-", help="address of the PostgreSQL server; - reads it from stdin")
    address.add_argument("--dsn-env", metavar="NAME", help="variable that holds the address")


def run(env: Env, args: argparse.Namespace) -> int:
    """Move while others read and write; a move that was broken off goes on."""
    if env.options.dry_run:
        raise errors.InvalidRequest(
            "migrate has no --dry-run.",
            why="nothing changes before all is compared",
            next=["milestone migrate --status"],
        )
    if args.recommend and not args.to:
        raise errors.InvalidRequest(
            "--recommend goes with --to.", next=["milestone migrate --to BACKEND --recommend"]
        )
    dsn = _dsn(env, args)
    backend = migrate.backend(args.to) if args.to else ""
    progress = text.Progress(env.note if env.terminal else None)
    if args.status:
        move = migrate.status(env.workspace)
    elif args.rollback:
        move = migrate.rollback(env.workspace, tell=progress)
    else:
        move = migrate.migrate(env.workspace, backend, dsn, tell=progress)
        if args.recommend:
            migrate.recommend(env.workspace, backend)
    env.was_long = not args.status
    return _answer(env, move)


def _answer(env: Env, move: Move) -> int:
    with env.workspace.reading() as reading:
        seq, unrecorded = reading.seq, reading.unrecorded
    here = migrate.where(env.workspace)
    data: dict[str, Any] = {
        "backend": here.backend,
        "state": move.state,
        "moved": move.moved,
        "total": move.total,
        "backup": move.backup,
    }
    return env.answer("migration", data, lambda: text.said(move, here), seq=seq, unrecorded=unrecorded)


def _dsn(env: Env, args: argparse.Namespace) -> str | None:
    """Return the address as it may be kept: a variable's name, or an address without password.

    Raises:
        InvalidRequest: it holds a password where others can read it, or is none.
    """
    said = args.dsn_env or args.dsn
    if said and args.to not in ("postgres", "postgresql"):
        raise errors.InvalidRequest("Only postgres has an address.", next=["milestone migrate --to postgres …"])
    if args.dsn_env:
        return f"env:{args.dsn_env}"
    if not said:
        return None
    address = load(ADDRESS)(sys.stdin.readline().strip() if said == "-" else said)
    if address.password and said != "-":
        raise errors.InvalidRequest(
            "A password on the command line can be read by everybody on this machine.",
            next=["milestone migrate --to postgres --dsn-env NAME", "milestone migrate --to postgres --dsn -"],
        )
    kept: str = address.without_password()
    return kept
