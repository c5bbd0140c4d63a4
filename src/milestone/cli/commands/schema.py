"""Print the JSON Schema of a record"""

import argparse
import json

from milestone import errors
from milestone.cli.env import Env
from milestone.domain import examples, schema
from milestone.registry import load
from milestone.storage import yaml_emit

EXAMPLES = """
milestone schema milestone
milestone schema plan --example
milestone schema postgresql | psql "$OWNER_DSN"
"""
TABLES = "postgresql"  # what the owner of a database runs; not a kind of file
SCRIPT = "milestone.storage.postgresql.setup:script_for"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the kind of file."""
    kinds = sorted([*schema.kinds(), TABLES])
    parser.add_argument("kind", choices=kinds, metavar="KIND", help=", ".join(kinds))
    parser.add_argument("--example", action="store_true", help="print a file that fits it")


def run(env: Env, args: argparse.Namespace) -> int:
    """Print the schema, or an example."""
    if args.kind == TABLES:
        return _tables(env, args)
    if args.example:
        example = examples.EXAMPLES[args.kind]
        return env.answer(
            "schema", {"example": example}, lambda: yaml_emit.emit(example, header="").removesuffix("\n")
        )
    found = schema.kinds()[args.kind]()
    return env.answer("schema", found, lambda: json.dumps(found, indent=2, ensure_ascii=False))


def _tables(env: Env, args: argparse.Namespace) -> int:
    """Print the SQL that makes an empty store, in the schema that MILESTONE_DSN names."""
    if args.example:
        raise errors.InvalidRequest("There is no example of a database.", next=[f"milestone schema {TABLES}"])
    text: str = load(SCRIPT)(env.environ.get("MILESTONE_DSN"))
    return env.answer("schema", {"text": text}, lambda: text.removesuffix("\n"))
