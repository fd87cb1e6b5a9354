"""The parts of the service that several rooms of it share, and how they are put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from actions.catalogue import needed
from actions.content import Content, ContentError, load_content, read_yaml
from actions.outgoing import Registry
from actions.wording import fill, load_responses
from bot.channels.chat_words import words_of
from bot.counters import Counters
from bot.guard import Guard
from bot.hashing import Hasher
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger
from bot.settings import Settings, SettingsError, load_settings, prepare_home


@dataclass
class Services:
    """What channels, reply generator and command line need; made once a process."""

    settings: Settings
    content: Content
    ledger: Ledger
    hasher: Hasher
    guard: Guard
    page: dict[str, Any]
    responses: dict[str, list[dict[str, Any]]]
    counters: Counters = field(default_factory=Counters)

    def plain(self, name: str) -> str:
        """The text of a reply that must be there even when the assistant is not."""
        return fill(str(self.responses[name][0]["text"]), self.content.values())

    def close(self) -> None:
        """Writes what waits and closes the ledger."""
        self.ledger.close()


def build_services(settings: Settings) -> Services:
    """Opens everything that the settings name.

    Raises:
        SettingsError, ContentError, LedgerError: with one line that names the cause and the mend.
    """
    content = load_content(settings.content)
    if settings.production and content.demo:
        raise SettingsError(
            "JINGZHONG_ENV: production refuses the example institution; put your own into "
            f"{settings.content / 'institution.yml'} and set demo: false"
        )
    page = read_yaml(settings.content / "page.yml")
    words_of(page)
    responses = _complete(load_responses(settings.content), settings)
    home = prepare_home(settings)
    hasher = Hasher(settings.secrets)
    return Services(
        settings=settings,
        content=content,
        ledger=Ledger.open(home, hasher=hasher, source=event_source(content.short_name)),
        hasher=hasher,
        guard=Guard(Registry.from_content(content)),
        page=page,
        responses=responses,
    )


def _complete(
    responses: dict[str, list[dict[str, Any]]], settings: Settings
) -> dict[str, list[dict[str, Any]]]:
    missing = sorted(needed().keys() - responses.keys())
    if missing:
        more = f" and {len(missing) - 1} others are" if missing[1:] else " is"
        raise ContentError(
            f"{settings.content / 'replies'}: {missing[0]}{more} missing; "
            "see: jingzhong content check"
        )
    return responses


@lru_cache(maxsize=1)
def current() -> Services:
    """The services of this process from its environment: how parts that Rasa creates reach them."""
    return build_services(load_settings())
