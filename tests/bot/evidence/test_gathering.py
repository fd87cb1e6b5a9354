from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from actions.plan import Contact
from bot.evidence import archive
from bot.feedback.verdict import CONFIRMED
from tests.bot.evidence.conftest import (
    APPROACH,
    MORNING,
    PAYMENT,
    THEIR_ACCOUNT,
    EvidenceDesk,
    said,
)

ID_CARD, CARD, CODE = "11010519900307721X", "6217000010001234567", "482915"


def case_of(desk: EvidenceDesk) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(desk.files()["case.json"])
    return found


def sittings_of(desk: EvidenceDesk) -> list[list[str]]:
    (talk,) = json.loads(desk.files()["transcript.json"])
    return [[line["text"] for line in sitting["lines"]] for sitting in talk["sittings"]]


def test_a_reporter_tells_what_a_police_report_asks_for(told: EvidenceDesk) -> None:
    wang = case_of(told)["reporters"][0]
    assert wang["own_accounts_last_four_digits"] == ["1234"]
    assert wang["paid"] == ["3000"]
    paid = wang["statements"][1]
    assert (paid["stage"], paid["platform"], paid["at"]) == (
        "paid",
        "抖音",
        "2026-11-23T01:36:00.000000Z",
    )
    accounts = [c["value"] for c in paid["contacts"] if c["kind"] == "bank_account"]
    assert accounts == [THEIR_ACCOUNT.value]


def test_contacts_are_counted_over_all_who_told_of_them(told: EvidenceDesk) -> None:
    contacts = {(c["kind"], c["of_case"]): c for c in case_of(told)["contacts"]}
    wechat = contacts["wechat", True]
    assert (wechat["signals"], wechat["reporters"]) == (6, 5)
    assert contacts["bank_account", False]["reporters"] == 2
    assert contacts["agency", False]["writings"] == ["恒信法务咨询有限公司"]


def test_writings_of_one_number_are_one_contact(desk: EvidenceDesk) -> None:
    other = replace(
        APPROACH,
        contacts=(
            *APPROACH.contacts[:1],
            Contact("phone", "13800001234", "１３８－００００－１２３４"),
        ),
    )
    desk.hears(said("wang", "m1", "一", APPROACH, agrees=True), said("wang", "m2", "二", other))
    phones = [c for c in case_of(desk)["contacts"] if c["kind"] == "phone"]
    assert [(c["signals"], c["writings"]) for c in phones] == [
        (2, ["138 0000 1234", "１３８－００００－１２３４"])
    ]


def test_only_sittings_with_a_signal_of_the_case_enter(desk: EvidenceDesk) -> None:
    later, much_later = MORNING + timedelta(hours=1), MORNING + timedelta(days=3)
    desk.hears(
        said("wang", "m1", "有人加我", APPROACH, agrees=True),
        said("wang", "m2", "我该怎么办", at=later),
        said("wang", "m3", "我家里的事", at=much_later),
        said("wang", "m4", "又来找我了", APPROACH, at=much_later + timedelta(days=1)),
    )
    assert [sitting[::2] for sitting in sittings_of(desk)] == [
        ["有人加我", "我该怎么办"],
        ["又来找我了"],
    ]


def test_a_signal_of_another_case_does_not_bring_its_conversation(desk: EvidenceDesk) -> None:
    other = replace(APPROACH, contacts=(Contact("qq", "10001", "10001"),), agency=None)
    desk.hears(
        said("wang", "m1", "有人加我", APPROACH, agrees=True),
        said("wang", "m2", "另一家", other, at=MORNING + timedelta(days=5)),
    )
    assert "另一家" not in str(sittings_of(desk))


def test_secrets_that_reached_the_ledger_all_the_same_do_not_leave(
    drawing_desk: EvidenceDesk,
) -> None:
    text = f"我的身份证{ID_CARD}，我的卡{CARD}，验证码是{CODE}，给了hengxin_fawu"
    secret = replace(APPROACH, evidence=(f"验证码是{CODE}", f"我的卡{CARD}"))
    drawing_desk.hears(
        said("wang", "m1", text, secret, agrees=True), answers=[f"您说验证码是{CODE}"]
    )
    for path, raw in archive.read(drawing_desk.export().archive).items():
        for planted in (ID_CARD, CARD, CODE):
            assert planted.encode() not in raw, path
    assert "我的卡＊" in drawing_desk.files()["timeline.csv"].decode()


def test_the_other_sides_account_stays_whole_in_what_was_said(desk: EvidenceDesk) -> None:
    text = "对方发来的收款账户是6222020000001111222，让我转三千"
    signal = replace(PAYMENT, evidence=("6222020000001111222，让我转三千",))
    desk.hears(said("wang", "m1", text, signal, agrees=True))
    files = desk.files()
    assert sittings_of(desk)[0][0] == text
    assert "6222020000001111222，让我转三千" in files["timeline.csv"].decode()


def test_a_signal_whose_words_were_not_kept_is_told_without_a_transcript(
    desk: EvidenceDesk,
) -> None:
    desk.hears(replace(said("wang", "m1", "", APPROACH, agrees=True), said=None))
    files = desk.files()
    assert "transcript.json" not in files
    assert "停息挂账" in files["timeline.csv"].decode()


def test_one_amount_told_twice_is_paid_once(desk: EvidenceDesk) -> None:
    more = replace(PAYMENT, amounts=("1500.50",))
    desk.hears(
        said("wang", "m1", "一", PAYMENT, agrees=True),
        said("wang", "m2", "二", PAYMENT, at=MORNING + timedelta(minutes=1)),
        said("wang", "m3", "三", more, at=MORNING + timedelta(minutes=2)),
    )
    assert case_of(desk)["reporters"][0]["paid"] == ["3000", "1500.50"]


def test_of_several_amounts_in_one_message_none_counts_as_paid(desk: EvidenceDesk) -> None:
    text = "有人说征信修复收费3000，让我加微信hengxin_fawu，我已经付了1500"
    both = replace(PAYMENT, evidence=(text,), amounts=("3000", "1500"))
    desk.hears(said("wang", "m1", text, both, agrees=True))
    assert case_of(desk)["reporters"][0]["paid"] == []
    rows = csv.DictReader(desk.files()["amounts.csv"].decode("utf-8-sig").splitlines())
    assert [(row["amount"], row["said"]) for row in rows] == [
        ("3000", "mentioned"),
        ("1500", "mentioned"),
    ]


def test_false_alarms_stay_out_and_the_figures_are_those_of_the_case(told: EvidenceDesk) -> None:
    wang, chen = (reporter["statements"] for reporter in case_of(told)["reporters"])
    told.judges(wang[0]["signal"], chen[0]["signal"])
    found = case_of(told)
    (only,) = found["reporters"]
    assert [statement["signal"] for statement in only["statements"]] == [wang[1]["signal"]]
    case = found["case"]
    assert case["reporters"] == 4
    assert case["reporters"] == len(found["reporters"]) + sum(found["left_out"].values())
    (wechat,) = (contact for contact in found["contacts"] if contact["kind"] == "wechat")
    for figure in ("signals", "reporters", "first_seen", "last_seen"):
        assert wechat[figure] == case[figure], figure
    agreed, excluded = told.exporter.outlook(told.case())
    assert (agreed, excluded.all) == (1, 3)


def test_only_the_last_verdict_on_a_signal_counts(told: EvidenceDesk) -> None:
    before = case_of(told)["reporters"]
    signal = before[1]["statements"][0]["signal"]
    told.judges(signal)
    told.judges(signal, verdict=CONFIRMED)
    assert case_of(told)["reporters"] == before
