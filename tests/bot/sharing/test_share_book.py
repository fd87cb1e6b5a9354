"""What is shared, changed and taken back as the cases move on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from bot.cases.contacts import ContactKey
from bot.ledger.database import database_path
from bot.sharing.errors import SharingError
from bot.sharing.policy import SharingPolicy
from bot.sharing.tlp import Tlp
from tests.bot.sharing.conftest import NOW, WANG, House, objects, telling

URL, PHONE, MOBILE, WECHAT = (
    "url:scam.example",
    "phone:+862100001234",
    "phone:+8613800001234",
    "wechat:jiezhai888",
)


def forms(house: House) -> dict[str, str]:
    return {str(entry.key): entry.form for entry in house.shares.entries()}


def test_contacts_of_a_confirmed_case_are_shared_and_those_of_a_new_one_are_not(
    house: House,
) -> None:
    house.confirms(URL)
    house.hears(telling("u2", "url:other.example"))
    house.exports()
    assert list(forms(house)) == [URL]


def test_what_belongs_to_a_person_leaves_as_a_keyed_hash(house: House) -> None:
    for contact in (URL, PHONE, MOBILE, WECHAT, "bank_account:6222000000001234"):
        house.confirms(contact)
    text = house.exports("csv").text
    assert {key for key, form in forms(house).items() if form == "clear"} == {URL, PHONE}
    for secret in ("13800001234", "jiezhai888", "6222000000001234"):
        assert secret not in text
    assert "scam.example" in text


def test_a_mobile_number_leaves_in_clear_once_the_police_have_the_case(house: House) -> None:
    case = house.confirms(MOBILE)
    house.exports()
    assert house.entry(MOBILE).form.startswith("hmac:")
    house.moves(case, "handed_to_police")
    assert "+8613800001234" in house.exports("csv").text
    assert house.entry(MOBILE).version == 2


def test_a_name_without_a_word_for_a_firm_counts_as_a_person(house: House) -> None:
    house.confirms(URL, agency="王老师")
    house.confirms("url:b.example", agency="某某债务优化")
    # Each agency has a case of its own.
    for agency in ("agency:王老师", "agency:某某债务优化"):
        house.moves(house.case_of(agency), "verifying", "confirmed")
    house.exports()
    found = {entry.key.value: (entry.form, entry.tlp) for entry in house.shares.entries()}
    assert found["王老师"][0].startswith("hmac:")
    assert found["王老师"][1] is Tlp.AMBER_STRICT
    assert found["某某债务优化"] == ("clear", Tlp.AMBER)


def test_without_the_key_of_the_alliance_hashes_stay_home_and_are_counted(
    build: Callable[..., House],
) -> None:
    house = build(alliance=None)
    house.confirms(URL)
    house.confirms(WECHAT)
    done = house.exports()
    assert list(forms(house)) == [URL]
    assert done.plan.left_out == {"no_alliance_key": 1}


def test_official_numbers_are_never_shared(house: House) -> None:
    for official in ("phone:12378", "phone:400-012-345", "url:maisui.example"):
        house.confirms(official)
    done = house.exports()
    assert done.shipment.entries == 0
    assert done.plan.left_out == {"official": 3}


def test_a_contact_that_fewer_people_told_of_than_the_rules_want_stays_home(
    build: Callable[..., House],
) -> None:
    house = build(least_reporters=2)
    house.confirms(URL)
    house.hears(telling("u1", URL, message="again"))
    assert house.exports().plan.left_out == {"too_few_reporters": 1}
    house.hears(telling("u2", URL))
    assert house.exports().shipment.entries == 1


def test_a_case_that_turns_out_a_false_alarm_takes_its_entry_back_in_the_next_export(
    house: House,
) -> None:
    case = house.confirms(URL)
    house.exports()
    house.moves(case, "false_alarm")
    done = house.exports(changes_only=True)
    entry = house.entry(URL)
    assert (entry.reason, entry.version) == ("false_alarm", 2)
    assert (done.shipment.entries, done.shipment.retracted) == (1, 1)


def test_an_entry_whose_only_signal_was_judged_a_false_alarm_is_taken_back(house: House) -> None:
    house.confirms(URL)
    house.exports()
    event = house.ledger.events()[0].id
    write(
        house,
        "INSERT INTO verdicts (event_id, verdict, by, at) VALUES (?, 'false_alarm', 'li', ?)",
        (event, "2026-11-28T09:00:00.000000Z"),
    )
    house.exports()
    assert house.entry(URL).reason == "false_alarm"


def appeal(house: House, contact: str, state: str) -> None:
    """Writes an appeal of whoever was named, as the feedback part keeps it."""
    write(
        house,
        "INSERT INTO appeals (id, party, contact, reason, state, opened_at, opened_by, due_at) "
        "VALUES (?, 'accused', ?, '不是我们', ?, '2026-11-28', 'li', '2026-12-05') "
        "ON CONFLICT (id) DO UPDATE SET state = excluded.state",
        (f"appeal of {contact}", contact, state),
    )


def write(house: House, sql: str, values: tuple[str, ...]) -> None:
    async def work() -> None:
        await house.ledger.writer.commit(
            lambda connection: connection.execute(sql, values) and None
        )

    house.run(work())


def test_an_open_appeal_marks_the_entry_disputed_until_it_is_rejected(house: House) -> None:
    house.confirms(URL)
    house.exports()
    before = house.entry(URL).stated_confidence
    appeal(house, URL, "open")
    house.exports()
    disputed = house.entry(URL)
    assert house.shares.status(disputed) == "disputed"
    assert disputed.stated_confidence < before
    appeal(house, URL, "rejected")
    house.exports()
    assert house.shares.status(house.entry(URL)) == "active"
    assert house.entry(URL).version == 3


def test_an_upheld_appeal_takes_the_entry_back_and_keeps_the_contact_home(house: House) -> None:
    house.confirms(URL)
    house.exports()
    appeal(house, URL, "upheld")
    house.exports()
    assert house.entry(URL).reason == "appeal_upheld"
    assert house.exports().plan.left_out == {"appeal_upheld": 1}


def test_a_closed_case_that_is_taken_up_again_leaves_its_entry_disputed(house: House) -> None:
    case = house.confirms(URL)
    house.exports()
    house.moves(case, "closed", "verifying")
    house.exports()
    assert house.shares.status(house.entry(URL)) == "disputed"


def test_an_entry_that_a_person_takes_back_is_not_shared_again_until_it_is_released(
    house: House,
) -> None:
    house.confirms(URL)
    house.exports()
    first = house.entry(URL).id
    house.run(house.shares.retract(first, "wrong_contact", WANG))
    assert house.exports().plan.left_out == {"withheld": 1}
    house.run(house.shares.release(ContactKey.parse(URL), WANG))
    house.exports()
    assert house.entry(URL).id != first
    assert [entry.action for entry in house.audit("share.re")] == ["share.release", "share.retract"]


def test_an_entry_cannot_be_taken_back_twice_or_for_no_reason(house: House) -> None:
    house.confirms(URL)
    house.exports()
    id = house.entry(URL).id
    with pytest.raises(SharingError, match="no reason"):
        house.run(house.shares.retract(id, "王五说不是", WANG))
    house.run(house.shares.retract(id, "wrong_contact", WANG))
    with pytest.raises(SharingError, match="before"):
        house.run(house.shares.retract(id, "wrong_contact", WANG))
    with pytest.raises(SharingError, match="no shared entry"):
        house.run(house.shares.retract("x", "wrong_contact", WANG))


def test_a_contact_can_be_kept_home_before_it_was_ever_shared(house: House) -> None:
    house.confirms(URL)
    house.run(house.shares.withhold(ContactKey.parse(URL), "impersonated", WANG))
    assert house.exports().shipment.entries == 0


def test_a_recipient_hears_of_a_retraction_only_of_what_it_got(house: House) -> None:
    case = house.confirms(URL)
    house.exports(to="甲")
    house.moves(case, "false_alarm")
    assert house.exports(to="乙").shipment.entries == 0
    assert house.exports(to="甲").shipment.retracted == 1


def test_a_ceiling_keeps_back_what_fewer_people_may_read(house: House) -> None:
    house.confirms(URL)
    house.confirms(PHONE)
    assert house.exports(tlp=Tlp.GREEN).shipment.entries == 1
    assert house.exports(tlp=Tlp.CLEAR).shipment.entries == 0


def test_an_incremental_export_holds_only_what_the_recipient_does_not_have(house: House) -> None:
    house.confirms(URL)
    house.exports(to="甲")
    house.confirms("url:b.example")
    assert house.exports(to="甲", changes_only=True).shipment.entries == 1
    assert house.exports(to="甲", changes_only=True).shipment.entries == 0
    assert house.exports(to="乙", changes_only=True).shipment.entries == 2


def test_an_export_since_a_day_leaves_out_what_changed_before(house: House) -> None:
    house.confirms(URL)
    house.exports()
    tomorrow = (NOW + timedelta(days=1)).date()
    assert house.exports(since=tomorrow).shipment.entries == 0
    assert house.exports(since=NOW.date()).shipment.entries == 1


def test_an_entry_ends_when_nobody_has_told_of_it_for_long(house: House) -> None:
    house.confirms(URL)
    house.exports()
    house.now += timedelta(days=house.policy.lifetime_days + 1)
    assert house.exports().shipment.entries == 0
    assert house.shares.status(house.entry(URL)) == "expired"


def test_a_further_mention_makes_a_new_version_that_lives_longer(house: House) -> None:
    house.confirms(URL)
    house.exports()
    before = house.entry(URL)
    house.hears(telling("u2", URL, code="fake_hotline", at=house.now + timedelta(days=2)))
    house.exports()
    after = house.entry(URL)
    assert (after.id, after.version) == (before.id, 2)
    assert after.codes == ("fake_hotline", "loan_scam")
    assert after.expires_at > before.expires_at


def test_an_export_that_finds_nothing_new_makes_no_version(house: House) -> None:
    house.confirms(URL)
    house.exports()
    plan = house.exports().plan
    assert (plan.new, plan.changed, plan.retracted) == ((), (), ())


def test_entries_follow_their_contact_into_the_case_it_was_merged_into(house: House) -> None:
    first, second = house.confirms(URL), house.confirms("url:b.example")
    house.exports()
    house.run(house.book.merge(first, second, WANG))
    house.exports()
    assert {entry.case_id for entry in house.shares.entries()} == {first}


def test_when_the_basis_ends_everything_is_taken_back_and_nothing_else_leaves(
    house: House, policy: SharingPolicy
) -> None:
    house.confirms(URL)
    house.exports()
    house.confirms("url:b.example")
    house.now = house.now.replace(year=policy.basis.valid_until.year + 1)
    done = house.exports()
    assert (done.shipment.entries, done.shipment.retracted) == (1, 1)
    assert house.entry(URL).reason == "basis_ended"


def test_production_refuses_the_rules_of_the_example(house: House) -> None:
    from bot.sharing.deliveries import Choice
    from bot.sharing.share_book import ShareBook

    book = ShareBook(house.ledger.reader, house.ledger.writer, house.shares.sender, production=True)
    house.confirms(URL)
    with pytest.raises(SharingError, match="demo: false"):
        house.run(book.export("stix", Choice("甲"), WANG))
    assert house.shares.entries() == []


def test_every_export_is_in_a_log_that_can_only_be_added_to(house: House) -> None:
    house.confirms(URL)
    done = house.exports()
    (logged,) = house.shares.shipments()
    assert (logged.sha256, logged.entries, logged.actor) == (done.shipment.sha256, 1, "wang")
    assert logged.basis == house.policy.basis.id
    with (
        sqlite3.connect(database_path(house.home)) as other,
        pytest.raises(sqlite3.IntegrityError, match="only added to"),
    ):
        other.execute("DELETE FROM share_exports")


def test_the_audit_tells_who_shared_which_entry_and_no_contact(house: House) -> None:
    house.confirms(URL)
    house.exports()
    entries = house.audit("share.")
    assert [entry.action for entry in entries] == ["share.export", "share.add"]
    assert entries[1].subject == house.entry(URL).id
    assert "scam.example" not in str(entries)


def test_the_pending_plan_writes_nothing(house: House) -> None:
    house.confirms(URL)
    assert [str(entry.key) for entry in house.shares.pending(WANG).new] == [URL]
    assert house.shares.entries() == []


def test_days_are_told_and_not_moments(house: House) -> None:
    house.confirms(URL)
    (indicator,) = objects(house.bundle(), "indicator")
    assert indicator["valid_from"] == "2026-11-23T00:00:00.000Z"
    assert house.entry(URL).first_seen == date(2026, 11, 23)
