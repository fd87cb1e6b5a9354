"""The errors of this package."""

from __future__ import annotations


class FeedbackError(Exception):
    """What was asked cannot be done; the message is one line that names the cause and the mend.

    ``why`` is a short name of the cause, for whoever words it in another language.
    """

    def __init__(self, message: str, why: str = "wrong") -> None:
        super().__init__(message)
        self.why = why


class CandidateFileError(FeedbackError):
    """The file of candidates is wrong; the message names it and the line."""


class UnknownRecord(FeedbackError):
    """There is no such signal or appeal."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "unknown")
