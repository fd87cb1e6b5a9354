"""What hangs together, and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.cases.linking import strength
from bot.cases.records import Link, LinkReason
from tests.bot.cases.conftest import Office, telling

PHONE, QQ, CHAT, AGENCY = "phone:+8613800001234", "qq:12345", "wechat:abc", "agency:恒信法务"
Later = Callable[[float], datetime]


def links(office: Office, contact: str) -> dict[str, Link]:
    return {str(link.b): link for link in office.book.links(office.case_of(contact))}


def reasons(office: Office, contact: str) -> dict[str, list[tuple[str, int]]]:
    found = links(office, contact)
    return {key: [(r.kind, r.reporters) for r in link.reasons] for key, link in found.items()}


def test_contacts_of_one_message_are_linked_by_the_people_who_named_them_so(office: Office) -> None:
    office.hears(
        telling("u1", PHONE, CHAT),
        telling("u1", PHONE, CHAT, message="m2"),
        telling("u2", PHONE, CHAT),
    )
    assert reasons(office, PHONE) == {CHAT: [("one_message", 2)]}
    assert reasons(office, CHAT) == {PHONE: [("one_message", 2)]}
    assert links(office, PHONE)[CHAT].other == office.case_of(CHAT)


def test_contacts_that_one_person_names_within_a_day_are_linked(
    office: Office, later: Later
) -> None:
    office.hears(
        telling("u1", PHONE, at=later(0)),
        telling("u1", CHAT, message="m2", at=later(23.9)),
        telling("u1", QQ, message="m3", at=later(48)),
        telling("u2", QQ, at=later(0)),
    )
    assert reasons(office, PHONE) == {CHAT: [("one_reporter", 1)]}
    assert reasons(office, QQ) == {}


def test_who_names_very_many_contacts_a_day_links_none_of_them(office: Office) -> None:
    office.hears(*(telling("u1", f"qq:{10000 + n}", message=f"m{n}") for n in range(20)))
    assert reasons(office, "qq:10000") == {}


def test_contacts_of_the_same_agency_are_linked_through_it(office: Office) -> None:
    office.hears(
        telling("u1", PHONE, agency="恒信法务（北京）"),
        telling("u2", QQ, agency="恒信法务咨询有限公司"),
    )
    found = links(office, PHONE)
    assert [(r.kind, r.via) for r in found[QQ].reasons] == [("same_agency", AGENCY)]
    assert found[AGENCY].strength > found[QQ].strength


def test_agencies_whose_names_differ_in_their_ending_are_linked_weakly(office: Office) -> None:
    office.hears(
        telling("u1", agency="恒信法务"),
        telling("u2", agency="恒信咨询"),
        telling("u3", agency="鼎盛咨询"),
    )
    assert reasons(office, AGENCY) == {"agency:恒信咨询": [("same_stem", 0)]}


def test_a_false_alarm_links_nothing(office: Office) -> None:
    office.hears(telling("u1", PHONE, CHAT))
    office.ledger.reader.rows("SELECT 1")

    async def dismiss() -> None:
        await office.ledger.writer.commit(
            lambda connection: connection.execute("UPDATE case_mentions SET counts = 0") and None
        )

    office.run(dismiss())
    assert reasons(office, PHONE) == {}


def test_one_person_alone_never_makes_it_sure_and_many_do(office: Office) -> None:
    one = strength([LinkReason("one_message", 1), LinkReason("one_reporter", 1)])
    assert 0.5 < one < 0.8
    assert strength([LinkReason("one_message", 5)]) > 0.95
    assert strength([LinkReason("merged", by="li")]) == 1.0
    assert strength([]) == 0.0
