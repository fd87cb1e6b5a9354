"""Keeps the bot's token, and what users write, out of every log."""

from __future__ import annotations

import logging
import re
import traceback
from typing import Final

_SHOWN: Final = "<token>"


class TokenFilter(logging.Filter):
    """Replaces a token in whatever a handler is about to write.

    It sits on handlers, since those see the records of all loggers, and a filter of a logger sees its own alone.
    """

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token
        number, _, secret = token.partition(":")
        # In addresses the colon may be escaped; the secret half alone is as good as the whole.
        self._written = re.compile(rf"(?:{re.escape(number)}(?::|%3[Aa]))?{re.escape(secret)}")

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets everything through, without the token."""
        if self._written.search(message := _message(record)):
            record.msg, record.args = self._written.sub(_SHOWN, message), ()
        if record.exc_text:
            record.exc_text = self._written.sub(_SHOWN, record.exc_text)
        if record.exc_info and record.exc_info[1] is not None:
            told = "".join(traceback.format_exception(*record.exc_info))
            if self._written.search(told):
                # The error's words cannot be changed; its kind is what remains of it.
                record.msg, record.args = f"{record.getMessage()} ({record.exc_info[0]})", ()
                record.exc_info = None
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        # Arguments that do not fit; whoever formats the record will say so.
        return f"{record.msg} {record.args}"


def keep_out_of_logs(token: str) -> None:
    """Puts the filter on all handlers there are, and silences the libraries that write addresses and answers.

    python-telegram-bot logs whole answers that it cannot read; what it raises is told by us.
    """
    for handler in logging.getLogger().handlers:
        if all(getattr(known, "token", None) != token for known in handler.filters):
            handler.addFilter(TokenFilter(token))
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.ERROR)
