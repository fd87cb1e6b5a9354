"""The stylesheets and scripts of the console, readable by anybody: nothing of anybody stands in them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, raw

from bot.console.security import HEADERS

STATIC = Path(__file__).resolve().parent / "static"
THEME = Path(__file__).resolve().parent.parent / "web" / "theme.css"
FAVICON = THEME.with_name("favicon.svg")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def add_files(blueprint: Blueprint) -> None:
    """Adds ``/console/static/NAME`` for every file."""
    for path in (*sorted(STATIC.iterdir()), THEME, FAVICON):
        if path.suffix in _TYPES:
            _serve(blueprint, path)


def _serve(blueprint: Blueprint, path: Path) -> None:
    body = path.read_bytes()
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {**HEADERS, "Cache-Control": "no-cache", "ETag": etag}
    content_type = f"{_TYPES[path.suffix]}; charset=utf-8"

    async def serve(request: Request) -> HTTPResponse:
        if etag in request.headers.get("if-none-match", ""):
            return empty(304, headers)
        return raw(body, headers=headers, content_type=content_type)

    name = f"file_{path.name.replace('.', '_').replace('-', '_')}"
    blueprint.add_route(serve, f"/console/static/{path.name}", methods=["GET"], name=name)
