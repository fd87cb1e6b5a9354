"""The real service with a Telegram of its own, reached by webhook and by polling."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.channels.telegram.talking import TelegramService, telegram_service


@pytest.fixture(scope="session")
def by_webhook(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TelegramService]:
    """The service that Telegram sends to."""
    home = tmp_path_factory.mktemp("webhook")
    with telegram_service(
        home, model, polling=False, rate_burst=30, picture_processes=0
    ) as service:
        yield service


@pytest.fixture(scope="session")
def by_polling(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TelegramService]:
    """The service that asks Telegram."""
    home = tmp_path_factory.mktemp("polling")
    with telegram_service(home, model, polling=True, picture_processes=0) as service:
        yield service


@pytest.fixture(params=["webhook", "polling"])
def telegram(request: pytest.FixtureRequest) -> TelegramService:
    """Either of them: whatever the way of the updates, the bot does the same."""
    service: TelegramService = request.getfixturevalue(f"by_{request.param}")
    return service
