"""``jingzhong run``: the service."""

from __future__ import annotations

import errno
import os
import signal
import socket

from bot.cli.progress import Steps, say
from bot.settings import Settings, SettingsError, load_settings


def serve() -> None:
    """Run the service: chat page, REST channel, health and metrics."""
    settings = load_settings()
    # Sanic puts its own handlers in place of these once it serves.
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    listening = _listen(settings)
    from bot.services import build_services

    services = build_services(settings)
    say("loading Rasa (a few seconds) ...")
    from bot.app import create_app
    from bot.quiet import quiet_structlog
    from bot.training import ensure_model

    quiet_structlog()
    steps = Steps("training the model, since it is missing or older than its examples")
    model = ensure_model(settings.models, steps)
    steps.done()
    app = create_app(services, model)

    @app.after_server_start
    async def announce(*_: object) -> None:
        host, port = listening.getsockname()[:2]
        say(f"ready on http://{host}:{port}  (Ctrl-C stops)")

    app.run(sock=listening, access_log=False, motd=False, debug=False)
    # All is written and closed. Tearing down what Rasa imported would take seconds more.
    _leave()


def _leave(*_: object) -> None:
    # Nothing is served yet, and what is being imported swallows exceptions: no way but this is sure.
    os.write(2, b"jingzhong: stopped\n")
    os._exit(0)


def _listen(settings: Settings) -> socket.socket:
    """Takes the port before anything slow is done, so that a taken one is known at once.

    It listens already: two processes can bind a port on which neither does, and the later one would
    fail when all is loaded. Who calls before the service is ready waits.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen()
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"JINGZHONG_PORT: port {settings.port} is in use; stop the other program or set another"
            ) from None
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise SettingsError(
            f"JINGZHONG_HOST/PORT: cannot listen on {settings.host}:{settings.port} ({reason})"
        ) from None
    return listening
