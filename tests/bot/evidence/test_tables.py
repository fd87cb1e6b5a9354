from __future__ import annotations

import csv
import io

import pytest

from bot.evidence.tables import csv_file


def test_a_spreadsheet_reads_it_as_utf_8_and_gets_every_cell() -> None:
    raw = csv_file(("a", "b"), [("中,文", 'say "x"'), ("two\nlines", None)])
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows == [["a", "b"], ["中,文", 'say "x"'], ["two\nlines", ""]]


@pytest.mark.parametrize("cell", ["=1+1", "+8613800001234", "-1", "@x", "\tx", "\rx"])
def test_a_cell_is_never_taken_for_a_formula(cell: str) -> None:
    rows = list(
        csv.reader(io.StringIO(csv_file(("a",), [(cell,)]).decode("utf-8-sig"), newline=""))
    )
    assert rows[1] == [f"'{cell}"]
