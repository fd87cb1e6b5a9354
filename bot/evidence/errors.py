"""Errors of evidence packs: one line each that names the cause and the mend."""

from __future__ import annotations


class EvidenceError(Exception):
    """A pack cannot be made or read as asked; the message is one line for a person."""


class RefusedError(EvidenceError):
    """A pack must not be made; the log says so too, under the same ``reason``."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class ArchiveError(EvidenceError):
    """Bytes are no archive of the form that packs have, or files fit into none."""


class SigningKeyError(EvidenceError):
    """A key cannot be read, made or used."""
