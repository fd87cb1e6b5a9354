"""What a page or a route of the API gives back, and how it says that it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

HTML = "text/html; charset=utf-8"
JSON = "application/json"
CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """An answer to a request; the shell adds the headers that all answers carry."""

    body: bytes
    content_type: str = HTML
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Failed(Exception):
    """Something cannot be done; the message, one line for a person, is shown as it is.

    On a page it should be a text of ``content/console``, in the API an English line.
    """

    status = 400

    def __init__(self, message: str = "") -> None:
        super().__init__(message)


class Missing(Failed):
    """There is no such thing, or not any more."""

    status = 404


class Conflict(Failed):
    """It has been changed by somebody else meanwhile, or is in a state that does not allow it."""

    status = 409


class Invalid(Failed):
    """What was filled in cannot be taken."""

    status = 422


class Forbidden(Failed):
    """This person may not do that."""

    status = 403
