"""What an erasure takes away of a borrower here: all that is the borrower's own, and no verdict of staff."""

from __future__ import annotations

import sqlite3

from bot.hashing import Pseudonym
from bot.ledger.encoding import to_json


def forget_unit(connection: sqlite3.Connection, user: Pseudonym) -> int:
    """Forgets a borrower within a unit of the ledger's writer.

    Objections and results on their way are removed. An appeal stays with its decision, since it is the record
    of how staff acted, but without the words and the hash of the borrower.

    Returns:
        How many rows were removed or emptied.
    """
    keys = (to_json(user.all),)
    mine = "WHERE user IN (SELECT value FROM json_each(?))"
    rows = connection.execute(f"DELETE FROM disputes {mine}", keys).rowcount  # noqa: S608
    rows += connection.execute(f"DELETE FROM notices {mine}", keys).rowcount  # noqa: S608
    rows += connection.execute(
        f"UPDATE appeals SET user = '', reason = '' {mine}",  # noqa: S608
        keys,
    ).rowcount
    return rows
