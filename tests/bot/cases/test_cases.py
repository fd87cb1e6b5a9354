"""What people do with cases: the allowed order, nothing lost, everything written down."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.audit import AuditLog
from bot.cases.cases import (
    CaseError,
    CaseView,
    ForbiddenMoveError,
    StaleCaseError,
    UnknownCaseError,
)
from bot.cases.contacts import ContactKey
from bot.cases.states import NEXT, STATES
from bot.ledger.database import Reader, database_path
from bot.ledger.receipts import receipt_number
from bot.settings import ROOT
from tests.bot.cases.conftest import HASHER, LI, NOW, Office, telling

PHONE = "phone:138 0000 1234"
AGENCY = "agency:恒信法务"
SCHEMA = json.loads((ROOT / "bot/schemas/case.changed.v1.json").read_text(encoding="utf-8"))
WAYS = {
    "new": [],
    "verifying": ["verifying"],
    "confirmed": ["verifying", "confirmed"],
    "handed_to_police": ["verifying", "confirmed", "handed_to_police"],
    "accepted": ["verifying", "confirmed", "handed_to_police", "accepted"],
    "filed": ["verifying", "confirmed", "handed_to_police", "accepted", "filed"],
    "closed": ["verifying", "confirmed", "closed"],
    "false_alarm": ["verifying", "false_alarm"],
}


@pytest.fixture
def case_id(office: Office) -> str:
    office.hears(
        telling("u1", PHONE, receipt=True),
        telling("u2", PHONE, "wechat:abc", agency="恒信法务"),
        telling("u3", agency="恒信法务"),
    )
    return office.case_of(PHONE)


def changes(office: Office) -> list[dict[str, Any]]:
    events = [stored.event for stored in office.ledger.outbox() if "case.changed" in stored.type]
    for event in events:
        Draft202012Validator(SCHEMA).validate(event["data"])
    return events


@pytest.mark.parametrize("state", STATES)
def test_from_every_state_only_the_allowed_ones_follow(
    office: Office, case_id: str, state: str
) -> None:
    office.moves(case_id, *WAYS[state])
    for wanted in STATES:
        if wanted not in NEXT[state]:
            with pytest.raises(ForbiddenMoveError, match="can become"):
                office.moves(case_id, wanted)
    assert office.book.find(case_id).state == state
    for wanted in NEXT[state]:
        before = office.book.find(case_id).revision
        office.moves(case_id, wanted)
        assert office.book.find(case_id).revision == before + 1
        break


def test_verification_cannot_be_skipped() -> None:
    for way in itertools.chain.from_iterable(
        itertools.permutations(STATES[1:], n) for n in (1, 2, 3)
    ):
        steps = ("new", *way)
        allowed = all(after in NEXT[before] for before, after in itertools.pairwise(steps))
        if allowed:
            assert way[0] == "verifying"


def test_a_move_names_the_state_that_was_seen(office: Office, case_id: str) -> None:
    office.moves(case_id, "verifying")
    with pytest.raises(StaleCaseError, match="verifying by now, no longer new"):
        office.run(office.book.move(case_id, "confirmed", LI, seen="new"))
    assert (
        office.run(office.book.move(case_id, "confirmed", LI, seen="verifying")).state
        == "confirmed"
    )


@pytest.mark.parametrize("end", ["false_alarm", "closed"])
def test_ending_a_case_and_taking_it_up_again_need_a_reason(
    office: Office, case_id: str, end: str
) -> None:
    office.moves(case_id, *WAYS[end][:-1])
    with pytest.raises(ForbiddenMoveError, match="note must say why"):
        office.run(office.book.move(case_id, end, LI))
    office.moves(case_id, end)
    with pytest.raises(ForbiddenMoveError, match="note must say why"):
        office.run(office.book.move(case_id, "verifying", LI, "  "))
    office.moves(case_id, "verifying")
    assert office.book.find(case_id).state == "verifying"


def test_every_state_has_its_deadline_and_overdue_cases_are_found(
    office: Office, case_id: str
) -> None:
    assert office.book.find(case_id).deadline == NOW + timedelta(days=2)
    office.moves(case_id, "verifying")
    case = office.book.find(case_id)
    assert case.deadline == NOW + timedelta(days=5)
    later = NOW + timedelta(days=5, seconds=1)
    assert (case.overdue(NOW), case.overdue(later)) == (False, True)
    assert len(office.book.list(overdue_at=later)) == 3
    assert office.book.count(later) == {"new": (2, 2), "verifying": (1, 1)}
    office.moves(case_id, "false_alarm")
    case = office.book.find(case_id)
    assert (case.deadline, case.overdue(later)) == (None, False)


def test_a_move_tells_risk_control_the_tip_off_and_the_audit(office: Office, case_id: str) -> None:
    office.moves(case_id, "verifying", "confirmed")
    first, second = changes(office)
    assert (first["data"]["from"], first["data"]["to"]) == ("new", "verifying")
    assert second["data"]["contacts"] == [{"kind": "phone", "value": "+8613800001234"}]
    assert second["subject"] == "+8613800001234"
    assert (second["data"]["reporters"], second["data"]["revision"]) == (2, 2)
    assert '"li"' not in json.dumps(second)
    receipt = office.ledger.receipt(receipt_number(HASHER, "u1 m1"))
    assert receipt is not None
    assert receipt.state == "confirmed"
    entries = AuditLog(office.ledger.reader).latest(subject=case_id)
    assert [entry.action for entry in entries] == ["case.move", "case.move"]
    assert entries[0].detail == {"entry": 2, "from": "verifying", "to": "confirmed"}


def test_a_refused_move_leaves_no_trace(office: Office, case_id: str) -> None:
    with pytest.raises(ForbiddenMoveError):
        office.moves(case_id, "filed")
    assert changes(office) == []
    assert office.book.log(case_id) == []
    assert AuditLog(office.ledger.reader).latest() == []


def test_notes_are_masked_found_and_kept_out_of_the_audit(office: Office, case_id: str) -> None:
    note = "报案人身份证号11010519491231002X，已回访"
    office.run(office.book.annotate(case_id, note, LI))
    [entry] = office.book.log(case_id)
    assert "11010519491231002X" not in entry.detail["note"]
    assert "已回访" in entry.detail["note"]
    assert [case.id for case in office.book.list(text="已回访")] == [case_id]
    [audited] = AuditLog(office.ledger.reader).latest()
    assert audited.detail == {"entry": entry.id}
    with pytest.raises(CaseError, match="empty"):
        office.run(office.book.annotate(case_id, " ", LI))
    with pytest.raises(CaseError, match="at most"):
        office.run(office.book.annotate(case_id, "长" * 4001, LI))


def test_owner_region_and_title(office: Office, case_id: str) -> None:
    office.run(office.book.assign(case_id, "wang", LI))
    office.run(office.book.describe(case_id, LI, title="恒信电话", region="广东"))
    case = office.book.find(case_id)
    assert (case.owner, case.title, case.region) == ("wang", "恒信电话", "广东")
    assert [found.id for found in office.book.list(owner="wang")] == [case_id]
    assert [found.id for found in office.book.list(region="广东")] == [case_id]
    assert [found.id for found in office.book.list(text="恒信电话")] == [case_id]
    office.run(office.book.describe(case_id, LI, title="", region=""))
    office.run(office.book.assign(case_id, None, LI))
    case = office.book.find(case_id)
    assert (case.owner, case.title, case.region) == (None, "+8613800001234", None)


def test_a_merge_keeps_all_references_and_can_be_undone(office: Office, case_id: str) -> None:
    other = office.case_of(AGENCY)
    third = office.case_of("wechat:abc")
    office.run(office.book.annotate(other, "先前的备注", LI))
    before = {id: office.book.find(id) for id in (case_id, other, third)}
    office.run(office.book.merge(other, third, LI))
    merged = office.run(office.book.merge(case_id, other, LI, "同一团伙"))
    assert (merged.id, merged.signals, merged.reporters) == (case_id, 3, 3)
    assert {str(contact.key) for contact in office.book.contacts(other)} == {
        "phone:+8613800001234",
        "wechat:abc",
        AGENCY,
    }
    assert office.case_of(AGENCY) == office.book.find(third[:8]).id == case_id
    assert [case.id for case in office.book.list(text="先前的备注")] == [case_id]
    assert len(office.book.list()) == 1
    assert any("merged" in [r.kind for r in link.reasons] for link in office.book.links(case_id))
    assert changes(office)[-1]["data"]["merged_into"] == case_id

    office.run(office.book.unmerge(other, LI))
    office.run(office.book.unmerge(third, LI))
    for id, old in before.items():
        case = office.book.find(id)
        assert (case.signals, case.reporters, case.state) == (old.signals, old.reporters, old.state)
    assert not any(
        "merged" in [r.kind for r in link.reasons] for link in office.book.links(case_id)
    )
    with pytest.raises(ForbiddenMoveError, match="not merged"):
        office.run(office.book.unmerge(other, LI))


def test_a_merge_never_loses_a_confirmation(office: Office, case_id: str) -> None:
    agency = office.case_of(AGENCY)
    with pytest.raises(ForbiddenMoveError, match="one case already"):
        office.run(office.book.merge(case_id, case_id, LI))
    office.moves(agency, "verifying", "confirmed")
    with pytest.raises(ForbiddenMoveError, match="the other way round"):
        office.run(office.book.merge(case_id, agency, LI))
    office.moves(case_id, "verifying", "false_alarm")
    with pytest.raises(ForbiddenMoveError, match="false alarm"):
        office.run(office.book.merge(agency, case_id, LI))


def test_new_signals_of_a_merged_contact_go_to_the_case_that_took_it(
    office: Office, case_id: str
) -> None:
    office.run(office.book.merge(case_id, office.case_of(AGENCY), LI))
    office.hears(telling("u9", agency="恒信法务咨询有限公司"))
    assert office.book.find(case_id).reporters == 4


def test_an_ended_case_shows_that_somebody_told_of_it_again(office: Office, case_id: str) -> None:
    office.moves(case_id, "verifying", "false_alarm")
    assert not office.book.find(case_id).told_again
    office.hears(telling("u9", PHONE, at=NOW + timedelta(hours=1)))
    assert office.book.find(case_id).told_again


@pytest.mark.parametrize("name", ["0" * 32, "abc", "", "phone:13911112222", "fax:1", ":"])
def test_an_unknown_case_is_said_in_one_line(office: Office, case_id: str, name: str) -> None:
    with pytest.raises(UnknownCaseError) as raised:
        office.book.find(name)
    assert "\n" not in str(raised.value)
    with pytest.raises(UnknownCaseError):
        office.run(office.book.assign(name, "li", LI))


def test_a_link_by_hand_needs_contacts_that_were_told_of(office: Office, case_id: str) -> None:
    phone, chat = ContactKey.parse(PHONE), ContactKey.parse("wechat:abc")
    office.run(office.book.link(phone, chat, LI, "同一个人"))
    [link] = [link for link in office.book.links(case_id) if link.b == chat]
    by_hand = next(reason for reason in link.reasons if reason.kind == "by_hand")
    assert (by_hand.by, by_hand.note) == ("li", "同一个人")
    office.run(office.book.unlink(chat, phone, LI))
    with pytest.raises(UnknownCaseError):
        office.run(office.book.unlink(chat, phone, LI))
    with pytest.raises(UnknownCaseError):
        office.run(office.book.link(phone, ContactKey.parse("qq:99999"), LI))
    with pytest.raises(CaseError):
        office.run(office.book.link(phone, phone, LI))


def test_pages_of_the_list_hold_every_case_once(office: Office) -> None:
    office.hears(*(telling(f"u{n}", f"qq:{10000 + n}") for n in range(25)))
    seen: list[str] = []
    page = office.book.list(limit=10)
    while page:
        seen += [case.id for case in page]
        page = office.book.list(limit=10, after=page[-1].id)
    assert len(seen) == len(set(seen)) == 25


def test_a_book_that_does_not_exist_yet_is_empty(tmp_path: Path) -> None:
    view = CaseView(Reader(database_path(tmp_path)))
    assert view.list(text="13800001234") == []
    assert view.get("0" * 32) is None
    assert view.count(NOW) == {}
    assert list(tmp_path.iterdir()) == []
