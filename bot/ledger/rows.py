"""Rows that are only added: those of all who wait together go into a table in one step of SQLite.

Each step of SQLite hands Python's lock back and forth with the thread that answers messages, which takes
far longer than to add a row.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Union

Row = tuple[Union[str, int, None], ...]


class Unmet(Exception):
    """What a :class:`Condition` asks for is not so."""


@dataclass(frozen=True)
class Table:
    """A table with the columns that are filled; ``conflict`` is the clause for rows that are there already."""

    name: str
    columns: tuple[str, ...]
    conflict: str = ""
    _insert: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        values = ", ".join(f"json_extract(value, '$[{i}]')" for i in range(len(self.columns)))
        # "WHERE true" keeps SQLite from reading the clause that follows as part of a join.
        insert = (
            f"INSERT INTO {self.name} ({', '.join(self.columns)}) "
            f"SELECT {values} FROM json_each(?) WHERE true {self.conflict}"
        )
        object.__setattr__(self, "_insert", insert)

    def add(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        """Adds rows in their order within the transaction of ``connection``."""
        connection.execute(self._insert, (json.dumps(rows, ensure_ascii=False),))


@dataclass(frozen=True)
class Condition:
    """What has to be so when the rows that come after it are added; otherwise none of its unit is.

    ``unmet`` is a SELECT from ``json_each(?)``, an array for each row, which finds those for which it is not.
    """

    unmet: str

    def add(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        """Looks at all rows in one step.

        Raises:
            Unmet: when one is not met.
        """
        if connection.execute(self.unmet, (json.dumps(rows),)).fetchone():
            raise Unmet


Addition = tuple[Union[Table, Condition], Row]
