"""Lists that come in: read, kept with their origin, renewed, taken back, ended."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.ledger.database import database_path
from bot.sharing.errors import SharingError
from bot.sharing.partners import Import
from tests.bot.sharing.conftest import NOW, WANG, House

LIST = """signal,signal_type,abuse_type,report_date,tlp
https://www.scam.example/pay?x=1,url,fraud,2026-11-20 10:00:00,TLP:GREEN
138 0000 1234,phone number,scam,2026-11-21 10:00:00,TLP:AMBER
wechat:jiezhai888,,scam,2026-11-22,
"""


def imports(
    house: House, text: str | bytes, partner: str = "甲方", days: int = 30, **options: Any
) -> Import:
    data = text if isinstance(text, bytes) else text.encode("utf-8")
    return house.run(house.partners.add_list("list.csv", data, partner, days, WANG, **options))


def stored(house: House) -> list[tuple[Any, ...]]:
    return house.ledger.reader.rows(
        "SELECT partner, key, tlp, listed_on FROM partner_entries ORDER BY key"
    )


def all_rows(house: House) -> list[tuple[Any, ...]]:
    return house.ledger.reader.rows("SELECT * FROM partner_entries ORDER BY partner, ref")


def test_contacts_come_in_under_the_key_by_which_the_cases_know_them(house: House) -> None:
    assert imports(house, LIST).added == 3
    assert stored(house) == [
        ("甲方", "phone:+8613800001234", "amber", "2026-11-21"),
        ("甲方", "url:scam.example", "green", "2026-11-20"),
        ("甲方", "wechat:jiezhai888", "amber+strict", "2026-11-22"),
    ]


def test_the_same_list_again_changes_nothing(house: House) -> None:
    imports(house, LIST)
    before = all_rows(house)
    again = imports(house, LIST)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3)
    assert all_rows(house) == before


def test_the_same_list_again_lets_its_entries_stay_longer(house: House) -> None:
    imports(house, LIST, days=10)
    house.now += timedelta(days=9)
    imports(house, LIST, days=10)
    house.now += timedelta(days=5)
    assert house.partners.partners()[0].live == 3


def test_two_partners_may_list_the_same_contact(house: House) -> None:
    imports(house, LIST, "甲方")
    imports(house, LIST, "乙方")
    assert [(one.name, one.live) for one in house.partners.partners()] == [("乙方", 3), ("甲方", 3)]


def test_each_bad_row_is_one_line_and_the_good_ones_come_in(house: House) -> None:
    bad = (
        "signal,kind,tlp,report_date,version\n"
        "good.example,url,green,2026-11-20,1\n"
        ",url,green,2026-11-20,1\n"
        "12345678,pigeon,green,2026-11-20,1\n"
        "b.example,url,purple,2026-11-20,1\n"
        "c.example,url,green,yesterday,1\n"
        "d.example,url,green,2026-11-20,new\n"
        "hmac-sha-256:short,url,green,2026-11-20,1\n"
    )
    done = imports(house, bad)
    assert done.added == 1
    assert [problem.split(":")[0] for problem in done.problems] == [
        f"line {n}" for n in range(3, 9)
    ]
    assert all("\n" not in problem for problem in done.problems)


def test_official_numbers_cannot_be_brought_in(house: House) -> None:
    done = imports(house, "signal,kind\n12378,phone\nmaisui.example,url\n")
    assert (done.added, len(done.problems)) == (0, 2)
    assert "official" in done.problems[0]


@pytest.mark.parametrize(
    "data",
    ["contact,kind\na.example,url\n", "", "{", '{"type":"report"}', b"\xff\xfe\x00\x81"],
)
def test_a_file_that_is_no_list_is_refused_in_one_line(house: House, data: str | bytes) -> None:
    with pytest.raises(SharingError) as refused:
        imports(house, data)
    assert "\n" not in str(refused.value)
    assert house.partners.partners() == []


def test_a_list_from_a_chinese_spreadsheet_is_read(house: House) -> None:
    imports(house, "signal,kind\r\n某某债务优化,agency\r\n".encode("gb18030"))
    assert stored(house)[0][1] == "agency:某某债务优化"
    imports(house, "\ufeffsignal,kind\r\nb.example,url\r\n", "乙方")
    assert len(stored(house)) == 2


def retracted(status: str, version: int) -> str:
    return f"signal,kind,status,entry_id,version\nscam.example,url,{status},e1,{version}\n"


def test_a_partner_takes_an_entry_back_and_it_stays_so(house: House) -> None:
    imports(house, retracted("active", 1))
    assert imports(house, retracted("retracted", 2)).retracted == 1
    assert house.partners.partners()[0].live == 0
    imports(house, retracted("active", 3))
    assert house.partners.partners()[0].live == 0


def test_an_older_version_does_not_undo_a_newer_one(house: House) -> None:
    imports(house, retracted("disputed", 2))
    imports(house, retracted("active", 1))
    assert house.partners.partners()[0].disputed == 1


def test_what_was_never_known_is_not_kept_for_being_taken_back(house: House) -> None:
    imports(house, retracted("retracted", 2))
    assert all_rows(house) == []


def test_a_whole_list_takes_back_what_it_lacks(house: House) -> None:
    imports(house, LIST)
    imports(house, LIST, "乙方")
    done = imports(house, "\n".join(LIST.splitlines()[:2]), whole=True)
    assert (done.unchanged, done.retracted) == (1, 2)
    assert {one.name: one.live for one in house.partners.partners()} == {"甲方": 1, "乙方": 3}


def test_an_entry_ends_when_its_time_or_the_partners_is_over(house: House) -> None:
    imports(
        house,
        "signal,kind,valid_until\na.example,url,2026-11-30\nb.example,url,2027-11-30\n",
        days=10,
    )
    house.now = NOW + timedelta(days=4)
    assert house.partners.partners()[0].live == 1
    house.now = NOW + timedelta(days=11)
    assert house.partners.partners()[0].live == 0


def test_what_has_ended_is_gone_after_the_next_list(house: House) -> None:
    imports(house, LIST, days=1)
    house.now += timedelta(days=2)
    imports(house, "signal,kind\nb.example,url\n", "乙方")
    assert [key for _, key, *_ in stored(house)] == ["url:b.example"]


def test_where_an_entry_came_from_is_on_record(house: House) -> None:
    imports(house, LIST)
    (entry,) = house.audit("share.import")
    assert (entry.actor, entry.subject, entry.detail["added"]) == ("wang", "甲方", 3)
    digests = house.ledger.reader.rows(
        "SELECT DISTINCT e.file_sha256, i.file_name FROM partner_entries e JOIN partner_imports i "
        "ON i.file_sha256 = e.file_sha256"
    )
    assert digests == [(entry.detail["sha256"], "list.csv")]
    with (
        sqlite3.connect(database_path(house.home)) as other,
        pytest.raises(sqlite3.IntegrityError, match="only added to"),
    ):
        other.execute("UPDATE partner_imports SET partner = '乙方'")


@pytest.mark.parametrize("format", ["csv", "stix"])
def test_what_one_house_exports_another_imports_with_all_that_is_said_of_it(
    build: Callable[..., House], format: str
) -> None:
    ours, theirs = build(), build()
    contacts = ("url:scam.example", "phone:+862100001234", "wechat:jiezhai888", "url:t.example")
    cases = [ours.confirms(contact) for contact in contacts]
    assert imports(theirs, ours.exports(format).text).added == 4
    ours.moves(cases[0], "false_alarm")
    ours.moves(cases[1], "closed", "verifying")
    done = imports(theirs, ours.exports(format, changes_only=True).text)
    assert (done.changed, done.retracted, done.problems) == (1, 1, ())
    (partner,) = theirs.partners.partners()
    assert (partner.live, partner.hashed, partner.disputed, partner.retracted) == (3, 1, 1, 1)


def test_both_forms_of_one_houses_export_lead_to_the_same_entries(
    build: Callable[..., House],
) -> None:
    ours, theirs = build(), build()
    ours.confirms("url:scam.example")
    imports(theirs, ours.exports("csv").text)
    assert imports(theirs, ours.exports("stix").text).unchanged == 1


def foreign(*indicators: dict[str, Any]) -> str:
    return json.dumps({"type": "bundle", "id": "bundle--1", "objects": list(indicators)})


def indicator(pattern: str, **more: Any) -> dict[str, Any]:
    base = {"type": "indicator", "id": f"indicator--{abs(hash(pattern))}", "pattern_type": "stix"}
    return {**base, "pattern": pattern, "valid_from": "2026-11-20T00:00:00Z", **more}


def test_indicators_of_other_programs_are_read(house: House) -> None:
    done = imports(
        house,
        foreign(
            indicator("[url:value = 'http://scam.example/a']"),
            indicator(
                "[ domain-name:value='b.example' ]", modified="2026-11-21T00:00:00.123456789Z"
            ),
            indicator(
                "[phone-number:value = '+86 138-0000-1234']",
                object_marking_refs=["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"],
            ),
            indicator("[ipv4-addr:value = '1.2.3.4']"),
            indicator("[url:value = 'x' OR url:value = 'y']"),
            {"type": "malware", "name": "passed over"},
        ),
    )
    assert (done.added, len(done.problems)) == (3, 2)
    assert [row[1:3] for row in stored(house)] == [
        ("phone:+8613800001234", "green"),
        ("url:b.example", "amber+strict"),
        ("url:scam.example", "amber+strict"),
    ]


@pytest.mark.parametrize(
    "objects", [None, 7, [7, None, []], [{"type": "indicator"}], [{"type": "indicator", "id": 7}]]
)
def test_a_bundle_of_any_content_is_read_without_falling_over(house: House, objects: Any) -> None:
    assert imports(house, json.dumps({"type": "bundle", "objects": objects})).added == 0
