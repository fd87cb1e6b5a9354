"""Nothing of a borrower leaves, whatever the format: looked for in everything that is handed out."""

from __future__ import annotations

import re

import pytest

from bot.sharing.matching import answer, start
from tests.bot.cases.conftest import HASHER
from tests.bot.sharing.conftest import WANG, House

CANARIES = {
    "user": "canary-user-7f3a",
    "message": "canary-message-91c2",
    "evidence": "金丝雀证据原话放款前要先交保证金",
    "platform": "金丝雀平台",
    "amount": "8642097",
}
NOTE = "金丝雀备注身份证110101199003070000"


def told(house: House) -> str:
    case = house.confirms(
        "url:scam.example",
        user=CANARIES["user"],
        message=CANARIES["message"],
        evidence=CANARIES["evidence"],
        platform=CANARIES["platform"],
        amounts=(CANARIES["amount"],),
        agency="某某债务优化",
    )
    house.run(house.book.annotate(case, NOTE, WANG))
    return case


def secrets(house: House) -> set[str]:
    """Everything that the ledger knows of the borrower and of the conversation."""
    user, conversation = CANARIES["user"], f"rest:{CANARIES['user']}"
    found = {*CANARIES.values(), NOTE, "110101199003070000", conversation}
    found |= set(HASHER.user("rest", user).all) | set(HASHER.conversation(conversation).all)
    found |= {event.id for event in house.ledger.events()}
    for event in house.ledger.events():
        found |= {event.event["data"]["user"], event.event["data"]["conversation"]}
        found.add(event.event["time"][11:19])
    return found


@pytest.mark.parametrize("format", ["stix", "misp", "csv"])
def test_an_export_holds_nothing_of_whoever_told(house: House, format: str) -> None:
    case = told(house)
    texts = [house.exports(format).text]
    house.moves(case, "false_alarm")
    texts.append(house.exports(format).text)
    for text in texts:
        assert "scam.example" in text
        for secret in secrets(house):
            assert secret not in text, secret


def test_a_matching_holds_nothing_but_points(house: House) -> None:
    told(house)
    _, request = start(house.shares.matchable())
    reply = answer(request, house.shares.matchable(), most=1000)
    for text in (request, reply):
        assert re.fullmatch(r'[{}\[\]",:a-z0-9_]*', text)
        assert "scam.example" not in text
        for secret in secrets(house):
            assert secret not in text, secret


def test_how_many_told_of_a_contact_is_not_told(house: House) -> None:
    told(house)
    for format in ("stix", "misp", "csv"):
        assert "reporter" not in house.exports(format).text


def test_the_log_and_the_audit_of_an_export_hold_nothing_of_whoever_told(house: House) -> None:
    told(house)
    house.exports()
    written = str(house.shares.shipments()) + str(house.audit("share."))
    for secret in secrets(house):
        assert secret not in written, secret
