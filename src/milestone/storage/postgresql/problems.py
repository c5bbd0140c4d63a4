"""What PostgreSQL refuses, said so that a person knows what to do; never with a password."""

import psycopg
from psycopg import errors as refusals

from milestone import errors
from milestone.storage.postgresql.address import Address
from milestone.storage.sql.damage import damaged

AGAIN = "Try again, or wait longer with --lock-timeout SECONDS."
PASSWORD = "Put the password into ~/.pgpass, or name a variable that holds the whole address with --dsn-env."
BUSY: tuple[tuple[type[psycopg.Error], str], ...] = (
    (refusals.LockNotAvailable, "another writer keeps it"),
    (refusals.QueryCanceled, "it took longer than it may"),
    (refusals.TooManyConnections, "the server has no connection left"),
    (refusals.DeadlockDetected, "two writers waited for each other"),
    (refusals.SerializationFailure, "the replica had to drop the rows it was reading"),
)
FULL = (refusals.DiskFull, refusals.OutOfMemory, refusals.ConfigurationLimitExceeded, refusals.IoError)
BROKEN = (refusals.DataCorrupted, refusals.IndexCorrupted)
GONE = (psycopg.OperationalError, psycopg.InterfaceError, refusals.IdleInTransactionSessionTimeout)
TEXTS = (refusals.UntranslatableCharacter, refusals.CharacterNotInRepertoire, psycopg.DataError)


def told(problem: psycopg.Error, address: Address) -> errors.MilestoneError:
    """Return what to say of a refusal."""
    why = said(problem, address)
    for kind, words in BUSY:
        if isinstance(problem, kind):
            return errors.Busy("The store is busy.", why=words, next=[AGAIN], retry_after_ms=500)
    if isinstance(problem, BROKEN):
        return damaged(why)
    if isinstance(problem, refusals.InsufficientPrivilege):
        return not_permitted(why, address)
    if isinstance(problem, refusals.ReadOnlySqlTransaction):
        return _not_writable("it is a replica or read-only", address)
    if isinstance(problem, FULL):
        return _not_writable(why, address)
    if isinstance(problem, TEXTS):
        return errors.InvalidRequest(
            "A text cannot be stored.", why=why, next=["Leave out characters such as NUL, then try again."]
        )
    if isinstance(problem, GONE):
        return not_reachable(why, address)
    return damaged(why)


def said(problem: psycopg.Error, address: Address) -> str:
    """Return the first line of what server or library said, without the password."""
    first = next((line.strip() for line in str(problem).splitlines() if line.strip()), type(problem).__name__)
    return first.replace(address.password, "…") if address.password else first


def not_reachable(why: str, address: Address) -> errors.NotReachable:
    """Return the refusal of a server that does not answer; nothing was changed."""
    return errors.NotReachable(
        f"The database of this store does not answer ({address.shown}).",
        why=f"{why}; nothing was changed",
        next=[
            PASSWORD if "password" in why else "Try again when it runs.",
            "milestone config explain backend.dsn",
        ],
        retry_after_ms=1000,
    )


def unknown(seq: int, address: Address) -> errors.NotReachable:
    """Return what is said when the answer to a commit was lost and nobody can be asked."""
    return errors.NotReachable(
        f"Whether the change is stored is not known ({address.shown}).",
        why="the database did not answer when it was to be stored, and cannot be asked",
        next=[f"milestone log --since {seq - 1}", "With --key K, repeating the same call never does it twice."],
        code="outcome_unknown",
        retry_after_ms=1000,
    )


def not_permitted(why: str, address: Address) -> errors.NotPermitted:
    """Return the refusal of a role that lacks a right."""
    return errors.NotPermitted(
        f"The database does not let this role do that ({address.shown}).",
        why=why,
        next=["Let the owner of the database run what this prints: milestone schema postgresql"],
        code="role_lacks_right",
    )


def foreign(address: Address) -> errors.Refused:
    """Return the refusal to work in the schema of another project."""
    return errors.Refused(
        f"Another project keeps its records there ({address.shown}).",
        why="a schema holds one project; this folder belongs to another",
        next=["Add ?schema=NAME to the address, with a name of this project's own."],
        code="foreign_schema",
    )


def _not_writable(why: str, address: Address) -> errors.NotWritable:
    return errors.NotWritable(
        f"The database cannot be written ({address.shown}).",
        why=f"{why}; nothing was changed",
        next=["Make room or name the primary server, then try again."],
    )
