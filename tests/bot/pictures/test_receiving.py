"""Pictures of messages on their way through the gate: their text, their order, and what is told of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from bot.gate import masked
from bot.inbound import Attachment, InboundMessage
from bot.pictures.limits import MOST_PICTURES
from bot.pictures.picture import PictureLine, PictureRefusal, PictureText, Refused
from bot.pictures.reader import Outcome, PictureReader
from bot.pictures.receiving import PictureDesk, with_pictures
from bot.pictures.telling import QUOTED, all_read, picture_fact


def message(text: str = "", *pictures: bytes, conversation: str = "a") -> InboundMessage:
    return InboundMessage(
        "test",
        conversation,
        conversation,
        text or "m",
        text,
        datetime.now(timezone.utc),
        attachments=tuple(Attachment("photo", data=data) for data in pictures),
    )


def seen(*lines: str, **more: object) -> PictureText:
    return replace(PictureText("0" * 64, tuple(map(PictureLine, lines))), **more)  # type: ignore[arg-type]


class Waiting(PictureReader):
    """Reads a picture when it may; its bytes are its text."""

    def __init__(self) -> None:
        super().__init__(0)
        self.may = asyncio.Event()
        self.read_so_far: list[bytes] = []

    async def read(self, data: bytes) -> Outcome:
        await self.may.wait()
        self.read_so_far.append(data)
        return seen(data.decode())


def test_the_text_of_pictures_stands_behind_what_was_typed_and_their_bytes_are_gone() -> None:
    read = with_pictures(
        message("这是真的吗", b"1", b"2"), (seen("停息挂账"), seen("先付", "两千"))
    )
    assert read.text == "这是真的吗\n停息挂账\n先付\n两千"
    assert [(part.kind, part.data) for part in read.attachments] == [("photo", None)] * 2
    assert len(read.pictures) == 2


def test_the_address_in_a_qr_code_is_part_of_the_text() -> None:
    code = "https://a.example.com"
    assert with_pictures(message("", b"1"), (seen("扫码", codes=(code,)),)).text == f"扫码\n{code}"


async def test_what_is_sent_behind_a_picture_is_answered_behind_it() -> None:
    reader = Waiting()
    desk, taken = PictureDesk(reader), []

    async def send(sent: InboundMessage) -> None:
        taken.append((await desk.receive(sent)).text)

    first = asyncio.ensure_future(send(message("", "图一".encode())))
    await asyncio.sleep(0)
    second = asyncio.ensure_future(send(message("是真的吗")))
    third = asyncio.ensure_future(send(message("快回我")))
    other = asyncio.ensure_future(send(message("我是别人", conversation="b")))
    await other
    assert taken == ["我是别人"]
    reader.may.set()
    await asyncio.gather(first, second, third)
    assert taken == ["我是别人", "图一", "是真的吗", "快回我"]


async def test_a_message_without_pictures_does_not_wait_at_all() -> None:
    receiving = PictureDesk(Waiting()).receive(message("你好"))
    with pytest.raises(StopIteration):
        receiving.send(None)


async def test_a_message_that_was_given_up_holds_up_no_other() -> None:
    reader = Waiting()
    desk = PictureDesk(reader)
    given_up = asyncio.ensure_future(desk.receive(message("", b"1")))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait({given_up})
    assert (await asyncio.wait_for(desk.receive(message("你好")), 5)).text == "你好"


async def test_of_many_pictures_the_first_are_read() -> None:
    reader = Waiting()
    reader.may.set()
    many = [str(number).encode() for number in range(MOST_PICTURES + 2)]
    await PictureDesk(reader).receive(message("", *many))
    assert reader.read_so_far == many[:MOST_PICTURES]


def test_what_is_told_back_is_short_and_shows_no_number_in_full() -> None:
    read = with_pictures(
        message("是真的吗", b"1"),
        (seen("加我微信zwyh_8899", "或者打13900005678", "今天办理减免本金" * 9),),
    )
    fact = picture_fact(read, masked(read.text))
    assert fact is not None
    assert fact.quote.startswith("加我微信")
    assert "是真的吗" not in fact.quote
    assert "8899" not in fact.quote
    assert "13900005678" not in fact.quote
    assert len(fact.quote) <= QUOTED


def test_a_code_of_ones_own_on_a_picture_is_masked_before_anything_is_told_or_stored() -> None:
    read = with_pictures(message("", b"1"), (seen("您的验证码是482913，请勿告诉他人"),))
    assert "482913" not in masked(read.text)
    fact = picture_fact(read, masked(read.text))
    assert fact is not None
    assert "4829" not in fact.quote


def test_what_was_refused_is_told_with_its_reason() -> None:
    refusal = PictureRefusal(Refused.TOO_SLOW, "took too long")
    read = with_pictures(message("", b"1"), (refusal,))
    assert read.text == ""
    fact = picture_fact(read, "")
    assert fact is not None
    assert (fact.quote, fact.refused) == ("", ("too_slow",))


def test_without_pictures_nothing_is_told() -> None:
    assert picture_fact(message("你好"), "你好") is None


def test_a_picture_of_which_the_end_was_not_read_is_no_whole_message() -> None:
    assert all_read(with_pictures(message("", b"1"), (seen("停息"),)))
    assert not all_read(with_pictures(message("", b"1"), (seen("停息", complete=False),)))
