"""One request of a person: who it is, what was asked, and the ways to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from bot.audit import Actor
from bot.console.answers import CSV, Answer, Forbidden, Invalid
from bot.console.desk import Desk
from bot.console.spelling import span
from bot.console.tables import Table, as_csv
from bot.console.wording import SHELL, Words
from bot.ledger.encoding import storable
from bot.staff.roles import Role
from bot.staff.sessions import Session

if TYPE_CHECKING:
    from bot.console.rendering import Rendering

MOST_ROWS = 100_000
"""Rows of a table that is downloaded."""
CSV_KEY = "csv"


@dataclass(frozen=True)
class Visit:
    """A request for a page, or a form that was sent, by a person who is logged in."""

    desk: Desk
    session: Session
    part: str
    path: str
    query: Mapping[str, str]
    fields: Mapping[str, Sequence[str]]
    rendering: Rendering

    @property
    def who(self) -> str:
        """The person's name."""
        return self.session.staff.name

    @property
    def role(self) -> Role:
        """The person's role."""
        return self.session.staff.role

    @property
    def actor(self) -> Actor:
        """The person as the audit names it."""
        return self.session.staff.actor

    @property
    def words(self) -> Words:
        """The words of this part."""
        return self.desk.words(self.part)

    @property
    def shell(self) -> Words:
        """The words that all parts share."""
        return self.desk.words(SHELL)

    def span(self, value: timedelta | float) -> str:
        """A span of time, or seconds, in words."""
        return span(self.shell, value)

    def must_be(self, role: Role) -> None:
        """Refuses whoever has a lower role.

        Raises:
            Forbidden: then.
        """
        if not self.role.may(role):
            raise Forbidden(self.shell("errors.forbidden"))

    def text(self, name: str, default: str = "", most: int = 200) -> str:
        """A parameter of the query, without space around it, cut to ``most`` characters."""
        return storable(self.query.get(name, default)).strip()[:most]

    def choice(self, name: str, options: Sequence[str], default: str = "") -> str:
        """A parameter that is one of the options, otherwise the default."""
        given = self.query.get(name, default)
        return given if given in options else default

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number of the query within bounds; the default for anything else."""
        given = self.query.get(name, "")
        value = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else default
        return min(max(value, low), high)

    def link(self, **changes: object) -> str:
        """The address of this page with some of its parameters changed; ``None`` takes one away."""
        query = {key: text for key, text in self.query.items() if key not in (CSV_KEY, "said")}
        query.update({key: str(value) for key, value in changes.items() if value is not None})
        kept = {key: text for key, text in query.items() if changes.get(key, text) is not None}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    def to(self, path: str, /, **query: str) -> str:
        """The address of another page with these parameters."""
        return f"{path}?{urlencode(query)}" if query else path

    def limit(self, shown: int) -> int:
        """How many rows to read for a table: ``shown`` on the page, all of them for its download."""
        return MOST_ROWS if CSV_KEY in self.query else shown

    def field(self, name: str, *, most: int = 4000, needed: bool = False) -> str:
        """A field of the form that was sent, without space around it.

        Raises:
            Invalid: when it is longer than ``most`` characters, or empty though needed.
        """
        value = storable((self.fields.get(name) or [""])[0]).replace("\r\n", "\n").strip()
        if len(value) > most:
            raise Invalid(self.shell("errors.too_long", most=most))
        if needed and not value:
            raise Invalid(self.shell("errors.needed"))
        return value

    def secret(self, name: str) -> str:
        """A field as it was typed, spaces included, such as a password."""
        return (self.fields.get(name) or [""])[0]

    def several(self, name: str) -> list[str]:
        """All values of a field that stands several times in the form, such as ticked boxes."""
        return [storable(value) for value in self.fields.get(name, ())]

    def render(self, template: str, **values: Any) -> Answer:
        """The page of a template of ``bot/console/templates``; or the CSV of one of the tables among ``values``."""
        wanted = self.query.get(CSV_KEY)
        if wanted is not None:
            for value in values.values():
                if isinstance(value, Table) and value.name == wanted:
                    return self.csv(value)
        return Answer(self.rendering.page(self, template, values).encode("utf-8", "replace"))

    def csv(self, table: Table) -> Answer:
        """The download of a table; the shell notes it in the audit."""
        return self.download(as_csv(table), f"{table.name}.csv", CSV)

    def download(self, body: bytes, name: str, content_type: str) -> Answer:
        """A file for the person to keep."""
        place = f"attachment; filename*=UTF-8''{quote(name)}"
        return Answer(body, content_type, headers={"Content-Disposition": place})

    def redirect(self, path: str, *, said: str = "", **query: str) -> Answer:
        """Goes on to a page of the console after a change; ``said`` names a text ``said.NAME`` to show there."""
        if said:
            query["said"] = f"{self.part}.{said}"
        url = quote(path, safe="/:;,+@%") + ("?" + urlencode(query) if query else "")
        return Answer(b"", status=303, headers={"Location": url})
