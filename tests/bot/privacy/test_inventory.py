"""The list of where a borrower's data lies is complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.ledger.database import open_database
from bot.privacy.inventory import PLACES, WITHOUT_BORROWERS
from bot.privacy.rules import ONLY_ADDED_TO
from bot.privacy.terms import KINDS

KEYS = {"user", "conversation", "turn"}
LISTED = {place.table for place in PLACES}
OTHERS = frozenset().union(*WITHOUT_BORROWERS.values())


@pytest.fixture
def columns(tmp_path: Path) -> dict[str, set[str]]:
    """The columns of every table that the migrations make."""
    connection = open_database(tmp_path / "new.db")
    rows = connection.execute(
        "SELECT tables.name, columns.name FROM sqlite_master AS tables "
        "JOIN pragma_table_info(tables.name) AS columns "
        "WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    ).fetchall()
    connection.close()
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return found


def test_every_table_that_names_a_borrower_is_listed(columns: dict[str, set[str]]) -> None:
    naming = {table for table, names in columns.items() if names & KEYS}
    assert naming - LISTED == set(), "say in bot/privacy/inventory.py what becomes of its rows"


def test_every_other_table_is_known_to_name_none(columns: dict[str, set[str]]) -> None:
    # The index of words keeps its own tables under its name.
    own = {t for t in columns if t.rpartition("_")[0] in {"case_signal_words", "case_note_words"}}
    assert set(columns) - own == LISTED | OTHERS, "add a new table to bot/privacy/inventory.py"
    assert not LISTED & OTHERS


def test_every_place_shows_columns_that_exist_and_has_a_term(
    columns: dict[str, set[str]],
) -> None:
    for place in PLACES:
        assert set(place.shows) | set(place.emptied) <= columns[place.table], place.table
        assert place.kind in {*KINDS, *ONLY_ADDED_TO}, place.table
