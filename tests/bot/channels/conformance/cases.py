"""The cases: what may come in on any channel, and what has to become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.bot.channels.conformance.channel_under_test import ChannelUnderTest, Outcome

OFFER: Final = "有家公司说能帮我停息挂账，要先收两千定金，加微信abc12345"
BURST: Final = 20
"""How many messages a person may send at once to the service under test."""

Check = Callable[[ChannelUnderTest, str], None]


@dataclass(frozen=True)
class Case:
    """``asks`` is one line on what has to happen; ``check`` gets the channel and a person nobody knows yet."""

    name: str
    asks: str
    check: Check


def _text(channel: ChannelUnderTest, person: str) -> None:
    outcome = channel.say(person, OFFER)
    assert outcome.taken
    assert "停息挂账" in "".join(outcome.said)
    assert channel.is_remembered(person)
    (signal,) = channel.signals(person)
    assert (signal["data"]["channel"], signal["data"]["code"]) == (
        channel.name,
        "debt_optimization",
    )
    assert channel.user(person) not in str(signal)


def _edited(channel: ChannelUnderTest, person: str) -> None:
    assert channel.say(person, "你好", "1").said
    assert channel.edit(person, "1", "你好！").said == ()
    assert channel.edit(person, "1", OFFER).said
    assert len(channel.signals(person)) == 1


def _duplicate(channel: ChannelUnderTest, person: str) -> None:
    first = channel.say(person, OFFER, "1")
    second = channel.say(person, OFFER, "1")
    # Who asks and waits gets the same answer; who is written to is not written to twice.
    assert second in (first, Outcome(taken=True))
    assert len(channel.signals(person)) == 1


def _thing(kind: str, reply: str) -> Check:
    def check(channel: ChannelUnderTest, person: str) -> None:
        outcome = channel.attach(person, kind)
        assert outcome.taken
        assert outcome.said
        assert (channel.reply(reply) in outcome.said) == (kind not in channel.reads)

    return check


def _forwarded(channel: ChannelUnderTest, person: str) -> None:
    assert channel.forward(person, OFFER).said
    assert len(channel.signals(person)) == 1


def _record(channel: ChannelUnderTest, person: str) -> None:
    assert channel.forward_record(person, ["在吗", OFFER]).said


def _group(channel: ChannelUnderTest, person: str) -> None:
    for words in ("大家好", "这个月还款日是几号"):
        assert channel.say_in_group(person, words) == Outcome(taken=True)
    assert not channel.is_remembered(person)


def _blocked(channel: ChannelUnderTest, person: str) -> None:
    assert channel.say(person, "你好").said
    channel.block(person)
    assert channel.say(person, "还在吗") == Outcome(taken=True)
    assert channel.is_noted_unreachable(person)


def _raw(body: bytes) -> Check:
    def check(channel: ChannelUnderTest, person: str) -> None:
        assert channel.send_raw(body).refused

    return check


def _forged(channel: ChannelUnderTest, person: str) -> None:
    outcome = channel.forge(person, OFFER)
    assert outcome.refused
    assert outcome.said == ()
    assert channel.signals(person) == []


def _flood(channel: ChannelUnderTest, person: str) -> None:
    answers = [
        text for n in range(BURST + 5) for text in channel.say(person, f"第{n + 1}条消息").said
    ]
    assert channel.reply("busy") in answers
    # Others are answered meanwhile.
    assert channel.reply("greet") in channel.say(f"{person}-neighbour", "你好").said


def _long(channel: ChannelUnderTest, person: str) -> None:
    outcome = channel.say(person, f"{OFFER}。{'还有很多要说。' * 700}")
    assert outcome.taken
    assert channel.reply("too_long") in outcome.said
    assert len(channel.signals(person)) == 1


CASES: Final = (
    Case("text", "answered, and its signal written once", _text),
    Case("edited message", "answered again only if it says something else", _edited),
    Case("duplicate", "answered once, written once", _duplicate),
    Case("photo", "read, or an honest reply", _thing("photo", "photo")),
    Case("voice", "read, or an honest reply", _thing("voice", "voice")),
    Case("sticker", "an honest reply", _thing("sticker", "sticker")),
    Case("location", "an honest reply", _thing("location", "location")),
    Case("file", "an honest reply", _thing("file", "file")),
    Case(
        "contact card", "its number is read, or an honest reply", _thing("contact", "contact_card")
    ),
    Case("forwarded message", "read like typed words", _forwarded),
    Case("merged chat record", "read, or an honest reply", _record),
    Case("group message", "silence, and nothing stored", _group),
    Case("blocked bot", "acknowledged, and noted as unreachable", _blocked),
    Case("empty body", "refused", _raw(b"")),
    Case("malformed JSON", "refused", _raw(b'{"message": ')),
    Case("forged signature", "refused, nothing read", _forged),
    Case("flood", "told to wait, others are answered", _flood),
    Case("very long text", "its beginning is read, and that is said", _long),
)
