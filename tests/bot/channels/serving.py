"""A Sanic application on a real port, in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import Future
from typing import Any

from sanic import Sanic

START_SECONDS = 120


class Serving:
    """Serves an application until :meth:`stop`; its listeners run as in ``jingzhong run``."""

    def __init__(self, app: Sanic) -> None:
        Sanic.test_mode = True  # several applications in one process
        self._app = app
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._await(self._start(), START_SECONDS)

    def stop(self) -> None:
        self._await(self._end(), START_SECONDS)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(START_SECONDS)
        self.loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def _await(self, work: Any, seconds: float) -> Any:
        done: Future[Any] = asyncio.run_coroutine_threadsafe(work, self.loop)
        return done.result(seconds)

    async def _start(self) -> None:
        server = await self._app.create_server(
            sock=self._socket,
            return_asyncio_server=True,
            asyncio_server_kwargs={"start_serving": False},
        )
        assert server is not None
        await server.startup()
        await server.before_start()
        await server.start_serving()
        await server.after_start()
        self._server = server

    async def _end(self) -> None:
        server = self._server
        await server.before_stop()
        server.close()
        await server.wait_closed()
        for connection in list(server.connections):
            connection.close()
        await server.after_stop()
