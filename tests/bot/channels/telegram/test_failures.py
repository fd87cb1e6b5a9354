"""What goes wrong between Telegram and the service, and how each message is answered all the same."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.channels.telegram.channel import SECRET_HEADER
from bot.ledger.database import database_path
from tests.bot.channels.telegram import updates
from tests.bot.channels.telegram.bot_api import TOKEN, Answer, until
from tests.bot.channels.telegram.talking import WEBHOOK, TelegramService, telegram_service

BROKEN = Answer(502, "Bad Gateway")


@pytest.fixture(autouse=True)
def healthy_again(by_webhook: TelegramService) -> None:
    by_webhook.api.heal()


def test_a_reply_that_a_broken_server_did_not_take_is_sent_again(
    by_webhook: TelegramService,
) -> None:
    borrower = updates.person()
    by_webhook.api.fail("sendMessage", BROKEN, Answer(200, raw="<html>not JSON"))
    answers = by_webhook.say(borrower, "你好")
    assert answers.count(by_webhook.reply("greet")) == 1


def test_a_server_that_asks_to_wait_is_waited_for(by_webhook: TelegramService) -> None:
    borrower = updates.person()
    slow = Answer(429, "Too Many Requests: retry after 1", {"retry_after": 1})
    by_webhook.api.fail("sendMessage", slow)
    assert by_webhook.say(borrower, "你好").count(by_webhook.reply("greet")) == 1


def test_an_update_whose_reply_cannot_be_sent_is_left_to_come_again(
    by_webhook: TelegramService,
) -> None:
    borrower = updates.person()
    update = updates.said(borrower, "有家公司说能帮我停息挂账，要先收两千定金")
    whole = by_webhook.say(updates.person(), update["message"]["text"])
    by_webhook.api.fail("sendMessage", *[BROKEN] * 3)
    assert by_webhook.post(update).status_code == 503
    assert by_webhook.said(borrower) == []
    by_webhook.send(update)
    assert by_webhook.said(borrower) == whole
    assert len(by_webhook.signals(borrower)) == 1


def test_what_has_arrived_of_a_reply_is_not_sent_again(by_webhook: TelegramService) -> None:
    borrower = updates.person()
    update = updates.said(borrower, "你好")
    once = len(by_webhook.say(updates.person(), "你好"))
    assert once >= 2
    sending = by_webhook.api._on_send_message

    async def first_only(params: dict[str, object]) -> object:
        return BROKEN if by_webhook.said(borrower) else await sending(params)

    by_webhook.api._on_send_message = first_only  # type: ignore[method-assign]
    try:
        assert by_webhook.post(update).status_code == 503
    finally:
        del by_webhook.api._on_send_message
    by_webhook.send(update)
    assert len(by_webhook.said(borrower)) == once


def test_who_blocked_the_bot_is_noted_until_they_come_back(by_webhook: TelegramService) -> None:
    borrower = updates.person()
    by_webhook.api.blocked.add(borrower)
    assert by_webhook.say(borrower, "你好") == []
    assert by_webhook.is_lost(borrower)
    by_webhook.api.blocked.discard(borrower)
    assert by_webhook.say(borrower, "在吗")
    assert not by_webhook.is_lost(borrower)


def test_a_block_that_telegram_tells_of_is_noted_at_once(by_webhook: TelegramService) -> None:
    borrower = updates.person()
    by_webhook.send(updates.membership(borrower, "kicked"))
    assert by_webhook.is_lost(borrower)
    by_webhook.send(updates.membership(borrower, "member"))
    assert not by_webhook.is_lost(borrower)


def test_a_reply_that_is_refused_for_good_is_not_tried_for_ever(
    by_webhook: TelegramService,
) -> None:
    borrower = updates.person()
    refused = Answer(400, "Bad Request: chat not found")
    by_webhook.api.fail("sendMessage", *[refused] * 9)
    by_webhook.say(borrower, "你好")
    assert len(by_webhook.api._failures["sendMessage"]) > 0


def test_a_button_that_cannot_be_released_is_answered(by_webhook: TelegramService) -> None:
    borrower = updates.person()
    by_webhook.api.fail("answerCallbackQuery", Answer(400, "Bad Request: query is too old"))
    assert by_webhook.answers(updates.pressed(borrower, "你好", 7), borrower)


def test_a_forged_update_is_not_read(by_webhook: TelegramService) -> None:
    borrower = updates.person()
    for secret in ("", "x" * 32, by_webhook.secret[:-1], "密"):
        headers = {SECRET_HEADER.encode(): secret.encode()} if secret else {}
        update = updates.said(borrower, "你好")
        answer = by_webhook.client.post(WEBHOOK, json=update, headers=headers)
        assert answer.status_code == 401
    assert by_webhook.said(borrower) == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"update_id": "1"}', b"\xff", b"[" * 5000]
)
def test_a_body_that_is_no_update_is_refused_in_a_line(
    by_webhook: TelegramService, body: bytes
) -> None:
    headers = {SECRET_HEADER: by_webhook.secret}
    answer = by_webhook.client.post(WEBHOOK, content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json() == {"error": "the body is no update of Telegram"}


def test_an_update_that_this_version_cannot_read_does_not_come_for_ever(
    telegram: TelegramService,
) -> None:
    telegram.send(updates.update(message={"message_id": "what", "chat": 3}))
    telegram.send(updates.update(something_new={"id": 1}))
    assert telegram.say(updates.person(), "你好")


def test_a_message_that_could_not_be_recorded_comes_again_and_is_answered_then(
    by_webhook: TelegramService,
) -> None:
    borrower = updates.person()
    update = updates.said(borrower, "有家公司说能帮我停息挂账，要先收两千定金")
    path = database_path(by_webhook.services.settings.home)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert by_webhook.post(update).status_code == 503
    assert by_webhook.said(borrower) == [by_webhook.reply("unavailable")]
    until(lambda: by_webhook.client.get("/health").is_success)
    by_webhook.send(update)
    assert len(by_webhook.said(borrower)) > 1
    assert len(by_webhook.signals(borrower)) == 1


def test_who_floods_is_told_so_once(by_webhook: TelegramService) -> None:
    borrower = updates.person()
    burst = by_webhook.services.limits.limit.burst
    for number in range(burst + 5):
        by_webhook.send(updates.said(borrower, "?" * (number % 7 + 1)))
    assert by_webhook.said(borrower).count(by_webhook.reply("busy")) == 1


def test_a_refused_token_is_shown_and_the_service_goes_on(model: Path, tmp_path: Path) -> None:
    with telegram_service(
        tmp_path, model, polling=False, telegram_token=SecretStr("2" + TOKEN), state="token refused"
    ) as service:
        health = service.client.get("/health")
        assert (health.status_code, health.json()["status"]) == (200, "ok")


def test_a_reply_that_was_not_sent_before_a_restart_is_sent_after_it(
    model: Path, tmp_path: Path
) -> None:
    borrower = updates.person()
    update = updates.said(borrower, "有家公司说能帮我停息挂账，要先收两千定金")
    with telegram_service(tmp_path, model, polling=False) as before:
        before.api.fail("sendMessage", *[BROKEN] * 3)
        assert before.post(update).status_code == 503
        assert len(before.signals(borrower)) == 1
    with telegram_service(tmp_path, model, polling=False) as after:
        assert "停息挂账" in "".join(after.answers(update, borrower))
        assert len(after.signals(borrower)) == 1
