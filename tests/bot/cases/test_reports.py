"""What a warning may say of how many told of the same contact."""

from __future__ import annotations

from actions.plan import Contact
from bot.cases.contacts import ContactKey
from bot.cases.reports import ReportCounts
from tests.bot.cases.conftest import LI, RULES, Office, telling

PHONE = ContactKey("phone", "+8613800001234")
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
