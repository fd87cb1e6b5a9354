"""A local server that speaks as WeChat's and WeCom's do: tokens, error codes in the body, sent messages."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SECRET = "a-secret-of-the-tests"
Answer = dict[str, Any]


class Tencent:
    """The server; subclasses add paths to ``routes``. ``called`` has path and body of what was done, in order.

    ``refuse`` holds answers for the next calls in place of what would be done; ``None`` breaks the connection, 0
    lets one through.
    """

    def __init__(self) -> None:
        self.routes: dict[str, Callable[[Answer], Answer]] = {}
        self.called: list[tuple[str, Answer]] = []
        self.tokens_given: list[bool] = []
        self.refuse: deque[int | None] = deque()
        self.media: dict[str, bytes] = {}
        self.token_seconds = 7200
        self.slow = 0.0
        self.slow_tokens = 0.0
        self.lock = threading.Lock()
        self._token = 0
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        server.daemon_threads = True
        self._server = server
        self.base_url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def token(self) -> str:
        """The token that is good now."""
        return f"token-{self._token}"

    def expire(self) -> None:
        """Makes the token that was given out stale, as if another program had asked for a new one."""
        with self.lock:
            self._token += 1

    def give_token(self, *, force: bool = False) -> Answer:
        time.sleep(self.slow_tokens)
        with self.lock:
            self.tokens_given.append(force)
            if force:
                self._token += 1
            return {"access_token": self.token, "expires_in": self.token_seconds}

    def bodies(self, path: str) -> list[Answer]:
        """What was sent to a path, in order."""
        with self.lock:
            return [body for called, body in self.called if called == path]

    def answer(self, path: str, query: dict[str, str], body: Answer) -> Answer | bytes | None:
        """What a call gets, media as they are; ``None`` breaks the connection."""
        given = self.answer_token(path, query, body)
        if given is not None:
            return given
        time.sleep(self.slow)
        if query.get("access_token") != self.token:
            return {"errcode": 42001, "errmsg": "access_token expired"}
        with self.lock:
            if self.refuse:
                code = self.refuse.popleft()
                if code is None:
                    return None
                if code != 0:
                    return {"errcode": code, "errmsg": "refused by the test"}
        if path == "/cgi-bin/media/get":
            gone = {"errcode": 40007, "errmsg": "invalid media_id"}
            return self.media.get(query["media_id"], gone)
        if path not in self.routes:
            return {"errcode": 43002, "errmsg": f"no such path {path}"}
        answer = {"errcode": 0, "errmsg": "ok", **self.routes[path](body)}
        if answer["errcode"] == 0:
            with self.lock:
                self.called.append((path, body))
        return answer

    def answer_token(self, path: str, query: dict[str, str], body: Answer) -> Answer | None:
        """What asking for a token gets; ``None`` for another path."""
        if path != "/cgi-bin/stable_token":
            return None
        if body.get("grant_type") != "client_credential" or body.get("secret") != SECRET:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        return self.give_token(force=bool(body.get("force_refresh")))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        tencent = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                self._answer(json.loads(self._read() or b"{}"))

            def do_GET(self) -> None:
                self._answer({})

            def _read(self) -> bytes:
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))

            def _answer(self, body: Answer) -> None:
                address = urlsplit(self.path)
                answer = tencent.answer(address.path, dict(parse_qsl(address.query)), body)
                if answer is None:
                    self.close_connection = True
                    return
                is_media = isinstance(answer, bytes)
                data = answer if is_media else json.dumps(answer, ensure_ascii=False).encode()
                self.send_response(200)
                self.send_header("Content-Type", "image/png" if is_media else "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
