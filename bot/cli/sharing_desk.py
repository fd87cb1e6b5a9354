"""What the commands of sharing work with: the books on the ledger of the settings, and files to hand over."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.ledger.database import Reader, database_path
from bot.ledger.writer import Writer
from bot.settings import Settings, load_settings, prepare_home
from bot.sharing.errors import SharingError
from bot.sharing.opening import open_partner_book, open_share_book
from bot.sharing.partners import PartnerBook
from bot.sharing.share_book import ShareBook

STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True)
class SharingDesk:
    """The two books and the settings they come from."""

    settings: Settings
    shares: ShareBook
    partners: PartnerBook


@contextmanager
def sharing_desk() -> Iterator[SharingDesk]:
    """Sharing on the ledger of the settings, also while the service runs.

    Raises:
        SettingsError, ContentError, LedgerError: with one line.
    """
    settings = load_settings()
    path = database_path(prepare_home(settings))
    writer, reader = Writer(path), Reader(path)
    try:
        yield SharingDesk(
            settings,
            open_share_book(settings, reader, writer),
            open_partner_book(settings, reader, writer),
        )
    finally:
        reader.close()
        writer.close()


def hand_over(text: str, out: Path) -> None:
    """Writes a file that only this account may read, or standard output for ``-``.

    Raises:
        SharingError: when it cannot be written.
    """
    if out == STANDARD_OUTPUT:
        sys.stdout.write(text)
        return
    try:
        file = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8", newline="") as opened:
            opened.write(text)
    except OSError as error:
        raise SharingError(
            f"{out}: cannot be written ({error.strerror}); name another file"
        ) from None


def taken_in(file: Path) -> str:
    """The text of a file that a partner sent.

    Raises:
        SharingError: when it cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SharingError(f"{file}: cannot be read ({error}); ask for it again") from None
