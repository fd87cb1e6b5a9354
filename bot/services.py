"""The parts of the service that several rooms of it share, and how they are put together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from redis.asyncio import Redis

from actions.catalogue import needed
from actions.content import Content, ContentError, load_content, read_yaml
from actions.outgoing import Registry
from actions.wording import fill, load_responses
from bot.channels.chat_words import words_of
from bot.counters import Counters
from bot.exchanges.embedded import EmbeddedExchanges
from bot.exchanges.exchange import ExchangeStore
from bot.exchanges.exchanges import Exchanges
from bot.guard import Guard
from bot.hashing import Hasher
from bot.ledger.errors import LedgerError
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger, TurnRecord
from bot.ledger.reading import LedgerView
from bot.limits import Limit, Limits
from bot.redis.connection import ANSWER_SECONDS, PREFIX, connect
from bot.redis.store import RedisExchanges
from bot.settings import Settings, SettingsError, load_settings, prepare_home
from bot.sinks.forwarder import Forwarder
from bot.sinks.redis_stream import RedisStreamSink

_MEASURE_SECONDS = 1.0


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
    exchanges: Exchanges
    counters: Counters
    limits: Limits
    forwarders: tuple[Forwarder, ...] = ()
    stream_client: Redis | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def plain(self, name: str) -> str:
        """The text of a reply that must be there even when the assistant is not."""
        return fill(str(self.responses[name][0]["text"]), self.content.values())

    async def start(self) -> None:
        """Connects to what the settings name; what cannot be reached now is tried again all the time."""
        await self.exchanges.store.start()
        self._tasks = [asyncio.ensure_future(forwarder.run()) for forwarder in self.forwarders]
        self._tasks.append(asyncio.ensure_future(self._keep_measuring()))

    async def stop(self) -> None:
        """Ends what :meth:`start` began, writes what waits and lets go of everything."""
        for forwarder in self.forwarders:
            await forwarder.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.stream_client is not None:
            await self.stream_client.close(close_connection_pool=True)
        await self.exchanges.store.close()
        self.close()

    def close(self) -> None:
        """Writes what waits and closes the ledger; enough where nothing was started."""
        self.ledger.close()

    def measure(self) -> None:
        """Brings the metrics that nobody counts up to date."""
        self.counters.ledger_waiting.set(self.ledger.writer.waiting)
        for forwarder in self.forwarders:
            with contextlib.suppress(LedgerError):
                lag = forwarder.lag()
                self.counters.outbox_events.labels(forwarder.name).set(lag.events)
                self.counters.outbox_seconds.labels(forwarder.name).set(lag.seconds)

    async def _keep_measuring(self) -> None:
        # What another process last set is all that is known of it where several serve side by side.
        while True:
            self.measure()
            await asyncio.sleep(_MEASURE_SECONDS)


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
    connection = _redis(settings)
    hasher = Hasher(settings.secrets)
    counters = Counters()
    ledger = Ledger.open(home, hasher=hasher, source=event_source(content.short_name))

    store: ExchangeStore = EmbeddedExchanges(ledger, hasher)
    forwarders: tuple[Forwarder, ...] = ()
    client = None
    if connection is not None:
        store = RedisExchanges(ledger, hasher, connection, counters.redis_up.set)
    if connection is not None and settings.forward_signals:
        client = connection(ANSWER_SECONDS)
        sink = RedisStreamSink(client, PREFIX)
        forwarders = (Forwarder(LedgerView.at(home), ledger.writer, sink, home),)

    def recorded(turn: TurnRecord) -> None:
        for signal in turn.signals:
            counters.signals.labels(signal.code).inc()
        if turn.signals:
            for forwarder in forwarders:
                forwarder.poke()

    return Services(
        settings=settings,
        content=content,
        ledger=ledger,
        hasher=hasher,
        guard=Guard(
            Registry.from_content(content), lambda kind: counters.stopped.labels(kind).inc()
        ),
        page=page,
        responses=responses,
        exchanges=Exchanges(store, recorded),
        counters=counters,
        limits=Limits(Limit(settings.rate_burst, settings.rate_per_minute)),
        forwarders=forwarders,
        stream_client=client,
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


def _redis(settings: Settings) -> Callable[[float | None], Redis] | None:
    if settings.redis_url is None:
        return None
    url = settings.redis_url.get_secret_value()
    try:
        connect(url)
    except ValueError as error:
        raise SettingsError(
            f"JINGZHONG_REDIS_URL: {error}; write it as redis://:PASSWORD@HOST:6379/0"
        ) from None
    return partial(connect, url)


@lru_cache(maxsize=1)
def current() -> Services:
    """The services of this process from its environment: how parts that Rasa creates reach them."""
    return build_services(load_settings())
