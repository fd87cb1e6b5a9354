"""Puts sharing together from the settings: for the command line, the console and the service alike."""

from __future__ import annotations

from typing import Final

from actions.content import load_content
from bot.ledger.database import Reader
from bot.ledger.events import event_source
from bot.ledger.writer import Writer
from bot.settings import Settings, SettingsError
from bot.sharing.alliance_key import AllianceKey
from bot.sharing.confirmed import official_keys
from bot.sharing.corroboration import Corroboration
from bot.sharing.partners import PartnerBook
from bot.sharing.policy import load_policy
from bot.sharing.sender import Sender
from bot.sharing.share_book import ShareBook

SHORTEST_KEY: Final = 32


def alliance_key(settings: Settings) -> AllianceKey | None:
    """The key of the alliance, if one is set.

    Raises:
        SettingsError: when it is too short to be one.
    """
    text = settings.alliance_key.get_secret_value() if settings.alliance_key else ""
    if not text:
        return None
    if len(text) < SHORTEST_KEY:
        raise SettingsError(
            f"JINGZHONG_ALLIANCE_KEY: shorter than {SHORTEST_KEY} characters; ask your alliance for its key, "
            "or make one with: openssl rand -hex 32"
        )
    return AllianceKey(text.encode("utf-8"))


def open_share_book(settings: Settings, reader: Reader, writer: Writer) -> ShareBook:
    """The book of what is shared.

    Raises:
        SettingsError, ContentError: with one line that names the cause and the mend.
    """
    content = load_content(settings.content)
    sender = Sender(
        source=event_source(content.short_name),
        name=content.name,
        policy=load_policy(settings.content),
        alliance=alliance_key(settings),
    )
    return ShareBook(
        reader,
        writer,
        sender,
        official=official_keys(content),
        production=settings.production,
    )


def open_partner_book(settings: Settings, reader: Reader, writer: Writer) -> PartnerBook:
    """The book of the partners' lists.

    Raises:
        ContentError: with one line that names the file and the mend.
    """
    return PartnerBook(reader, writer, official=official_keys(load_content(settings.content)))


def open_corroboration(settings: Settings, reader: Reader) -> Corroboration:
    """What partners say of contacts, for the way of a message; call ``refresh`` from time to time.

    Raises:
        SettingsError: when the alliance's key is none.
    """
    return Corroboration(reader, alliance_key(settings))
