"""The address of the service is taken at once, and by one service alone."""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Iterator

import pytest

from bot.listening import listen
from bot.settings import Settings, SettingsError


@contextlib.contextmanager
def listening(port: int, count: int = 1) -> Iterator[list[socket.socket]]:
    sockets = listen(Settings(port=port), count)
    try:
        yield sockets
    finally:
        for each in sockets:
            each.close()


def port_of(sockets: list[socket.socket]) -> int:
    (port,) = {each.getsockname()[1] for each in sockets}
    return int(port)


@pytest.mark.parametrize("first", [1, 3])
@pytest.mark.parametrize("second", [1, 3])
def test_a_second_service_cannot_take_the_same_port(first: int, second: int) -> None:
    with listening(0, first) as sockets:
        port = port_of(sockets)
        with pytest.raises(SettingsError, match=f"port {port} is in use"), listening(port, second):
            pass
    with listening(port, second) as again:
        assert port_of(again) == port


def test_connections_that_come_at_once_are_spread_over_all_sockets() -> None:
    with listening(0, 4) as sockets, contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(socket.create_connection(("127.0.0.1", port_of(sockets)), 5))
        waiting = dict.fromkeys(sockets, 0)
        while readable := select.select(sockets, [], [], 0.2)[0]:
            for each in readable:
                each.accept()[0].close()
                waiting[each] += 1
    assert sum(waiting.values()) == 100
    assert min(waiting.values()) >= 5, waiting.values()
