"""The bot's token stays out of every log."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from bot.channels.telegram.logs import TokenFilter, keep_out_of_logs
from tests.bot.channels.telegram.bot_api import TOKEN

SECRET = TOKEN.partition(":")[2]
URL = f"https://api.telegram.org/bot{TOKEN}/sendMessage"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a handler on the root logger writes, with the full words of errors."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger().addHandler(handler)
    keep_out_of_logs(TOKEN)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        (f"POST {URL}", ()),
        ("POST %s %d", (URL, 200)),
        ("escaped %s", (URL.replace(":AAE", "%3AAAE"),)),
        ("half %s", (SECRET,)),
        ("wrong %d", (URL,)),
    ],
)
def test_no_message_shows_the_token(
    log: io.StringIO, message: str, arguments: tuple[object, ...]
) -> None:
    logging.getLogger("somebody.elses").error(message, *arguments)
    assert "<token>" in log.getvalue()
    assert SECRET not in log.getvalue()


def test_no_error_shows_the_token(log: io.StringIO) -> None:
    try:
        raise RuntimeError(f"no connection to {URL}")
    except RuntimeError:
        logging.getLogger("somebody.elses").exception("it failed")
    assert "it failed" in log.getvalue()
    assert "RuntimeError" in log.getvalue()
    assert SECRET not in log.getvalue()


def test_errors_of_others_are_told_as_before(log: io.StringIO) -> None:
    try:
        raise RuntimeError("something else")
    except RuntimeError:
        logging.getLogger("somebody.elses").exception("it failed")
    assert "something else" in log.getvalue()


def test_a_handler_gets_the_filter_once(log: io.StringIO) -> None:
    keep_out_of_logs(TOKEN)
    for handler in logging.getLogger().handlers:
        ours = [known for known in handler.filters if isinstance(known, TokenFilter)]
        assert sum(known.token == TOKEN for known in ours) == 1


def test_what_the_libraries_log_of_answers_is_silenced(log: io.StringIO) -> None:
    logging.getLogger("telegram.request.BaseRequest").exception("Can not load %s", "用户的话")
    logging.getLogger("httpx").info("HTTP Request: POST %s", URL)
    assert log.getvalue() == ""
