"""A webhook receiver in a process of its own, which a test can make faulty, kill and start again."""

from __future__ import annotations

import base64
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.ledger.encoding import to_json

SECRET = "whsec_" + base64.b64encode(b"a key of the tests, 32 bytes....").decode()
_PROGRAM = Path(__file__).with_name("receiver.py")


class WebhookServer:
    """A receiver on a free port that keeps its events across its ends; started by the constructor."""

    def __init__(self, folder: Path, secrets: str = SECRET) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._database = folder / "events.db"
        self._faults = folder / "faults"
        self._secrets = secrets
        with closing(socket.socket()) as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self.behave("ok")
        self.start()

    @property
    def url(self) -> str:
        """Its address, also while it is down."""
        return f"http://127.0.0.1:{self.port}/hook"

    def behave(self, fault: str) -> None:
        """Changes what it does with the requests from now on; see ``receiver.py``."""
        fresh = self._faults.with_suffix(".new")
        fresh.write_text(fault)
        fresh.replace(self._faults)

    def start(self) -> None:
        """Starts it on its port; returns once it listens."""
        self._process = subprocess.Popen(
            [sys.executable, str(_PROGRAM), str(self.port), str(self._database), str(self._faults)],
            env={**os.environ, "RISK_WEBHOOK_SECRET": self._secrets},
        )
        deadline = time.monotonic() + 20
        while True:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert time.monotonic() < deadline, "the receiver did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        """Ends it at once; may be called twice."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def events(self) -> list[dict[str, Any]]:
        """The events that it keeps, in the order in which they came; repeated ones are not among them."""
        if not self._database.exists():
            return []
        with closing(sqlite3.connect(self._database)) as database:
            return [
                json.loads(event)
                for (event,) in database.execute("SELECT event FROM inbox ORDER BY place")
            ]

    def ids(self) -> list[str]:
        """The ids of :meth:`events`."""
        return [event["id"] for event in self.events()]

    def lines(self) -> list[str]:
        """Each event as one line."""
        return [to_json(event) for event in self.events()]
