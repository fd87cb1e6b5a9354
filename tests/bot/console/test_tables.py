"""Tables as CSV: what a spreadsheet may be given, and what it must not run."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timezone

import pytest

from bot.console.tables import Cell, Column, Table, as_csv


def read(table: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(as_csv(table).decode("utf-8-sig"))))


def table(*values: object) -> Table:
    return Table("t", [Column("A")], [(value,) for value in values], empty="")


@pytest.mark.parametrize("evil", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "\r=1"])
def test_nothing_is_run_as_a_formula(evil: str) -> None:
    (_, (cell,)) = read(table(evil))
    assert cell == f"'{evil}"


@pytest.mark.parametrize("value", ["+8613800001234", "-12.5", "3", "1,000"])
def test_numbers_stay_numbers(value: str) -> None:
    assert read(table(value))[1] == [value]


def test_times_are_those_of_beijing_and_nothing_is_empty() -> None:
    moment = datetime(2026, 11, 29, 16, 30, tzinfo=timezone.utc)
    assert read(table(moment, None, 0.125)) == [
        ["A"],
        ["2026-11-30T00:30:00+08:00"],
        [""],
        ["0.125"],
    ]


def test_a_download_has_the_values_and_not_what_the_page_makes_of_them() -> None:
    columns = [Column("Code", "code"), Column("Id", shown=False)]
    rows = [(Cell("loan_scam", href="/x", more="note"), "abc")]
    assert read(Table("t", columns, rows, empty=""))[1] == ["loan_scam", "abc"]


def test_an_unknown_kind_of_column_is_refused() -> None:
    with pytest.raises(ValueError, match="is no kind of column"):
        Column("A", "money")
