"""What partners listed, as a message finds it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta

from jsonschema import Draft202012Validator, FormatChecker

from actions.plan import Contact
from bot.cases.contacts import ContactKey
from bot.ledger.ledger import Ledger
from bot.settings import ROOT
from bot.sharing.corroboration import Corroboration
from tests.bot.cases.conftest import HASHER, SOURCE
from tests.bot.sharing.conftest import House, telling
from tests.bot.sharing.test_partners import LIST, imports, retracted

PHONE, WECHAT = ContactKey.parse("phone:13800001234"), ContactKey.parse("wechat:jiezhai888")
SCHEMA = json.loads((ROOT / "bot/schemas/threat.detected.v1.json").read_text(encoding="utf-8"))


def test_a_hit_tells_who_listed_the_contact_and_when(house: House) -> None:
    imports(house, LIST)
    assert house.corroboration().of([PHONE, ContactKey("qq", "10000")]) == [
        {
            "partner": "甲方",
            "contact": "phone:+8613800001234",
            "listed_on": "2026-11-21",
            "tlp": "amber",
            "disputed": False,
        }
    ]


def test_contacts_that_nobody_listed_have_no_corroboration(house: House) -> None:
    assert house.corroboration().of([PHONE]) is None
    imports(house, LIST)
    assert house.corroboration().of([ContactKey("qq", "10000")]) is None


def test_an_entry_that_was_listed_as_a_keyed_hash_is_recognised(
    build: Callable[..., House],
) -> None:
    ours, theirs, stranger = build(), build(), build(alliance=None)
    ours.confirms(str(WECHAT))
    text = ours.exports("csv").text
    for house, found in ((theirs, True), (stranger, False)):
        imports(house, text)
        assert (house.corroboration().of([WECHAT]) is not None) is found


def test_what_a_partner_took_back_or_what_has_ended_no_longer_counts(house: House) -> None:
    imports(house, retracted("active", 1), days=10)
    key = ContactKey.parse("url:scam.example")
    snapshot = house.corroboration()
    assert snapshot.of([key]) is not None
    house.now += timedelta(days=11)
    assert snapshot.of([key]) is None
    house.now -= timedelta(days=11)
    imports(house, retracted("retracted", 2), days=10)
    snapshot.refresh()
    assert snapshot.of([key]) is None


def test_a_dispute_is_told_with_the_hit(house: House) -> None:
    imports(house, retracted("disputed", 1))
    hits = house.corroboration().of([ContactKey.parse("url:scam.example")])
    assert hits is not None
    assert hits[0]["disputed"] is True


def test_what_only_those_present_may_read_does_not_travel_on_in_signals(house: House) -> None:
    imports(house, "signal,kind,tlp\nscam.example,url,red\n")
    assert house.corroboration().of([ContactKey.parse("url:scam.example")]) is None


def test_the_lists_are_read_again_only_after_an_import(house: House) -> None:
    snapshot = Corroboration(house.ledger.reader)
    assert snapshot.refresh() is True
    assert snapshot.refresh() is False
    imports(house, LIST)
    assert snapshot.refresh() is True
    assert len(snapshot) == 3


def test_a_signal_carries_the_hit_and_the_same_confidence(house: House) -> None:
    """Written by a real ledger that asks the snapshot, as the service's does."""
    imports(house, LIST)
    ledger = Ledger.open(
        *(house.home,), hasher=HASHER, source=SOURCE, corroborate=house.corroboration().told
    )
    try:
        house.run(ledger.record(telling("u1", "phone:138 0000 1234", "url:other.example")))
        house.run(ledger.record(telling("u2", "url:other.example")))
        listed, unlisted = (event.event["data"] for event in ledger.events())
    finally:
        ledger.close()
    validator = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
    for data in (listed, unlisted):
        assert list(validator.iter_errors(data)) == []
    assert listed["corroboration"][0]["partner"] == "甲方"
    assert unlisted["corroboration"] is None
    assert listed["confidence"] == unlisted["confidence"]


def test_agencies_and_contacts_are_looked_up_in_any_writing(house: House) -> None:
    imports(house, "signal,kind\n恒信债务优化有限公司,agency\n")
    hits = house.corroboration().told([Contact("qq", "1", "1")], "恒信债务优化（北京）有限公司")
    assert [hit["contact"] for hit in hits] == ["agency:恒信债务优化"]


def test_a_message_waits_microseconds_for_a_large_list(house: House) -> None:
    lines = "".join(f"1380000{number:04d},phone\n" for number in range(5_000))
    imports(house, "signal,kind\n" + lines)
    snapshot = house.corroboration()
    began = time.perf_counter()
    for _ in range(1_000):
        snapshot.of([PHONE, WECHAT])
    assert (time.perf_counter() - began) / 1_000 < 0.001
