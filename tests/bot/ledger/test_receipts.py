from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hashing import Hasher
from bot.ledger.receipts import normalise_receipt, receipt_number


@given(st.text())
def test_a_number_has_letters_only_and_none_that_look_alike(event_id: str) -> None:
    number = receipt_number(Hasher([b"key"]), event_id)
    assert re.fullmatch("JZ-[A-Z]{4}-[A-Z]{4}", number)
    assert not set(number[3:]) & set("AEIOULVSNGBD")
    assert number == receipt_number(Hasher([b"key"]), event_id)


def test_numbers_differ_between_events_and_between_keys() -> None:
    numbers = {receipt_number(Hasher([b"key"]), str(n)) for n in range(2000)}
    assert len(numbers) == 2000
    assert receipt_number(Hasher([b"other"]), "0") not in numbers


@given(st.text())
def test_a_number_is_understood_however_it_is_written(event_id: str) -> None:
    number = receipt_number(Hasher([b"key"]), event_id)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    for writing in (
        number,
        number.lower(),
        f" {number} ",
        number.replace("-", ""),
        number.replace("-", " "),
        number.replace("-", "－"),
        number.removeprefix("JZ-"),
        wide,
    ):
        assert normalise_receipt(writing) == number


@pytest.mark.parametrize(
    "text",
    ["", "JZ", "JZ-KXWP", "JZ-KXWP-QMRTT", "JZ-KXWP-QMR1", "AB-KXWP-QMRT", "JZ-KXWP-QMRA", "你好"],
)
def test_what_is_no_number_is_told_apart(text: str) -> None:
    assert normalise_receipt(text) is None
