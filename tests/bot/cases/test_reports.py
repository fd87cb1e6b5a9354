"""What a warning may say of how many told of the same contact."""

from __future__ import annotations

import sqlite3

from actions.plan import Contact
from bot.cases.contacts import ContactKey
from bot.cases.counting import recount
from bot.cases.reports import ReportCounts
from tests.bot.cases.conftest import HASHER, LI, RULES, Office, telling

PHONE = ContactKey("phone", "+8613800001234")
OTHER = ContactKey("phone", "+8613900005678")
AGENCY = ContactKey("agency", "恒信法务")


def counts(office: Office) -> ReportCounts:
    reports = ReportCounts(office.ledger.reader, RULES)
    office.run(reports.refresh())
    return reports


def test_a_contact_counts_from_the_minimum_of_people_on(office: Office) -> None:
    office.hears(*(telling(f"u{n}", "phone:138 0000 1234") for n in range(2)))
    office.hears(*(telling("u1", "phone:13800001234", message=f"m{n}") for n in range(2, 50)))
    assert counts(office).count(PHONE) == 0
    office.hears(telling("u7", "phone:13800001234"))
    assert counts(office).count(PHONE) == 3


def test_a_contact_is_known_in_any_writing(office: Office) -> None:
    office.hears(*(telling(f"u{n}", "phone:13800001234") for n in range(4)))
    reports = counts(office)
    assert reports.reporters(Contact("phone", "+86 138-0000-1234", "138")) == 4
    assert reports.reporters(Contact("phone", "13800009999", "x")) == 0
    assert reports.reporters(Contact("fax", "1", "1")) == 0


def test_a_name_counts_only_while_its_case_is_confirmed(office: Office) -> None:
    office.hears(*(telling(f"u{n}", agency="恒信法务") for n in range(5)))
    case_id = office.case_of(str(AGENCY))
    told = [counts(office).count(AGENCY)]
    for state in (
        "verifying",
        "confirmed",
        "handed_to_police",
        "closed",
        "verifying",
        "false_alarm",
    ):
        office.moves(case_id, state)
        told.append(counts(office).count(AGENCY))
    assert told == [0, 0, 5, 5, 5, 0, 0]
    assert counts(office).reporters(Contact("agency", "恒信法务（北京）", "x")) == 0


def test_a_name_merged_into_a_confirmed_case_counts_by_itself(office: Office) -> None:
    office.hears(*(telling(f"u{n}", agency="恒信法务") for n in range(3)))
    office.hears(*(telling(f"v{n}", "phone:13800001234") for n in range(4)))
    phone, agency = office.case_of(str(PHONE)), office.case_of(str(AGENCY))
    office.moves(phone, "verifying", "confirmed")
    office.run(office.book.merge(phone, agency, LI))
    reports = counts(office)
    assert (reports.count(AGENCY), reports.count(PHONE)) == (3, 4)


def test_nothing_counts_of_a_false_alarm(office: Office) -> None:
    office.hears(*(telling(f"u{n}", "phone:13800001234") for n in range(5)))
    assert counts(office).count(PHONE) == 5
    office.moves(office.case_of(str(PHONE)), "verifying", "false_alarm")
    assert counts(office).count(PHONE) == 0


def test_who_only_asks_about_a_contact_tells_nothing_of_it(office: Office) -> None:
    office.hears(*(telling(f"a{n}", "phone:13800001234", stage="asking") for n in range(9)))
    office.hears(*(telling(f"u{n}", "phone:13800001234") for n in range(2)))
    reports = counts(office)
    assert reports.count(PHONE) == 0
    office.hears(telling("a1", "phone:13800001234", message="m2", stage="paid"))
    office.run(reports.refresh())
    assert reports.count(PHONE) == 3


def test_nobody_is_told_of_their_own_report_as_of_anothers(office: Office) -> None:
    office.hears(*(telling(f"u{n}", "phone:13800001234") for n in range(4)))
    reports = counts(office)
    own, other = (HASHER.user("rest", user).current for user in ("u1", "u9"))
    assert (reports.count(PHONE, own), reports.count(PHONE, other)) == (3, 4)
    third = counts_of_three(office)
    assert third.count(OTHER, own) == 0
    assert third.count(OTHER, other) == 3


def counts_of_three(office: Office) -> ReportCounts:
    office.hears(*(telling(f"u{n}", "phone:13900005678", message="m2") for n in range(3)))
    return counts(office)


def test_counts_follow_a_judgement_and_the_end_of_signals(office: Office) -> None:
    office.hears(*(telling(f"u{n}", "phone:13800001234") for n in range(4)))
    reports = counts(office)
    reader = office.ledger.reader
    (event,) = reader.rows("SELECT id FROM events ORDER BY seq LIMIT 1")

    def end(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM events WHERE id = ?", event)
        recount(connection)

    office.run(office.ledger.writer.commit(end))
    office.run(reports.refresh())
    assert reports.count(PHONE) == 4, "figures stay when a signal is removed for its age"
