"""The static files of the chat page and the headers that guard them."""

from __future__ import annotations

import re

import httpx
import pytest

from bot.channels.page import WEB, page_blueprint

FILES = {
    "/": "text/html; charset=utf-8",
    "/chat.css": "text/css; charset=utf-8",
    "/chat.js": "text/javascript; charset=utf-8",
    "/favicon.svg": "image/svg+xml",
}


def get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, trust_env=False)


@pytest.mark.parametrize("path", FILES)
def test_a_file_has_its_type_and_the_guarding_headers(running_service: str, path: str) -> None:
    answer = get(running_service + path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == FILES[path]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self' ws: wss:"
    assert policy["frame-ancestors"] == "'self'"
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_a_file_that_has_not_changed_is_not_sent_again(running_service: str) -> None:
    first = get(f"{running_service}/chat.js")
    again = get(f"{running_service}/chat.js", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = get(f"{running_service}/chat.js", **{"If-None-Match": '"0"'})
    assert other.content == first.content


def test_head_tells_the_headers_without_the_body(running_service: str) -> None:
    answer = httpx.head(f"{running_service}/", trust_env=False)
    assert (answer.status_code, answer.content) == (200, b"")


def test_every_script_that_is_imported_is_served(running_service: str) -> None:
    imported = set()
    for path in WEB.glob("*.js"):
        imported |= set(re.findall(r'from "\./([\w.]+)"', path.read_text(encoding="utf-8")))
    assert imported
    for name in imported:
        assert (
            get(f"{running_service}/{name}").headers["content-type"].startswith("text/javascript")
        )


def test_nothing_else_of_the_folder_is_served(running_service: str) -> None:
    for path in ("/index.html", "/__init__.py", "/../settings.py", "/web/chat.js"):
        assert get(running_service + path).status_code == 404


def test_who_may_frame_the_page_cannot_smuggle_a_directive() -> None:
    with pytest.raises(ValueError, match="frame_ancestors"):
        page_blueprint(dict, "'self'; script-src *")
