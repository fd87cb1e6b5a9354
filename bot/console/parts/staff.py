"""Accounts: who may use the console, and as what."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from bot.console.answers import Answer, Invalid
from bot.console.call import Call
from bot.console.desk import Desk
from bot.console.part import Nav, Part
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.ledger.encoding import rfc3339
from bot.staff.accounts import FIRST, Staff, StaffError
from bot.staff.passwords import PasswordError
from bot.staff.roles import ADMIN, Role

_ACCOUNTS = {
    "type": "object",
    "required": ["accounts"],
    "properties": {
        "accounts": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "role", "created_at", "disabled"],
                "properties": {
                    "name": {"type": "string"},
                    "role": {"enum": [role.value for role in Role]},
                    "created_at": {"type": "string"},
                    "disabled": {"type": "boolean"},
                },
            },
        }
    },
}


def part(desk: Desk) -> Part:
    """The part."""
    staff = Part("staff")
    book = desk.staff

    @staff.page("/staff", role=ADMIN, nav=Nav("govern", 40))
    def show(visit: Visit) -> Answer:
        people = book.list()
        return visit.render(
            "staff/staff.html", table=_table(visit, people), people=people, first=FIRST
        )

    @staff.change("/staff/add", role=ADMIN)
    async def add(visit: Visit) -> Answer:
        role, name = _role(visit), visit.field("name", needed=True, most=60)
        await _told(visit, book.add(name, role, visit.secret("password"), visit.actor))
        return visit.redirect("/console/staff", said="added")

    @staff.change("/staff/role", role=ADMIN)
    async def set_role(visit: Visit) -> Answer:
        await _told(visit, book.set_role(visit.field("name"), _role(visit), visit.actor))
        return visit.redirect("/console/staff", said="role")

    @staff.change("/staff/disable", role=ADMIN)
    async def disable(visit: Visit) -> Answer:
        away = visit.field("disabled") == "1"
        await _told(visit, book.set_disabled(visit.field("name"), away, visit.actor))
        return visit.redirect("/console/staff", said="disabled" if away else "enabled")

    @staff.change("/staff/password", role=ADMIN)
    async def set_password(visit: Visit) -> Answer:
        change = book.set_password(visit.field("name"), visit.secret("password"), visit.actor)
        await _told(visit, change)
        return visit.redirect("/console/staff", said="password")

    @staff.api("GET", "/staff", role=ADMIN, summary="The accounts.", answer=_ACCOUNTS)
    def accounts(call: Call) -> dict[str, Any]:
        return {
            "accounts": [
                {
                    "name": person.name,
                    "role": person.role.value,
                    "created_at": rfc3339(person.created_at),
                    "disabled": person.disabled_at is not None,
                }
                for person in book.list()
            ]
        }

    return staff


def _role(visit: Visit) -> Role:
    given = visit.field("role")
    if given not in {role.value for role in Role}:
        raise Invalid(visit.shell("errors.needed"))
    return Role(given)


async def _told(visit: Visit, change: Awaitable[object]) -> None:
    """Makes a change; why it cannot be made is told in the words of the page."""
    try:
        await change
    except StaffError as error:
        raise Invalid(visit.words(f"errors.{error.reason}")) from None
    except PasswordError:
        raise Invalid(visit.words("errors.password")) from None


def _table(visit: Visit, people: list[Staff]) -> Table:
    w = visit.words
    roles = visit.shell.names("roles")
    rows = [
        (
            Cell(person.name, more=_note(visit, person) or None),
            roles[person.role.value],
            Cell(w("states.disabled"), tone="warm")
            if person.disabled_at
            else Cell(w("states.active"), tone="good"),
            person.created_at,
            person.last_login_at,
        )
        for person in people
    ]
    columns = [
        Column(w("columns.name")),
        Column(w("columns.role")),
        Column(w("columns.state"), "state"),
        Column(w("columns.created"), "time"),
        Column(w("columns.login"), "time"),
    ]
    return Table("staff", columns, rows, empty=w("empty"))


def _note(visit: Visit, person: Staff) -> str:
    if person.name == FIRST:
        return visit.words("setting")
    return visit.words("own") if person.name == visit.who else ""
