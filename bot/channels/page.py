"""The static chat page at ``/`` and the widget that embeds it, with headers that let it talk to its own host alone."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from pathlib import Path

from sanic import Blueprint, Request, response
from sanic.response import HTTPResponse

WEB = Path(__file__).resolve().parent.parent / "web"

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


_HOSTS = '<meta name="jingzhong-hosts" content="">'
_STRINGS = "/* filled in by the server */ JINGZHONG_STRINGS"
_FOR_READERS = re.compile(r"^[ ]+|^ *//.*\n", re.MULTILINE)

Strings = Callable[[], Mapping[str, str]]


def page_blueprint(strings: Strings, frame_ancestors: str = "'self'") -> Blueprint:
    """The routes ``/``, ``/chat.css``, ``/favicon.svg``, ``/widget.js`` and the other scripts of ``bot/web``.

    ``strings`` gives the words of the page as they are now, some of which the widget needs before it may ask for any.
    ``frame_ancestors`` is the list of sources, in the notation of Content-Security-Policy, that may show
    the page in a frame.

    Raises:
        ValueError: when ``frame_ancestors`` would end its directive and begin another.
    """
    if any(character in frame_ancestors for character in ";,\r\n"):
        raise ValueError("frame_ancestors: sources are separated by spaces alone")
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": (
            "default-src 'self'; img-src 'self' blob:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors {frame_ancestors}"
        ),
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    blueprint = Blueprint("chat_page")
    for path in sorted(WEB.iterdir()):
        if path.name == "widget.js":
            # Pages of other origins load it.
            shared = {**headers, "Cross-Origin-Resource-Policy": "cross-origin"}
            _serve(blueprint, path, shared, _widget(path, strings))
        elif path.suffix in _TYPES:
            body = path.read_bytes()
            if path.name == "index.html":
                body = _with_hosts(body.decode(), frame_ancestors).encode()
            _serve(blueprint, path, headers, partial(bytes, body))
    return blueprint


def _with_hosts(html: str, frame_ancestors: str) -> str:
    """The page with the origins from which it takes a greeting; its own it knows."""
    hosts = " ".join(source for source in frame_ancestors.split() if not source.startswith("'"))
    return _filled(html, _HOSTS, _HOSTS.replace('""', f'"{escape(hosts)}"'))


def _widget(path: Path, strings: Strings) -> Callable[[], bytes]:
    """The widget with its words, and without what is there for readers of the file alone."""
    script = _FOR_READERS.sub("", path.read_text(encoding="utf-8"))

    def body() -> bytes:
        own = {name: text for name, text in strings().items() if name.startswith("widget_")}
        return _filled(script, _STRINGS, json.dumps(own, ensure_ascii=False)).encode()

    return body


def _filled(text: str, place: str, value: str) -> str:
    before, found, after = text.partition(place)
    assert found, place
    return before + value + after


def _serve(
    blueprint: Blueprint, path: Path, headers: dict[str, str], body_now: Callable[[], bytes]
) -> None:
    content_type = _TYPES[path.suffix]

    async def serve(request: Request) -> HTTPResponse:
        body = body_now()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        own = {**headers, "ETag": etag}
        if etag in request.headers.get("if-none-match", ""):
            return response.empty(304, own)
        return response.raw(body, headers=own, content_type=content_type)

    url = "/" if path.name == "index.html" else f"/{path.name}"
    blueprint.add_route(serve, url, methods=["GET", "HEAD"], name=path.stem)
