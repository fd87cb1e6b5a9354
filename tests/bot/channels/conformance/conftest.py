"""One running service with all channels under test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.app import create_app
from tests.bot.channels.conformance.adapters import ADAPTERS
from tests.bot.channels.conformance.cases import BURST
from tests.bot.channels.conformance.channel_under_test import ChannelUnderTest
from tests.bot.channels.serving import Serving
from tests.conftest import make_services


@pytest.fixture(scope="module")
def channels(
    model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, ChannelUnderTest]]:
    """The channels by name."""
    under_test = [adapter() for adapter in ADAPTERS]
    settings = {name: value for each in under_test for name, value in each.settings().items()}
    services = make_services(
        tmp_path_factory.mktemp("conformance"),
        rate_burst=BURST,
        rate_per_minute=1,
        picture_processes=0,  # what a channel hands over is read by tests of its own
        **settings,
    )
    serving = Serving(create_app(services, model, f"jingzhong-{uuid.uuid4().hex}"))
    for each in under_test:
        each.connect(services, serving.base_url)
    yield {each.name: each for each in under_test}
    serving.stop()
    for each in under_test:
        each.close()
