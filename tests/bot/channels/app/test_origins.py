"""Which pages may call and embed."""

from __future__ import annotations

import pytest

from bot.channels.app.origins import Origins
from bot.settings import SettingsError

OURS = Origins.of("https://m.maisui.example, https://h5.maisui.example:8443/,http://localhost:3000")


@pytest.mark.parametrize(
    "origin",
    [
        None,  # a native app
        "https://m.maisui.example",
        "https://h5.maisui.example:8443",
        "http://localhost:3000",
        "https://chat.maisui.example",  # the service's own pages
    ],
)
def test_listed_pages_our_own_and_native_apps_may_call(origin: str | None) -> None:
    assert OURS.allow(origin, "chat.maisui.example")


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://m.maisui.example",
        "https://m.maisui.example:444",
        "https://m.maisui.example.evil.example",
        "https://evil.example",
        "https://maisui.example",
        "file://",
    ],
)
def test_all_other_pages_may_not(origin: str) -> None:
    assert not OURS.allow(origin, "chat.maisui.example")
    assert "Access-Control-Allow-Origin" not in OURS.headers(origin)


def test_a_browser_is_told_the_very_origin_that_asked() -> None:
    headers = OURS.headers("https://m.maisui.example")
    assert headers["Access-Control-Allow-Origin"] == "https://m.maisui.example"
    assert headers["Vary"] == "Origin"
    assert "Authorization" in headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in headers
    assert OURS.headers(None) == {"Vary": "Origin"}


def test_the_page_may_be_framed_by_exactly_these() -> None:
    assert OURS.frame_ancestors == (
        "'self' http://localhost:3000 https://h5.maisui.example:8443 https://m.maisui.example"
    )
    assert Origins.of(" , ").frame_ancestors == "'self'"


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "m.maisui.example",
        "http://m.maisui.example",
        "https://m.maisui.example/app",
        "https://*.maisui.example",
        "https://a.example; script-src *",
        "https://a.example https://b.example",
        "https://",
        "null",
    ],
)
def test_what_is_no_origin_is_refused_in_a_line(text: str) -> None:
    with pytest.raises(
        SettingsError, match=r"^JINGZHONG_APP_ORIGINS: .* is no origin; write it as"
    ):
        Origins.of(text)
