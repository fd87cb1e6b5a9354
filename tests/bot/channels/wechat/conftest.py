"""A WeChat account with an assistant of the tests' own behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.bot.channels.wechat.talking import Wechat
from tests.bot.channels.wechat.talking import wechat as open_wechat


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Wechat]]:
    """``start(assistant, **settings)``: a service of the test's own, ended with it in any case."""
    with ExitStack() as stack:

        def begin(*arguments: Any, home: Path | None = None, **settings: Any) -> Wechat:
            return stack.enter_context(open_wechat(home or tmp_path, *arguments, **settings))

        yield begin


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wechat]:
    """One service for the tests of a file that ask for no other."""
    with open_wechat(tmp_path_factory.mktemp("wechat")) as running:
        yield running


@pytest.fixture
def wechat(shared: Wechat) -> Wechat:
    """A service that answers at once and has heard nothing yet."""
    shared.assistant.heard.clear()
    return shared
