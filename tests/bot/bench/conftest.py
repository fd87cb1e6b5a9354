"""A workload and a small real HTTP server that answers as a REST channel does."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.bench.client import Address
from bot.bench.figures import Cell, Goal, Line, Report, Step
from bot.bench.workload import Workload, load_workload

Answering = Callable[[dict[str, str]], tuple[int, bytes]]


class Server:
    """Keeps what it was told, in order."""

    def __init__(self, answering: Answering) -> None:
        told: list[dict[str, str]] = []
        places: set[tuple[str, int]] = set()
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with lock:
                    told.append(body)
                    places.add(self.client_address)
                status, answer = answering(body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                return

        self.told = told
        self.connections = places
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = Address("127.0.0.1", self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def serving() -> Iterator[Callable[[Answering], Server]]:
    """``serving(answering)``: a real server on a free port."""
    servers: list[Server] = []

    def begin(answering: Answering) -> Server:
        servers.append(Server(answering))
        return servers[-1]

    yield begin
    for server in servers:
        server.close()


def echo(body: dict[str, str]) -> tuple[int, bytes]:
    """A proper answer."""
    return 200, json.dumps([{"recipient_id": body["sender"], "text": body["message"]}]).encode()


@pytest.fixture(scope="session")
def workload() -> Workload:
    """What the benchmark is run with."""
    return load_workload()


@pytest.fixture
def report() -> Report:
    """Given figures, with one that does not count."""
    about = {
        "taken": "2026-11-29T06:00:00+00:00",
        "machine": {"processor": "A <fast> one", "cores": 2, "rasa": "3.6.21"},
        "workload": {"texts": 480, "seed": 1, "threat_share": 0.454, "median_length": 48.0},
    }
    throughput = Line(
        "throughput",
        "messages a second, 32 conversations at once",
        "1/s",
        [
            Cell("stock", 10.0),
            Cell("embedded", 400.0),
            Cell("redis", None, problem="does not count: empty reply (3 times of 90 messages)"),
        ],
        [
            Goal("embedded / stock", 40.0, 30, False),
            Goal("Redis / stock", None, 12, False),
        ],
        {"rounds": {"stock": [9.0, 10.0, 11.0]}},
    )
    latency = Line(
        "latency",
        "time of one message, one at a time (median)",
        "ms",
        [Cell("stock", 70.0, note="p99 110"), Cell("embedded", 7.0, note="p99 12.0")],
        [Goal("embedded / stock", 0.1, 1 / 20, True)],
    )
    return Report(about, [throughput, latency], {"under load": [Step("commit", 1.5, 0.6)]})
