"""``jingzhong run --telegram-polling`` as a process, with a Telegram that is not there at first."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.bot.channels.telegram import updates
from tests.bot.channels.telegram.bot_api import TOKEN, Answer, BotApi, until
from tests.conftest import RunningService


def test_the_service_starts_without_telegram_and_talks_as_soon_as_it_is_there(
    start: Callable[..., RunningService], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    service = start(
        tmp_path,
        "--telegram-polling",
        JINGZHONG_TELEGRAM_TOKEN=TOKEN,
        JINGZHONG_TELEGRAM_BASE_URL=f"http://127.0.0.1:{port}",
    )
    with httpx.Client(base_url=service.base_url, trust_env=False) as client:
        health = client.get("/health")
        assert (health.status_code, health.json()["telegram"]) == (200, "connecting")
        said = client.post("/webhooks/rest/webhook", json={"sender": "a", "message": "你好"})
        assert said.is_success
        api = BotApi()
        api.webhook = {"url": "https://bot.example.com/webhooks/telegram"}
        api.fail("getMe", Answer(200, raw="<html>"), Answer(500))
        api.fail("getUpdates", Answer(502), Answer(200, raw="[" * 9))
        api.start(port)
        try:
            borrower = updates.person()
            api.push(updates.said(borrower, "你好"))
            until(lambda: api.sent(borrower), 60)
            until(lambda: client.get("/health").json()["telegram"] == "connected", 60)
            assert api.webhook == {}
            assert service.stop() == 0
        finally:
            api.stop()
    log = service.log.read_text()
    assert "telegram: not reached yet" in log
    assert TOKEN.partition(":")[2] not in log
    assert "Traceback" not in log
    assert str(borrower) not in log
