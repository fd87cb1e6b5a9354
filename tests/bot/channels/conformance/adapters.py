"""All channels that go through the suite."""

from __future__ import annotations

from typing import Final

from tests.bot.channels.conformance.app import AppUnderTest
from tests.bot.channels.conformance.channel_under_test import ChannelUnderTest
from tests.bot.channels.conformance.chat import ChatUnderTest
from tests.bot.channels.conformance.rest import RestUnderTest
from tests.bot.channels.conformance.telegram import TelegramUnderTest
from tests.bot.channels.conformance.wechat import WechatUnderTest
from tests.bot.channels.conformance.wecom import WecomUnderTest

ADAPTERS: Final[tuple[type[ChannelUnderTest], ...]] = (
    RestUnderTest,
    TelegramUnderTest,
    WechatUnderTest,
    WecomUnderTest,
    AppUnderTest,
    ChatUnderTest,
)
