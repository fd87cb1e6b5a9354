"""Every channel does the same with what comes in."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.settings import ROOT
from tests.bot.channels.conformance.adapters import ADAPTERS
from tests.bot.channels.conformance.cases import CASES, Case
from tests.bot.channels.conformance.channel_under_test import ChannelUnderTest
from tests.bot.channels.conformance.table import table

APPLICABLE = [
    pytest.param(adapter.name, case, id=f"{adapter.name}-{case.name}")
    for adapter in ADAPTERS
    for case in CASES
    if case.name not in adapter.not_applicable
]


@pytest.mark.parametrize(("name", "case"), APPLICABLE)
def test_a_channel_does_what_each_case_asks(
    channels: Mapping[str, ChannelUnderTest], name: str, case: Case
) -> None:
    case.check(channels[name], case.name)


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
def test_what_does_not_apply_is_a_case_with_a_reason_and_what_the_user_sees(
    adapter: type[ChannelUnderTest],
) -> None:
    assert set(adapter.not_applicable) <= {case.name for case in CASES}
    for why in adapter.not_applicable.values():
        assert why.reason
        assert why.user_sees


def test_the_documented_table_is_that_of_the_suite() -> None:
    assert table() in (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")
