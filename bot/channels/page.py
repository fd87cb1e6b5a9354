"""The static chat page at ``/``, with headers that let it talk to its own host and to nobody else."""

from __future__ import annotations

import hashlib
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


def page_blueprint(frame_ancestors: str = "'self'") -> Blueprint:
    """The routes ``/``, ``/chat.css``, ``/favicon.svg`` and the scripts of ``bot/web``.

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
            "default-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors {frame_ancestors}"
        ),
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    blueprint = Blueprint("chat_page")
    for path in sorted(WEB.iterdir()):
        if path.suffix in _TYPES:
            _serve(blueprint, path, headers)
    return blueprint


def _serve(blueprint: Blueprint, path: Path, headers: dict[str, str]) -> None:
    body = path.read_bytes()
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {**headers, "ETag": etag}
    content_type = _TYPES[path.suffix]

    async def serve(request: Request) -> HTTPResponse:
        if etag in request.headers.get("if-none-match", ""):
            return response.empty(304, headers)
        return response.raw(body, headers=headers, content_type=content_type)

    url = "/" if path.name == "index.html" else f"/{path.name}"
    blueprint.add_route(serve, url, methods=["GET", "HEAD"], name=path.stem)
