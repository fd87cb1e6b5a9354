"""The webhook receiver of the documentation, with faults; a process of its own.

Arguments: port, database, file of the faults. The file holds one word that is read for every request: ``ok``; ``500``
and other codes, before anything is kept; ``slow``, ``hang`` and ``drip`` (for a minute); ``half``, which keeps the
event and breaks off within the answer; ``refuse:TEXT``, 422 for bodies with that text; ``poison:TEXT``, hangs at them;
``mixed:SEED``, all of them by chance. ``RISK_WEBHOOK_SECRET`` is set.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import random
import sys
import threading
import time
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

CONSUMERS = Path(__file__).resolve().parents[3] / "docs" / "consumers"


def documented(name: str) -> ModuleType:
    """A module of the documentation's consumers."""
    spec = importlib.util.spec_from_file_location(name, CONSUMERS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verify_webhook = documented("verify_webhook")
_MIX = ["ok"] * 88 + ["500"] * 4 + ["503"] * 2 + ["half"] * 3 + ["slow"] * 2 + ["hang"]


class Faulty(verify_webhook.Receiver):  # type: ignore[name-defined,misc]
    faults: Path
    chance: random.Random | None = None
    lock = threading.Lock()

    def do_POST(self) -> None:  # noqa: N802 - the name that http.server calls
        fault, _, detail = self.faults.read_text().strip().partition(":")
        if fault == "mixed":
            with Faulty.lock:
                Faulty.chance = Faulty.chance or random.Random(int(detail))
                fault, detail = Faulty.chance.choice(_MIX), ""
        if fault in {"refuse", "poison"}:
            length = int(self.headers["content-length"])
            body = self.rfile.peek(length) if length < 4096 else b""
            fault = {"refuse": "422", "poison": "hang"}[fault] if detail.encode() in body else "ok"
        if fault == "hang":
            self.close_connection = True
            time.sleep(60)
        elif fault.isdecimal():
            self.rfile.read(int(self.headers["content-length"]))
            self._answer(int(fault))
        elif fault == "drip":
            self._drip()
        elif fault == "half":
            self._answer_half()
        else:
            if fault == "slow":
                time.sleep(0.3)
            super().do_POST()

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        self.close_connection = True
        for _ in range(600):
            self.wfile.write(b".")
            time.sleep(0.1)

    def _answer_half(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        verify_webhook.verify(
            {name.lower(): value for name, value in self.headers.items()}, body, self.secrets
        )
        self.inbox.keep(body)
        self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhal")
        self.close_connection = True


class Server(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A client that was killed is no news."""


def main(port: str, database: str, faults: str) -> None:
    """Serves until it is killed."""
    Faulty.secrets = os.environ["RISK_WEBHOOK_SECRET"].split(",")
    Faulty.inbox = verify_webhook.Inbox(database)
    Faulty.faults = Path(faults)
    server = Server(("127.0.0.1", int(port)), Faulty)
    with contextlib.redirect_stdout(io.StringIO()):
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
