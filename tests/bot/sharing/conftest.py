"""An institution that shares: cases built from what people told, and a book of what left."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from actions.content import CONTENT, load_content
from bot.audit import Actor, AuditEntry, AuditLog
from bot.ledger.events import event_source
from bot.sharing.alliance_key import AllianceKey
from bot.sharing.confirmed import official_keys
from bot.sharing.corroboration import Corroboration
from bot.sharing.deliveries import Choice
from bot.sharing.entries import SharedEntry
from bot.sharing.partners import PartnerBook
from bot.sharing.policy import SharingPolicy, load_policy
from bot.sharing.sender import Sender
from bot.sharing.share_book import Export, ShareBook
from bot.sharing.tlp import Tlp
from tests.bot.cases.conftest import NOW, Office, telling

WANG = Actor("wang")
ALLIANCE_KEY = AllianceKey(b"a key that all members of the alliance have")
RECIPIENT = "联盟"

__all__ = ["ALLIANCE_KEY", "NOW", "RECIPIENT", "WANG", "House", "telling"]


class House(Office):
    """An office that also shares; ``now`` is the time of everything it does."""

    def __init__(self, home: Path, policy: SharingPolicy, alliance: AllianceKey | None) -> None:
        super().__init__(home)
        self.now: datetime = NOW
        self.policy = policy
        self.alliance = alliance

    @property
    def shares(self) -> ShareBook:
        content = load_content(CONTENT)
        sender = Sender(event_source("demo"), content.name, self.policy, self.alliance)
        return ShareBook(
            *(self.ledger.reader, self.ledger.writer, sender),
            official=official_keys(content),
            clock=lambda: self.now,
        )

    @property
    def partners(self) -> PartnerBook:
        return PartnerBook(
            *(self.ledger.reader, self.ledger.writer),
            official=official_keys(load_content(CONTENT)),
            clock=lambda: self.now,
        )

    def corroboration(self) -> Corroboration:
        snapshot = Corroboration(self.ledger.reader, self.alliance, clock=lambda: self.now)
        snapshot.refresh()
        return snapshot

    def confirms(self, *contacts: str, **said: Any) -> str:
        """Lets one borrower tell of contacts, and confirms the case of the first."""
        said = {"user": "u1", "message": f"m-{contacts[0]}", **said}
        self.hears(telling(said.pop("user"), *contacts, **said))
        case = self.case_of(contacts[0])
        self.moves(case, "verifying", "confirmed")
        return case

    def exports(
        self, format: str = "stix", to: str = RECIPIENT, tlp: Tlp = Tlp.AMBER_STRICT, **choice: Any
    ) -> Export:
        self.now += timedelta(minutes=1)
        return self.run(self.shares.export(format, Choice(to, tlp, **choice), WANG))

    def bundle(self, **choice: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = json.loads(self.exports("stix", **choice).text)
        return bundle

    def entry(self, contact: str) -> SharedEntry:
        """The latest entry of a contact."""
        return next(entry for entry in self.shares.entries() if str(entry.key) == contact)

    def audit(self, action: str) -> list[AuditEntry]:
        return AuditLog(self.ledger.reader).latest(action=action)


@pytest.fixture
def policy() -> SharingPolicy:
    """The rules of content/sharing.yml."""
    return load_policy(CONTENT)


@pytest.fixture
def build(tmp_path: Path, policy: SharingPolicy) -> Iterator[Callable[..., House]]:
    """``build(alliance=None, least_reporters=2)``: a house of its own, with rules that differ in what is named."""
    built: list[House] = []

    def make(alliance: AllianceKey | None = ALLIANCE_KEY, **rules: Any) -> House:
        home = tmp_path / f"house{len(built)}"
        home.mkdir()
        built.append(House(home, replace(policy, **rules), alliance))
        return built[-1]

    yield make
    for house in built:
        house.close()


@pytest.fixture
def house(build: Callable[..., House]) -> House:
    return build()


def objects(bundle: dict[str, Any], type: str) -> list[dict[str, Any]]:
    """The objects of one type in a STIX bundle."""
    return [item for item in bundle["objects"] if item["type"] == type]
