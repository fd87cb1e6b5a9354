"""``jingzhong run``: the service."""

from __future__ import annotations

import gc
import os
import signal
import socket
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot.allocator import keep_together
from bot.children import Parent, apart
from bot.cli.progress import Steps, say
from bot.counters_folder import CountersFolder, count_alone
from bot.listening import listen
from bot.settings import Settings, SettingsError, load_settings
from bot.supervisor import GaveUp, Supervisor

MOST_PROCESSES = 64
END_SECONDS = 5  # that a process may take to end, whatever becomes of its parent


def serve(
    workers: Annotated[
        int,
        typer.Option(
            "--workers",
            min=1,
            max=MOST_PROCESSES,
            metavar="N",
            help="Processes that serve side by side; more than one share their state on Redis.",
        ),
    ] = 1,
    telegram_polling: Annotated[
        bool,
        typer.Option(
            "--telegram-polling",
            help="Ask Telegram for messages instead of waiting for its webhook; for development.",
        ),
    ] = False,
) -> None:
    """Run the service: chat page, channels, console, health and metrics."""
    settings = load_settings()
    if workers > 1 and not settings.redis_url:
        raise SettingsError(
            f"JINGZHONG_REDIS_URL: {workers} processes share their state on Redis; set JINGZHONG_REDIS_URL"
        )
    if telegram_polling and settings.telegram_token is None:
        raise SettingsError(
            "JINGZHONG_TELEGRAM_TOKEN: --telegram-polling needs the token of a bot; set it"
        )
    if telegram_polling and workers > 1:
        raise typer.BadParameter(
            "only one process may poll; leave out --workers or --telegram-polling"
        )
    # Sanic or the supervisor put their own handlers in place of these once they serve.
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    sockets = listen(settings, workers)
    count_alone()
    keep_together()
    if workers == 1:
        _serve_alone(settings, sockets[0], telegram_polling)
    else:
        _serve_together(settings, sockets)
    # All is written and closed. Tearing down what Rasa imported would take seconds more.
    _leave()


def _serve_alone(settings: Settings, listening: socket.socket, telegram_polling: bool) -> None:
    from bot.services import build_services

    services = build_services(settings)
    say("loading Rasa (a few seconds) ...")
    from bot.app import create_app
    from bot.quiet import quiet_structlog

    quiet_structlog()
    app = create_app(services, _model(settings), telegram_polling=telegram_polling)

    @app.after_server_start
    async def announce(*_: object) -> None:
        say(_ready(listening))

    app.run(sock=listening, access_log=False, motd=False, debug=False)


def _serve_together(settings: Settings, sockets: list[socket.socket]) -> None:
    # What is wrong with settings or content is known before anything slow is done.
    apart(partial(_try, settings))
    counters = CountersFolder()
    say("loading Rasa (a few seconds) ...")
    import bot.app  # noqa: F401 - for the children
    from bot.quiet import quiet_structlog

    quiet_structlog()
    apart(partial(_model, settings))
    gc.collect()
    gc.freeze()  # what is loaded stays, and stays shared: no collection in a child touches it
    supervisor = Supervisor(
        partial(_work, settings, sockets, counters),
        len(sockets),
        say=say,
        on_ready=lambda: say(f"{_ready(sockets[0])}, {len(sockets)} processes"),
        on_end=counters.ended,
    )
    gave_up = None
    with counters:
        try:
            supervisor.run()
        except GaveUp as error:
            gave_up = error
    if gave_up is not None:
        say(str(gave_up))
        os._exit(1)


def _try(settings: Settings) -> None:
    """Opens everything once; each process opens its own later."""
    from bot.services import build_services

    build_services(settings).close()


def _work(
    settings: Settings,
    sockets: list[socket.socket],
    counters: CountersFolder,
    place: int,
    parent: Parent,
) -> None:
    """What one of several processes does; all that has threads, files or connections is made here."""
    from bot.app import create_app
    from bot.services import build_services
    from bot.training import MODEL_NAME

    app = create_app(build_services(settings), settings.models / MODEL_NAME)

    @app.after_server_start
    async def tell(*_: object) -> None:
        parent.tell()

    @app.before_server_stop
    async def end_in_time(*_: object) -> None:
        signal.alarm(END_SECONDS)

    @app.after_server_stop
    async def tidy(*_: object) -> None:
        if parent.has_ended():
            counters.remove()

    app.run(sock=sockets[place], access_log=False, motd=False, debug=False)


def _model(settings: Settings) -> Path:
    from bot.training import ensure_model

    steps = Steps("training the model, since it is missing or older than its examples")
    model = ensure_model(settings.models, steps)
    steps.done()
    return model


def _ready(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"ready on http://{host}:{port}  (Ctrl-C stops)"


def _leave(*_: object) -> None:
    # Nothing is served yet, and what is being imported swallows exceptions: no way but this is sure.
    os.write(2, b"jingzhong: stopped\n")
    os._exit(0)
