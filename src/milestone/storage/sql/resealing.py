"""Write everything a database keeps again, sealed or in the clear as it is wished now."""

from collections.abc import Iterator

from milestone.storage.sql import sealing
from milestone.storage.sql.connection import Connection
from milestone.storage.sql.moment import Rules
from milestone.storage.sql.statements import SQL
from milestone.storage.sql.transaction import fill_anew


def differing(connection: Connection, rules: Rules) -> list[int]:
    """Return the lines that are sealed and should not be, or the other way round: the first event of each."""
    wanted = rules.vault is not None and rules.vault.seals
    return [first for first, is_sealed in _forms(connection) if is_sealed != wanted]


def rewrite(connection: Connection, rules: Rules, lines: list[int]) -> None:
    """Write these lines and every record again; the log says the same, so hashes, seals and pins hold."""
    opened = rules.opened(connection)
    for first in lines:
        _, _, text = opened.rows(SQL["line_at"], (first,))[0]
        opened.run(SQL["set_line"], (bytes(text), first))
    fill_anew(opened, rules)


def _forms(connection: Connection) -> Iterator[tuple[int, bool]]:
    after = 0
    while found := connection.rows(SQL["line_form"], (after,)):
        for first, begins in found:
            yield int(first), bytes(begins) == sealing.BYTES
        after = int(found[-1][0])
