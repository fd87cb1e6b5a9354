"""Exports as CSV with the fields of the Global Signal Exchange."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.sharing.signal_list import COLUMNS, guarded, unguarded
from tests.bot.sharing.conftest import House

URL, PHONE = "url:scam.example", "phone:+862100001234"


def rows(house: House, **choice: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(house.exports("csv", **choice).text)))


def test_the_first_columns_are_those_of_the_exchange(house: House) -> None:
    house.confirms(URL)
    (row,) = rows(house)
    assert tuple(row) == COLUMNS
    assert [row[name] for name in COLUMNS[:6]] == [
        "scam.example",
        "domain name",
        "scam",
        "2026-11-23 00:00:00",
        "0",
        "70",
    ]
    assert json.loads(row["extra_data"])["tlp"] == "TLP:GREEN"


def test_marking_version_and_standing_are_columns(house: House) -> None:
    case = house.confirms(URL)
    (before,) = rows(house)
    house.moves(case, "false_alarm")
    (after,) = rows(house)
    assert (before["tlp"], before["status"], before["version"]) == ("TLP:GREEN", "active", "1")
    assert (after["status"], after["reason"], after["version"]) == ("retracted", "false_alarm", "2")
    assert after["entry_id"] == before["entry_id"]
    assert after["confidence_score"] == "0"


def test_the_code_of_the_alliance_is_empty_until_somebody_names_it(
    build: Callable[..., House], policy: Any
) -> None:
    codes = {**policy.codes, "loan_scam": replace(policy.codes["loan_scam"], aif_code="A-07")}
    for house, expected in ((build(), ""), (build(codes=codes), "A-07")):
        house.confirms(URL)
        assert rows(house)[0]["aif_code"] == expected


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@sum", "'@sum"),
        ("+8613800001234", "+8613800001234"),
        ("-1+1", "'-1+1"),
        ("某某优化", "某某优化"),
    ],
)
def test_no_cell_is_run_as_a_formula_and_numbers_stay_numbers(text: str, safe: str) -> None:
    assert guarded(text) == safe
    assert unguarded(safe) == text
