"""Tells a person why something could not be done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.console.answers import Conflict, Missing
from bot.console.visit import Visit
from bot.feedback.errors import FeedbackError, UnknownRecord


@contextmanager
def in_words(visit: Visit) -> Iterator[None]:
    """On a page: the error in the words of the part."""
    try:
        yield
    except UnknownRecord:
        raise Missing(visit.words("missing")) from None
    except FeedbackError as error:
        raise Conflict(visit.words(f"errors.{error.why}")) from None


@contextmanager
def in_english() -> Iterator[None]:
    """In the API: the error's own line."""
    try:
        yield
    except UnknownRecord as error:
        raise Missing(str(error)) from None
    except FeedbackError as error:
        raise Conflict(str(error)) from None
