"""A receiver of Jingzhong's webhooks: checks signature and age, keeps each event once, then answers.

It runs as it is, with Python alone:

    RISK_WEBHOOK_SECRET=whsec_... python verify_webhook.py --port 8080 --database events.db

``verify`` and ``Inbox`` are what to take over into a receiver of your own.
"""

from __future__ import annotations

import argparse
import base64
import hmac
import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE = 300  # seconds that the clocks may differ and a request may be under way
LONGEST = 1 << 20  # bytes


class Rejected(Exception):
    """The request does not come from Jingzhong, or is an old one that somebody sends again."""


def verify(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: float | None = None
) -> None:
    """Checks a request by its raw body, before anything is made of it.

    ``headers`` have lower-case names; ``secrets`` are all that are valid at present, so that a new one can be
    brought in before the old one goes.

    Raises:
        Rejected: when it is not genuine.
    """
    try:
        id, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        given = headers["webhook-signature"].split()
        age = (time.time() if now is None else now) - int(stamp)
    except (KeyError, ValueError):
        raise Rejected("the webhook headers are missing") from None
    if abs(age) > TOLERANCE:
        raise Rejected("the timestamp is too old or too new")
    content = f"{id}.{stamp}.".encode() + body
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()
        if any(hmac.compare_digest(expected.encode(), one.encode()) for one in given):
            return
    raise Rejected("no signature fits")


class Inbox:
    """Events in SQLite, each once by ``source`` and ``id``; what is kept survives a crash."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS inbox (place INTEGER PRIMARY KEY, source TEXT, id TEXT, "
            "event TEXT, UNIQUE (source, id))"
        )

    def keep(self, body: bytes) -> bool:
        """Keeps an event and says whether it is new; it is on the disk then.

        Raises:
            ValueError: when it is no event.
        """
        event = json.loads(body)
        if not isinstance(event, dict) or event.get("specversion") != "1.0":
            raise ValueError("no CloudEvent")
        row = (event["source"], event["id"], body.decode())
        with self._lock:
            kept = self._database.execute(
                "INSERT OR IGNORE INTO inbox (source, id, event) VALUES (?, ?, ?)", row
            )
        return kept.rowcount > 0


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 once an event is kept, also one that it had; 401 and 400 are for what is not genuine or no event."""

    protocol_version = "HTTP/1.1"
    secrets: Sequence[str]
    inbox: Inbox

    def do_POST(self) -> None:
        """Takes one event."""
        length = int(self.headers.get("content-length", 0))
        if length > LONGEST:
            self.close_connection = True
            return self._answer(413)
        body = self.rfile.read(length)
        try:
            verify(
                {name.lower(): value for name, value in self.headers.items()}, body, self.secrets
            )
            new = self.inbox.keep(body)
        except Rejected as error:
            sys.stdout.write(f"rejected: {error}\n")
            return self._answer(401)
        except (ValueError, KeyError):
            return self._answer(400)
        event = json.loads(body)
        subject = event.get("subject", "-")
        sys.stdout.write(
            f"{'new  ' if new else 'again'} {event['id'][:12]} {event['type']} {subject}\n"
        )
        sys.stdout.flush()
        return self._answer(204)

    def log_message(self, format: str, *args: object) -> None:
        """Keeps quiet; what matters is told above."""

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()


def main() -> None:
    """Listens on the loopback interface until it is interrupted."""
    options = argparse.ArgumentParser(description="Receive Jingzhong's webhooks.")
    options.add_argument("--port", type=int, default=8080)
    options.add_argument("--database", default="events.db")
    options.add_argument(
        "--secret-env", default="RISK_WEBHOOK_SECRET", help="comma-separated secrets"
    )
    chosen = options.parse_args()
    secrets = [secret.strip() for secret in os.environ.get(chosen.secret_env, "").split(",")]
    if not all(secrets):
        sys.exit(f"set {chosen.secret_env} to the secret that the sink signs with")
    Receiver.secrets, Receiver.inbox = secrets, Inbox(chosen.database)
    server = ThreadingHTTPServer(("127.0.0.1", chosen.port), Receiver)
    sys.stdout.write(f"listening on http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
