"""A customer service of WeCom with an assistant of the tests' own behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.bot.channels.wecom.customer_service import Wecom
from tests.bot.channels.wecom.customer_service import wecom as open_wecom


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Wecom]]:
    """``start(assistant, theirs, **settings)``: a service of the test's own, ended with it in any case."""
    with ExitStack() as stack:
        yield lambda *given, **settings: stack.enter_context(
            open_wecom(tmp_path, *given, **settings)
        )


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wecom]:
    """One service for the tests of a file that ask for no other."""
    with open_wecom(tmp_path_factory.mktemp("wecom")) as running:
        yield running


@pytest.fixture
def wecom(shared: Wecom) -> Wecom:
    """A service that answers at once and has heard nothing yet."""
    shared.settled()
    shared.assistant.heard.clear()
    return shared
