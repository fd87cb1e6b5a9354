"""What can go wrong with WeChat's and WeCom's servers, on the way in and on the way out."""

from __future__ import annotations


class Forged(Exception):
    """A request that does not come from the platform, or not in a way that proves it; one line says why."""


class Unreadable(Exception):
    """A request of the platform that is no message; one line says why."""


class PlatformError(Exception):
    """The platform did not do what it was asked for; one line with its code, and no text of a user."""


class Unreached(PlatformError):
    """The platform could not be reached, or is too busy: later the same may succeed."""


class Unanswered(Unreached):
    """No answer came to a request that may have arrived: it may have been done or not."""


class Denied(PlatformError):
    """The platform refused for good; ``code`` is its error code."""

    def __init__(self, code: int, path: str) -> None:
        super().__init__(f"{path}: refused with code {code}")
        self.code = code


class WindowClosed(Denied):
    """The user wrote too long ago, or was sent too much since: only a new message of theirs opens the way."""


class Unwanted(Denied):
    """The user unsubscribed or refuses our messages."""


class Elsewhere(Denied):
    """The session is closed, or a person of the institution has it: it is not ours to speak."""


class NotPermitted(Denied):
    """The account has no right to use this interface at all."""
