"""Calls to WeChat's interface: access tokens, error codes, a server that is not there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from bot.channels.wechat.account import Account
from bot.channels.wechat.errors import (
    Denied,
    NotPermitted,
    Unanswered,
    Unreached,
    Unwanted,
    WindowClosed,
)
from bot.channels.wechat.tokens import AccessToken, AccessTokens
from tests.bot.channels.wechat.posts import APP_ID
from tests.bot.channels.wechat.talking import OfficialAccount
from tests.bot.channels.wechat.tencent import SECRET


@pytest.fixture
def server() -> Iterator[OfficialAccount]:
    running = OfficialAccount()
    yield running
    running.stop()


@pytest.fixture
async def account(server: OfficialAccount) -> AsyncIterator[Account]:
    opened = Account(server.base_url, APP_ID, SECRET)
    yield opened
    await opened.close()


async def test_one_token_serves_all_who_ask_at_once(
    server: OfficialAccount, account: Account
) -> None:
    server.slow_tokens = 0.2
    await asyncio.gather(*(account.send_text("u", f"{number}") for number in range(20)))
    assert server.tokens_given == [False]
    assert sorted(server.said("u"), key=int) == [str(number) for number in range(20)]


async def test_a_stale_token_is_replaced_and_the_call_made_once(
    server: OfficialAccount, account: Account
) -> None:
    await account.send_text("u", "1")
    server.expire()
    await asyncio.gather(*(account.send_text("u", "2") for _ in range(8)))
    assert server.said("u") == ["1"] + ["2"] * 8
    assert server.tokens_given == [False, False]


async def test_a_refused_token_that_the_server_gives_again_is_forced(
    server: OfficialAccount, account: Account
) -> None:
    await account.send_text("u", "1")
    server.refuse.append(40001)
    await account.send_text("u", "2")
    assert server.tokens_given == [False, False, True]
    assert server.said("u") == ["1", "2"]


async def test_a_token_is_renewed_before_it_ends() -> None:
    now, given = [0.0], []

    async def fetch(_: bool) -> AccessToken:
        given.append(f"token-{len(given)}")
        return AccessToken(given[-1], 7200)

    tokens = AccessTokens(fetch, clock=lambda: now[0])
    assert await tokens.get() == "token-0"
    now[0] = 6800
    assert await tokens.get() == "token-0"
    now[0] = 6901
    assert await tokens.get() == "token-1"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (45015, WindowClosed),
        (45047, WindowClosed),
        (43004, Unwanted),
        (48001, NotPermitted),
        (40003, Denied),
        (-1, Unreached),
        (45009, Unreached),
        (None, Unanswered),
    ],
)
async def test_a_refusal_tells_what_it_means(
    server: OfficialAccount, account: Account, code: int | None, kind: type[Exception]
) -> None:
    server.refuse.append(code)
    with pytest.raises(kind) as raised:
        await account.send_text("u", "机密")
    assert type(raised.value) is kind
    assert "机密" not in str(raised.value)
    assert account.can_send == (code != 48001)
    await account.send_text("u", "2")
    assert server.said("u") == ["2"]


async def test_a_wrong_secret_says_what_to_check(server: OfficialAccount) -> None:
    account = Account(server.base_url, APP_ID, "wrong")
    with pytest.raises(Unreached, match="40125; check id and secret"):
        await account.send_text("u", "1")
    await account.close()


async def test_a_server_that_is_not_there_is_told_without_addresses_or_tokens(
    server: OfficialAccount, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await account.send_text("u", "1")
    server.refuse.append(None)
    nobody = Account("http://127.0.0.1:1", APP_ID, SECRET)
    for which in (account, nobody):
        with pytest.raises(Unreached) as raised:
            await which.send_text("u", "2")
        assert server.token not in str(raised.value)
    await nobody.close()
    assert server.token not in caplog.text
    assert SECRET not in caplog.text


async def test_characters_leave_as_they_are(server: OfficialAccount, account: Account) -> None:
    await account.send_text("u", "先停下\n“不要转账”😀")
    assert server.said("u") == ["先停下\n“不要转账”😀"]


async def test_media_are_fetched_as_they_are(server: OfficialAccount, account: Account) -> None:
    server.media["m"] = bytes(range(256)) * 100
    assert await account.media("m", 25_600) == server.media["m"]
    assert await account.media("m", 25_599) is None
    server.expire()
    assert await account.media("m", 25_600) == server.media["m"]


@pytest.mark.parametrize(
    ("code", "kind"), [(0, Denied), (-1, Unreached), (None, Unreached), (48001, NotPermitted)]
)
async def test_media_that_cannot_be_had_are_told_as_such(
    server: OfficialAccount, account: Account, code: int | None, kind: type[Exception]
) -> None:
    server.refuse.append(code)
    with pytest.raises(kind):
        await account.media("gone", 1000)
