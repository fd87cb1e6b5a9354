"""The address of the service: its listening sockets, taken before anything slow is done."""

from __future__ import annotations

import errno
import os
import socket

from bot.settings import Settings, SettingsError


def listen(settings: Settings, count: int = 1) -> list[socket.socket]:
    """Takes the port, so that a taken one is known at once; ``count`` sockets that share its connections.

    They listen already: two processes can bind a port on which neither does, and the later one would
    fail when all is loaded. Who calls before the service is ready waits.

    Each of several processes has a socket of its own among which the kernel spreads connections by their
    addresses; of one common socket the first to wake takes all that wait, measured 32 of 32. Whoever replaces a
    process takes over its socket with the connections that wait on it.

    Raises:
        SettingsError: when the port is in use or the address cannot be listened on.
    """
    first = _listening(settings, settings.port)
    taken = [first]
    if count > 1:
        # Only now, when the port is ours: a second service must not join in.
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        port = first.getsockname()[1]
        taken.extend(_listening(settings, port, shared=True) for _ in range(count - 1))
    return taken


def _listening(settings: Settings, port: int, shared: bool = False) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listening.bind((settings.host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"JINGZHONG_PORT: port {port} is in use; stop the other program or set another"
            ) from None
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise SettingsError(
            f"JINGZHONG_HOST/PORT: cannot listen on {settings.host}:{port} ({reason})"
        ) from None
    return listening
