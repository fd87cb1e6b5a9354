"""WeCom's customer service when something fails: nothing is lost, and hardly anything said twice."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import Bubble, Unavailable
from bot.channels.reach import Reach
from bot.channels.wechat.errors import Denied, Elsewhere, Unreached, WindowClosed
from bot.channels.wecom.account import KfAccount, ServiceState
from bot.channels.wecom.answering import Answering, NotYet, Speech
from bot.channels.wecom.reading import Item
from bot.inbound import InboundMessage
from bot.ledger.database import database_path
from bot.ledger.encoding import utc_now
from tests.bot.channels.wechat.talking import Assistant, until
from tests.bot.channels.wechat.tencent import SECRET
from tests.bot.channels.wecom.customer_service import (
    ACCOUNT,
    CORP_ID,
    TRANSFER,
    CustomerService,
    Wecom,
    person,
)
from tests.bot.channels.wecom.customer_service import wecom as open_wecom


def test_the_cursor_waits_for_a_message_that_was_not_recorded(start: Callable[..., Wecom]) -> None:
    wecom, borrower = start(Assistant(failures=2)), person()
    wecom.theirs.put(borrower, "text", text={"content": "你好"})
    wecom.announce()
    until(lambda: len(wecom.heard()) == 1)
    assert wecom.cursor() is None
    wecom.settled()
    assert wecom.cursor() == "c1"
    assert wecom.theirs.said(borrower) == ["回复你好"]


def test_others_of_a_page_are_not_answered_twice_for_one_that_fails(
    start: Callable[..., Wecom],
) -> None:
    wecom = start(Assistant(failures=1))
    people = [person() for _ in range(5)]
    for somebody in people:
        wecom.theirs.put(somebody, "text", text={"content": "你好"})
    wecom.announce()
    wecom.settled()
    assert [wecom.theirs.said(somebody) for somebody in people] == [["回复你好"]] * 5
    assert len(wecom.heard()) == 6


@pytest.mark.parametrize("code", [-1, 45009, None])
def test_a_reply_that_is_not_taken_now_is_sent_again(
    start: Callable[..., Wecom], code: int | None
) -> None:
    def long_reply(_: str) -> list[dict[str, Any]]:
        return [{"text": "字" * 500} for _ in range(3)]

    wecom, borrower = start(Assistant(long_reply)), person()
    wecom.say(person(), "你好")
    wecom.theirs.refuse.extend([0, 0, code])  # the reading, the first of the reply
    wecom.theirs.put(borrower, "text", text={"content": "你好"})
    wecom.announce()
    wecom.settled()
    assert wecom.theirs.said(borrower) == ["字" * 500] * 3
    assert len(wecom.heard()) == 2


@pytest.mark.parametrize("code", [95001, 95002, 95013, 95018, 40058])
def test_a_reply_that_is_refused_for_good_holds_up_nobody(
    start: Callable[..., Wecom], code: int
) -> None:
    wecom, borrower = start(), person()
    wecom.theirs.refuse.extend([0, code])
    assert wecom.say(borrower, "你好") == []
    assert wecom.say(borrower, "还在吗") == ["回复还在吗"]
    assert wecom.heard() == ["你好", "还在吗"]


async def test_a_message_that_always_fails_is_given_up_while_all_else_works(wecom: Wecom) -> None:
    healthy = [False]

    async def fail(_: InboundMessage) -> list[Bubble]:
        raise Unavailable("not now")

    account = KfAccount("http://127.0.0.1:1", CORP_ID, SECRET)

    async def fetch(message: InboundMessage, _: str) -> InboundMessage:
        return message

    speech = Speech(fetch, fail, lambda bubbles: (), lambda: healthy[0])
    reach = Reach(wecom.services.ledger, wecom.services.hasher)
    answering = Answering(speech, account, reach)
    message = InboundMessage("wecom", "u", "a/u", "m1", "你好", utc_now())
    for _ in range(20):
        with pytest.raises(NotYet):
            await answering.answer(Item("m1", "a", "u", message))
    healthy[0] = True
    await answering.answer(Item("m1", "a", "u", message))
    await account.close()


def test_reading_survives_a_stale_access_token_and_an_old_announcement(wecom: Wecom) -> None:
    borrower = person()
    wecom.theirs.expire()
    assert wecom.say(borrower, "甲") == ["回复甲"]
    wecom.theirs.put(borrower, "text", text={"content": "乙"})
    wecom.announce()
    wecom.settled()
    wecom.theirs.put(borrower, "text", text={"content": "丙"})
    wecom.theirs.sync_tokens.clear()
    token = wecom.theirs.sync_tokens
    wecom.theirs.sync_tokens = set()
    wecom.announce()
    wecom.theirs.sync_tokens = token
    wecom.settled()
    assert wecom.theirs.said(borrower) == ["回复甲", "回复乙", "回复丙"]


def test_an_announcement_survives_the_process_and_what_was_missed_is_read(tmp_path: Path) -> None:
    theirs, borrower = CustomerService(), person()
    with open_wecom(tmp_path, Assistant(failures=1000), theirs) as wecom:
        theirs.put(borrower, "text", text={"content": "甲"})
        wecom.announce()
        until(lambda: bool(wecom.heard()))
    theirs.put(borrower, "text", text={"content": "乙"})
    with open_wecom(tmp_path, Assistant(), theirs) as wecom:
        wecom.settled()
        assert theirs.said(borrower) == ["回复甲", "回复乙"]
    theirs.put(borrower, "text", text={"content": "丙"})
    with open_wecom(tmp_path, Assistant(), theirs) as wecom:
        until(lambda: theirs.said(borrower) == ["回复甲", "回复乙", "回复丙"])
        assert wecom.heard() == ["丙"]
    theirs.stop()


def test_what_was_sent_before_the_process_ended_is_not_sent_again(tmp_path: Path) -> None:
    theirs, borrower = CustomerService(), person()
    with open_wecom(tmp_path, Assistant(), theirs) as wecom:
        wecom.say(borrower, "甲")
    # As if it had ended before anything of that was noted.
    with closing(sqlite3.connect(database_path(tmp_path))) as other:
        other.execute("DELETE FROM wecom_answered")
        other.execute("UPDATE wecom_cursors SET cursor = 'c0'")
        other.commit()
    with open_wecom(tmp_path, Assistant(), theirs) as wecom:
        assert wecom.say(borrower, "乙") == ["回复乙"]
        assert wecom.heard() == ["乙"]
    assert theirs.said(borrower) == ["回复甲", "回复乙"]
    theirs.stop()


def test_two_processes_on_one_ledger_answer_once(tmp_path: Path) -> None:
    theirs, people = CustomerService(), [person() for _ in range(20)]
    with (
        open_wecom(tmp_path, Assistant(seconds=0.02), theirs) as first,
        open_wecom(tmp_path, Assistant(seconds=0.02), theirs) as second,
    ):
        threads = []
        for number, somebody in enumerate(people):
            theirs.put(somebody, "text", text={"content": "你好"})
            which = (first, second)[number % 2]
            threads.append(threading.Thread(target=which.announce))
            threads[-1].start()
        for thread in threads:
            thread.join()
        first.settled()
        assert [theirs.said(somebody) for somebody in people] == [["回复你好"]] * 20
        assert len(first.heard()) + len(second.heard()) == 20
    theirs.stop()


def test_an_old_message_of_a_new_account_is_left_to_people(wecom: Wecom) -> None:
    wecom.theirs.put(
        person(), "text", "wk-new", send_time=int(time.time()) - 7200, text={"content": "旧"}
    )
    wecom.theirs.put(person(), "text", "wk-new", text={"content": "新"})
    wecom.announce("wk-new")
    wecom.settled()
    assert wecom.heard() == ["新"]


def test_an_announcement_that_cannot_be_noted_is_not_acknowledged(
    start: Callable[..., Wecom],
) -> None:
    wecom = start()
    with closing(sqlite3.connect(database_path(wecom.services.settings.home))) as other:
        other.execute("DROP TABLE wecom_announcements")
    assert wecom.announce().status_code == 503


def test_who_floods_is_told_once_and_holds_up_nobody(start: Callable[..., Wecom]) -> None:
    wecom, borrower = start(rate_burst=3, rate_per_minute=1), person()
    for _ in range(10):
        wecom.theirs.put(borrower, "text", text={"content": "你好"})
    wecom.announce()
    wecom.settled()
    busy = wecom.services.plain("utter_busy")
    assert wecom.theirs.said(borrower) == ["回复你好"] * 3 + [busy]
    assert wecom.say(person(), "你好") == ["回复你好"]


async def test_a_session_can_be_given_to_a_person() -> None:
    theirs = CustomerService()
    account = KfAccount(theirs.base_url, CORP_ID, SECRET)
    code = await account.transfer(ACCOUNT, "wm1", ServiceState.PERSON, "servicer-1")
    assert code == "code-of-transfer"
    await account.transfer(ACCOUNT, "wm1", ServiceState.WAITING)
    assert theirs.bodies(TRANSFER) == [
        {
            "open_kfid": ACCOUNT,
            "external_userid": "wm1",
            "service_state": 3,
            "servicer_userid": "servicer-1",
        },
        {"open_kfid": ACCOUNT, "external_userid": "wm1", "service_state": 2},
    ]
    await account.close()
    theirs.stop()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (95001, WindowClosed),
        (95002, WindowClosed),
        (95018, Elsewhere),
        (95013, Elsewhere),
        (95000, Denied),
        (60020, Unreached),
    ],
)
async def test_a_refusal_tells_what_it_means(code: int, kind: type[Exception]) -> None:
    theirs = CustomerService()
    account = KfAccount(theirs.base_url, CORP_ID, SECRET)
    theirs.refuse.append(code)
    with pytest.raises(kind) as raised:
        await account.send(ACCOUNT, "wm1", "n1", {"msgtype": "text", "text": {"content": "机密"}})
    assert type(raised.value) is kind
    assert "机密" not in str(raised.value)
    await account.close()
    theirs.stop()
