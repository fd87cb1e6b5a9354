"""Contacts and amounts: what people listed against what was extracted, by value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from nlu.analysis import Analysis
from nlu.entities import extract
from nlu.evaluation.figures import Figure, Figures
from nlu.evaluation.outcomes import Outcome
from nlu.text.folding import fold

_CONTACT_KINDS = ("phone", "contact_id", "url")
_DIGITS = dict(zip("零〇幺一二三四五六七八九壹贰叁肆伍陆柒捌玖", "001123456789123456789"))
_LONGEST_NATIONAL = 11


def entity_figures(outcomes: Iterable[Outcome]) -> Figures:
    """F1, precision and recall of contacts and amounts, over the rows that list them.

    A row lists contacts when it has ``numbers``, also an empty list. Contacts are compared without their
    country code, amounts as sums in yuan.
    """
    rows = list(outcomes)
    contacts = [
        ({contact_key(value) for value in item.row.numbers}, _contacts(item.analysis))
        for item in rows
        if item.row.numbers is not None
    ]
    amounts = [
        ({amount_key(value) for value in item.row.amounts}, _amounts(item.analysis))
        for item in rows
        if item.row.amounts is not None
    ]
    return _f1("contacts", contacts) | _f1("amounts", amounts)


def contact_key(written: str) -> str:
    """A contact as it is compared: a number as digits without 0, 00 or 86 before it, an id in lower case."""
    text = unicodedata.normalize("NFKC", written).lower()
    signs = "".join(_DIGITS.get(sign, _digit(sign)) for sign in text)
    if re.search(r"[a-z]", signs):
        return re.sub(r"\s", "", signs).lstrip("@")
    digits = re.sub(r"\D", "", signs).lstrip("0")
    return digits[2:] if digits.startswith("86") and len(digits) > _LONGEST_NATIONAL else digits


def _digit(sign: str) -> str:
    value = unicodedata.digit(sign, None)
    return sign if value is None else str(value)


def amount_key(written: str) -> str:
    """A sum as it is compared: in yuan; writing that stands for no sum is its own key and matches none."""
    for text in (written, f"{written}元"):
        for entity in extract(fold(text)):
            if entity.kind == "amount":
                return _plain(entity.value)
    return written


def _plain(value: str) -> str:
    return format(Decimal(value).normalize(), "f")


def _contacts(analysis: Analysis) -> set[str]:
    return {contact_key(item.value) for item in analysis.entities if item.kind in _CONTACT_KINDS}


def _amounts(analysis: Analysis) -> set[str]:
    return {_plain(item.value) for item in analysis.values("amount")}


def _f1(name: str, compared: Iterable[tuple[set[str], set[str]]]) -> Figures:
    right = missed = wrong = 0
    for wanted, found in compared:
        right += len(wanted & found)
        missed += len(wanted - found)
        wrong += len(found - wanted)
    figures: Figures = {}
    if right + missed:
        figures[f"{name}.recall"] = Figure(right / (right + missed), right + missed)
    if right + wrong:
        figures[f"{name}.precision"] = Figure(right / (right + wrong), right + wrong)
    if right + missed + wrong:
        total = right + missed + wrong
        figures[f"{name}.f1"] = Figure(2 * right / (2 * right + missed + wrong), total, share=False)
    return figures
