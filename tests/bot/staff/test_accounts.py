"""Accounts: who can be made, changed and shut out, and what of it is on record."""

from __future__ import annotations

import pytest

from bot.audit import SYSTEM, Actor, AuditLog
from bot.ledger.ledger import Ledger
from bot.staff.accounts import FIRST, StaffBook, StaffError
from bot.staff.passwords import PasswordError, hash_password, verify_password
from bot.staff.roles import ADMIN, ANALYST, VIEWER

PASSWORD = "correct horse battery"


def test_a_password_is_known_again_and_no_other_is_taken_for_it() -> None:
    stored = hash_password(PASSWORD)
    assert verify_password(PASSWORD, stored)
    assert not verify_password(PASSWORD + " ", stored)
    assert not verify_password(PASSWORD, None)
    assert stored != hash_password(PASSWORD), "each has a salt of its own"
    assert PASSWORD not in stored


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 257])
def test_a_password_that_is_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(PasswordError):
        hash_password(password)


def test_a_role_includes_those_below_it() -> None:
    assert ADMIN.may(ANALYST)
    assert ANALYST.may(ANALYST)
    assert not VIEWER.may(ANALYST)


async def test_an_account_is_made_once(book: StaffBook) -> None:
    await book.add("王芳", ANALYST, PASSWORD, SYSTEM)
    with pytest.raises(StaffError, match="is there already"):
        await book.add("王芳", VIEWER, PASSWORD, SYSTEM)
    (person,) = book.list()
    assert (person.name, person.role) == ("王芳", ANALYST)


@pytest.mark.parametrize(
    "name", ["", "a", "api", "system", "cli", "cli:root", "a b", "admin", "x" * 41, "<b>"]
)
async def test_a_name_that_could_be_taken_for_another_is_refused(
    book: StaffBook, name: str
) -> None:
    with pytest.raises(StaffError):
        await book.add(name, ANALYST, PASSWORD, SYSTEM)


async def test_nobody_changes_or_shuts_out_themselves_or_the_first_account(book: StaffBook) -> None:
    await book.keep_first(PASSWORD)
    await book.add("wang", ADMIN, PASSWORD, SYSTEM)
    for name, actor in (("wang", Actor("wang")), (FIRST, Actor("wang"))):
        with pytest.raises(StaffError):
            await book.set_disabled(name, True, actor)
        with pytest.raises(StaffError):
            await book.set_role(name, VIEWER, actor)
    with pytest.raises(StaffError):
        await book.set_password(FIRST, "another long password", Actor("wang"))


async def test_a_disabled_account_has_no_password_to_log_in_with(book: StaffBook) -> None:
    await book.add("wang", ANALYST, PASSWORD, SYSTEM)
    await book.set_disabled("wang", True, SYSTEM)
    assert book.password_of("wang") is None
    await book.set_disabled("wang", False, SYSTEM)
    assert book.password_of("wang") is not None


async def test_the_password_of_the_setting_is_written_only_when_it_changes(
    book: StaffBook, ledger: Ledger
) -> None:
    await book.keep_first(PASSWORD)
    await book.keep_first(PASSWORD)
    await book.keep_first("another long password")
    acts = [entry.action for entry in AuditLog(ledger.reader).latest()]
    assert acts == ["staff.password", "staff.add"]


async def test_every_change_is_audited_with_who_made_it_and_without_a_password(
    book: StaffBook, ledger: Ledger
) -> None:
    actor = Actor("cli:root")
    await book.add("wang", ANALYST, PASSWORD, actor)
    await book.set_role("wang", VIEWER, actor)
    await book.set_password("wang", "another long password", actor)
    await book.set_disabled("wang", True, actor)
    entries = AuditLog(ledger.reader).latest()
    acts = ["staff.disable", "staff.password", "staff.role", "staff.add"]
    assert [entry.action for entry in entries] == acts
    assert {entry.actor for entry in entries} == {"cli:root"}
    assert "password" not in str([entry.detail for entry in entries])


async def test_an_unknown_account_cannot_be_changed(book: StaffBook) -> None:
    with pytest.raises(StaffError, match="jingzhong staff list"):
        await book.set_role("nobody", VIEWER, SYSTEM)
