"""The audience of a campaign."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from actions.plan import Signal, UserChange
from bot.campaigns.push.audience import Audience, AudienceError, from_csv, from_segment
from bot.hashing import Hasher
from bot.ledger.events import TurnContext
from bot.ledger.ledger import TurnRecord
from bot.users import Address
from tests.bot.campaigns.push.street import NOON, Street

HASHER = Hasher([b"a key of the tests alone"])


def read(folder: Path, content: bytes) -> Audience:
    path = folder / "people.csv"
    path.write_bytes(content)
    return from_csv(path, HASHER)


def test_a_row_becomes_a_person_with_segment_and_consent(tmp_path: Path) -> None:
    found = read(tmp_path, "\ufeffUser,Channel,consent_ref,segment\r\nu1,app,表7,南方\r\n".encode())
    [one] = found.recipients
    assert one.user == HASHER.user("app", "u1")
    assert (one.channel, one.address, one.segment, one.consent_ref) == ("app", "u1", "南方", "表7")
    assert not found.problems


def test_a_hash_of_the_signals_names_a_person_without_an_address(tmp_path: Path) -> None:
    hash = HASHER.user("app", "u1").current
    found = read(tmp_path, f"channel,hash\napp,{hash}\napp,u1\n".encode())
    [one] = found.recipients
    assert (one.user.current, one.address) == (hash, "")
    assert found.problems[0].endswith(
        "line 3: hash should be the 32 hexadecimal digits of data.user in the signals"
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'app,"u1', "is no CSV: a quotation mark is not closed, or stands in a field"),
        (b'app,"u"1', "is no CSV: a quotation mark is not closed, or stands in a field"),
        (b"app,u1,more", "has more fields than line 1"),
        (b"app,", "channel or user is empty"),
        (b"app,u\x00", "is no CSV"),
        ("app,张".encode("gbk"), "is no UTF-8; save the list as CSV UTF-8"),
        (b"app," + b"u" * 201, "a field is longer than 200 characters"),
        (b"app," + b"u" * 200_000, "is no CSV"),
        (b"app,first", "stands there twice"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_costs_no_other_row(
    tmp_path: Path, line: bytes, told: str
) -> None:
    found = read(tmp_path, b"channel,user\napp,first\n\n" + line + b"\napp,last\n")
    assert [one.address for one in found.recipients] == ["first", "last"]
    [problem] = found.problems
    assert problem.startswith(f"{tmp_path / 'people.csv'}, line 4: ")
    assert told in problem


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the column channel is missing in line 1"),
        (b"channel;user\n", "the column channel is missing in line 1"),
        (b"channel,name\n", "a column user or hash is missing in line 1"),
        ("渠道,用户\n".encode("gbk"), "line 1 is no UTF-8"),
    ],
)
def test_a_file_that_is_no_list_is_told_in_a_line(
    tmp_path: Path, content: bytes, told: str
) -> None:
    with pytest.raises(AudienceError, match=told) as caught:
        read(tmp_path, content)
    assert "\n" not in str(caught.value)


async def known(street: Street, name: str, channel: str, change: UserChange) -> None:
    """A user who wrote to us."""
    user = street.hasher.user(channel, name)
    await street.ledger.writer.commit(
        lambda connection: street.ledger.users.apply(
            connection, user, change, at=NOON, address=Address(channel, name)
        )
    )


async def warned(street: Street, name: str, stage: str, days: int) -> None:
    """A user who told of a loan scam so many days ago, and agreed to be written to."""
    at = NOON - timedelta(days=days)
    turn = TurnContext("app", name, f"app:{name}", f"{name} {days}", at, "model", "content", ())
    signal = Signal("loan_scam", 0.9, stage, ("放款前先交钱",))
    change = UserChange(consent=True)
    await street.ledger.record(TurnRecord(turn, (signal,), change, address=Address("app", name)))


async def test_a_segment_has_those_who_agreed_and_nobody_else(street: Street) -> None:
    await known(street, "yes", "app", UserChange(consent=True))
    await known(street, "other", "telegram", UserChange(consent=True))
    await known(street, "no", "app", UserChange(consent=False))
    await known(street, "unasked", "app", UserChange())
    await known(street, "out", "app", UserChange(consent=True, opted_out=True))
    everybody = from_segment(street.reader, "all", NOON).recipients
    assert {one.address for one in everybody} == {"yes", "other"}
    assert [one.address for one in from_segment(street.reader, "channel:app", NOON).recipients] == [
        "yes"
    ]


async def test_a_segment_of_the_warned_begins_a_month_later_and_spares_who_gave_or_paid(
    street: Street,
) -> None:
    await warned(street, "long ago", "approached", 40)
    await warned(street, "lately", "approached", 10)
    await warned(street, "paid", "paid", 40)
    await warned(street, "paid since", "approached", 40)
    await warned(street, "paid since", "engaged", 5)
    found = from_segment(street.reader, "warned:loan_scam", NOON).recipients
    assert [one.address for one in found] == ["long ago"]
    assert from_segment(street.reader, "warned:mule_account", NOON).recipients == []


@pytest.mark.parametrize("segment", ["", "some", "channel:", "warned:", "warned:nosuch"])
def test_a_segment_that_there_is_not_is_told(street: Street, segment: str) -> None:
    with pytest.raises(AudienceError, match="there are all, channel:NAME, warned:CODE"):
        from_segment(street.reader, segment, NOON)
