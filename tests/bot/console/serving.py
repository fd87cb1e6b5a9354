"""The console as a real server on a real port, without the assistant: it starts in a moment."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sanic import Sanic
from sanic.server.async_server import AsyncioServer

from bot.audit import SYSTEM
from bot.console.routes import console_blueprint
from bot.ledger.ledger import TurnRecord
from bot.services import Services, build_services
from bot.settings import Settings
from bot.staff.accounts import FIRST, StaffBook
from bot.staff.roles import Role
from bot.staff.sessions import Sessions

PASSWORD = "correct horse battery"
TOKEN = "token-of-the-tests-alone"
COOKIE = "jingzhong-console"


@dataclass
class RunningConsole:
    """A console on a data directory of its own; ``record`` and ``run`` put into its ledger what a test needs."""

    url: str
    services: Services
    loop: asyncio.AbstractEventLoop
    _tokens: dict[Role, str] = field(default_factory=dict)

    def run(self, work: Any) -> Any:
        """Awaits a coroutine in the loop of the server."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def record(self, *turns: TurnRecord) -> None:
        """Writes turns, as messages do."""
        for turn in turns:
            self.run(self.services.ledger.record(turn))

    def session(self, role: Role) -> str:
        """The token of a session of a person with that role; their names are their roles."""
        if role not in self._tokens:
            self._tokens[role] = self.run(self._log_in(role))
        return self._tokens[role]

    async def _log_in(self, role: Role) -> str:
        ledger = self.services.ledger
        staff = StaffBook(ledger.reader, ledger.writer)
        name = FIRST if role is Role.ADMIN else role.value
        if staff.get(name) is None:
            await staff.add(name, role, PASSWORD, SYSTEM)
        return await Sessions(ledger.reader, ledger.writer, self.services.hasher).begin(name)

    @contextmanager
    def client(self, role: Role | None = None) -> Iterator[Client]:
        """A browser without a window: follows no redirects, is logged in as that role."""
        cookies = {COOKIE: self.session(role)} if role else {}
        with Client(base_url=self.url, cookies=cookies, trust_env=False, timeout=30) as client:
            yield client


class Client(httpx.Client):
    """An HTTP client that can send a form of a page as a browser does."""

    def send_form(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Sends a form to ``action`` with the proof that stands on ``page``."""
        shown = self.get(page)
        csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', shown.text)
        return self.post(action, data={"csrf": csrf[1] if csrf else "", **fields})


@contextmanager
def running_console(home: Path, **settings: Any) -> Iterator[RunningConsole]:
    """Serves a console until the block ends."""
    given = {"admin_password": PASSWORD, "api_token": TOKEN, **settings}
    services = build_services(Settings(home=home, **given))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()[:2]
        running = RunningConsole(f"http://{host}:{port}", services, loop)
        try:
            server = running.run(_start(services, listening))
            try:
                yield running
            finally:
                running.run(_stop(server))
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(30)
            services.close()
            loop.close()


async def _start(services: Services, listening: socket.socket) -> AsyncioServer:
    Sanic.test_mode = True  # several applications in one process
    app = Sanic(f"console-{id(services)}", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = 256 * 1024
    app.blueprint(console_blueprint(services))
    server = await app.create_server(
        sock=listening,
        return_asyncio_server=True,
        access_log=False,
        debug=False,
        asyncio_server_kwargs={"start_serving": False},
    )
    assert server is not None
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    return server


async def _stop(server: AsyncioServer) -> None:
    await server.before_stop()
    await server.close()
    for connection in server.connections:
        connection.close_if_idle()
    await server.after_stop()
    Sanic._app_registry.clear()
