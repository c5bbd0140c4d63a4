"""Where a PostgreSQL store is: what a connection needs, and what may be shown of it."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from milestone import errors

SCHEMA = "milestone"  # where none is named
LONGEST_NAME = 63
WORD = re.compile(r"(?:^|\s)schema\s*=\s*(?:'([^']*)'|(\S+))")
# What libpq waits for where the address does not say: a dead server is noticed within half a minute.
PATIENCE: Mapping[str, str] = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
    "application_name": "milestone",
}


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """One server, database and schema. Only `dsn` holds the password, and only a connection reads it."""

    dsn: str
    schema: str
    password: str
    shown: str  # `ana@db.example:5432/webshop, schema milestone`

    def __repr__(self) -> str:
        return f"Address({self.shown})"

    def without_password(self) -> str:
        """Return the address in a form that can be kept and opened again, the password left out."""
        kept = {key: value for key, value in conninfo_to_dict(self.dsn).items() if key != "password"}
        said = make_conninfo("", **kept)
        return said if self.schema == SCHEMA else f"{said} schema={self.schema}"


def of(text: str) -> Address:
    """Return the address a person wrote: a URL or `key=value` words, with `schema` among its parameters.

    Raises:
        InvalidRequest: it is neither; what was written is not repeated, since it may hold a password.
    """
    plain, schema = _split(text.strip())
    known = _words(plain)
    if not known or not 0 < len(schema.encode()) <= LONGEST_NAME or schema.startswith("pg_"):
        raise _unreadable()
    dsn = make_conninfo("", **{**PATIENCE, **known})
    return Address(dsn=dsn, schema=schema, password=known.get("password", ""), shown=_shown(known, schema))


def _words(plain: str) -> dict[str, str]:
    """Return what an address says, nothing when libpq cannot read it: its message would repeat the password."""
    try:
        return {key: str(value) for key, value in conninfo_to_dict(plain).items()}
    except (psycopg.ProgrammingError, ValueError):
        return {}


def _split(text: str) -> tuple[str, str]:
    """Return the address as libpq takes it, and the schema."""
    if "://" not in text:
        found = WORD.search(text)
        return WORD.sub("", text), (found[1] or found[2] or "") if found else SCHEMA
    try:
        parts = urlsplit(text)
    except ValueError:
        return "", SCHEMA
    asked = parse_qsl(parts.query, keep_blank_values=True)
    schema = next((value for key, value in asked if key == "schema"), SCHEMA)
    rest = urlencode([pair for pair in asked if pair[0] != "schema"], quote_via=quote)
    return urlunsplit(parts._replace(query=rest)), schema


def _shown(known: Mapping[str, str], schema: str) -> str:
    user = f"{known['user']}@" if "user" in known else ""
    port = f":{known['port']}" if "port" in known else ""
    place = known.get("host") or known.get("service") or "the local server"
    return f"{user}{place}{port}/{known.get('dbname', '')}, schema {schema}"


def _unreadable() -> errors.InvalidRequest:
    return errors.InvalidRequest(
        "The address of the PostgreSQL server cannot be read.",
        why="it is neither a URL nor `key=value` words that libpq knows",
        next=["Write postgresql://USER@HOST:5432/DATABASE, with ?schema=NAME for another schema than milestone."],
        code="bad_address",
    )
