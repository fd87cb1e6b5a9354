"""One running service of the app's channel for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.bot.channels.app.serving_app import App


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    running = App(tmp_path_factory.mktemp("app"))
    yield running
    running.close()


@pytest.fixture
def client(app: App) -> Iterator[httpx.Client]:
    url = f"{app.base_url}/webhooks/app"
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as opened:
        yield opened
