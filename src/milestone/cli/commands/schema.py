"""Print the JSON Schema of a record"""

import argparse
import json

from milestone.cli.env import Env
from milestone.domain import examples, schema
from milestone.storage import yaml_emit

EXAMPLES = """
milestone schema milestone
milestone schema plan --example
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the kind of file."""
    parser.add_argument(
        "kind", choices=sorted(schema.kinds()), metavar="KIND", help=", ".join(sorted(schema.kinds()))
    )
    parser.add_argument("--example", action="store_true", help="print a file that fits it")


def run(env: Env, args: argparse.Namespace) -> int:
    """Print the schema, or an example."""
    if args.example:
        example = examples.EXAMPLES[args.kind]
        return env.answer(
            "schema", {"example": example}, lambda: yaml_emit.emit(example, header="").removesuffix("\n")
        )
    found = schema.kinds()[args.kind]()
    return env.answer("schema", found, lambda: json.dumps(found, indent=2, ensure_ascii=False))
