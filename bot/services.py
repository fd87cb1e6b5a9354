"""The parts of the service that several rooms of it share, and how they are put together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from redis.asyncio import Redis

from actions.content import Content
from actions.practice import Practices
from actions.wording import fill
from bot.background import Periodic
from bot.bans.book import BanBook
from bot.bans.door import BanRules, Door
from bot.campaigns.boosters import Boosters, boosters_beside
from bot.campaigns.library import LibraryShelf
from bot.campaigns.push.book import CampaignBook
from bot.campaigns.push.people import People
from bot.campaigns.push.rules import load_push_rules
from bot.campaigns.push.sending import CampaignSending, campaigns_beside
from bot.campaigns.reach.receipts import receipts_beside
from bot.campaigns.room import CampaignRoom
from bot.campaigns.turns import practice_of_turn
from bot.cases.beside import cases_beside
from bot.cases.builder import CaseBuilder
from bot.cases.reports import ReportCounts
from bot.cases.rules import load_rules
from bot.channels.app.access import Access, open_access
from bot.counters import Counters
from bot.deflection import ConversationCounts, DeflectionFigures
from bot.exchanges.embedded import EmbeddedExchanges
from bot.exchanges.exchange import ExchangeStore
from bot.exchanges.exchanges import Exchanges
from bot.feedback.turns import feedback_of_turn
from bot.guard import Guard
from bot.handoff.survey_turns import survey_of_turn
from bot.handoff.turns import HandoffHook
from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import utc_now
from bot.ledger.errors import LedgerError
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger, TurnRecord
from bot.ledger.reading import LedgerView
from bot.limits import Limit, Limits
from bot.outbound.mailbox import Mailbox
from bot.outbound.senders import Senders
from bot.outreach.sending import Dispatch, outreach_beside
from bot.outreach.turns import OutreachHook
from bot.pictures.reader import PictureReader
from bot.privacy.retention import retention_beside
from bot.proposals.reloading import ContentReload
from bot.radar.radar import radar_beside
from bot.redis.connection import connect
from bot.redis.store import RedisExchanges
from bot.reporting.answer_times import AnswerTimes
from bot.settings import Settings, SettingsError, load_settings, prepare_home
from bot.sharing.opening import open_corroboration
from bot.sinks.building import build_sinks
from bot.sinks.forwarder import Forwarder
from bot.voice import Voices, load_voice

_MEASURE_SECONDS = 1.0
_CORROBORATION_SECONDS = 5.0
_RELOAD_SECONDS = 2.0
_ANSWER_TIMES_SECONDS = 10.0
_DEFLECTION_SECONDS = 60.0


@dataclass
class Services:
    """What channels, reply generator and command line need; made once a process."""

    settings: Settings
    voices: Voices
    ledger: Ledger
    hasher: Hasher
    exchanges: Exchanges
    counters: Counters
    answer_times: AnswerTimes
    conversations: ConversationCounts
    limits: Limits
    door: Door
    reports: ReportCounts
    mailbox: Mailbox
    senders: Senders
    practices: Practices
    app_access: Access | None = None
    forwarders: tuple[Forwarder, ...] = ()
    background: tuple[Periodic, ...] = ()
    pictures: PictureReader = field(default_factory=partial(PictureReader, 0))
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def content(self) -> Content:
        """The facts of the institution, in the version of the message under way."""
        return self.voices.now.content

    @property
    def guard(self) -> Guard:
        """The last check of replies, in that version."""
        return self.voices.now.guard

    @property
    def page(self) -> Mapping[str, Any]:
        """The words of the chat page, in that version."""
        return self.voices.now.page

    @property
    def responses(self) -> Mapping[str, list[dict[str, Any]]]:
        """The wording of all replies, in that version."""
        return self.voices.now.responses

    def plain(self, name: str) -> str:
        """The text of a reply that must be there even when the assistant is not."""
        return fill(str(self.responses[name][0]["text"]), self.content.values())

    async def start(self) -> None:
        """Connects to what the settings name; what cannot be reached now is tried again all the time."""
        await self.exchanges.store.start()
        self._tasks = [asyncio.ensure_future(forwarder.run()) for forwarder in self.forwarders]
        self._tasks += [asyncio.ensure_future(work.run()) for work in self.background]
        self._tasks.append(asyncio.ensure_future(self._keep_measuring()))

    async def stop(self) -> None:
        """Ends what :meth:`start` began, writes what waits and lets go of everything."""
        await asyncio.gather(*(forwarder.stop() for forwarder in self.forwarders))
        await asyncio.gather(*(work.stop() for work in self.background))
        await self.pictures.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(LedgerError):
            await self.answer_times.write(self.ledger.writer)
            await self.conversations.write(self.ledger.writer)
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
                refusals = forwarder.refusals()
                self.counters.refused_events.labels(forwarder.name).set(refusals.waiting)
                self.counters.dead_letters.labels(forwarder.name).set(refusals.dead)

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
    counters = Counters()

    def on_stop(kind: str) -> None:
        counters.stopped.labels(kind).inc()

    voice = load_voice(settings.content, on_stop)
    content = voice.content
    if settings.production and content.demo:
        raise SettingsError(
            "JINGZHONG_ENV: production refuses the example institution; put your own into "
            f"{settings.content / 'institution.yml'} and set demo: false"
        )
    app_access = open_access(settings)
    home = prepare_home(settings)
    connection = _redis(settings)
    sinks = build_sinks(settings)
    hasher = Hasher(settings.secrets)
    corroboration = open_corroboration(settings, Reader(database_path(home)))
    ledger = Ledger.open(
        home,
        hasher=hasher,
        source=event_source(content.short_name),
        hooks=(
            feedback_of_turn,
            practice_of_turn,
            HandoffHook(event_source(content.short_name), hasher),
            survey_of_turn,
            OutreachHook(event_source(content.short_name)),
        ),
        corroborate=corroboration.told,
    )

    store: ExchangeStore = EmbeddedExchanges(ledger, hasher)
    if connection is not None:
        store = RedisExchanges(ledger, hasher, connection, counters.redis_up.set)
    forwarders = tuple(
        Forwarder(
            *(LedgerView.at(home), ledger.writer, sink, home),
            types=plan.types,
            retries=plan.options.retries,
        )
        for plan, sink in sinks
    )

    rules = load_rules(settings.content)
    reports = ReportCounts(Reader(database_path(home)), rules)
    builder = CaseBuilder(LedgerView.at(home), ledger.writer, hasher, rules)

    async def refresh_corroboration() -> None:
        # One short read of a small table, and in the thread that asks: a snapshot has one owner.
        corroboration.refresh()

    def recorded(turn: TurnRecord) -> None:
        for signal in turn.signals:
            counters.signals.labels(signal.code).inc()
        if turn.signals:
            for forwarder in forwarders:
                forwarder.poke()

    mailbox = Mailbox(ledger.writer, Reader(database_path(home)), hasher)
    senders = Senders(mailbox)
    voices, answer_times = Voices(voice, on_stop), AnswerTimes()
    conversations = ConversationCounts(lambda channel: counters.conversations.labels(channel).inc())
    library = LibraryShelf(voices, settings.content)
    reload = ContentReload(voices, settings.content, Reader(database_path(home)))

    alone = DeflectionFigures(Reader(database_path(home)))

    async def tell_deflection() -> None:
        share = (await asyncio.to_thread(alone.lately, utc_now())).share
        if share is not None:
            counters.deflection.set(share)

    async def write_answer_times() -> None:
        await answer_times.write(ledger.writer)
        await conversations.write(ledger.writer)

    return Services(
        settings=settings,
        voices=voices,
        ledger=ledger,
        hasher=hasher,
        exchanges=Exchanges(store, recorded),
        counters=counters,
        answer_times=answer_times,
        conversations=conversations,
        limits=Limits(Limit(settings.rate_burst, settings.rate_per_minute)),
        door=Door(
            BanBook(Reader(database_path(home)), ledger.writer),
            hasher,
            BanRules(settings.ban_after, term=60.0 * settings.ban_minutes),
        ),
        reports=reports,
        mailbox=mailbox,
        senders=senders,
        app_access=app_access,
        practices=CampaignRoom(library),
        forwarders=forwarders,
        pictures=PictureReader(settings.picture_processes, counters.picture),
        background=(
            *cases_beside(home, builder, reports),
            Periodic("corroboration", refresh_corroboration, _CORROBORATION_SECONDS),
            Periodic("content", reload.look, _RELOAD_SECONDS),
            Periodic("answer times", write_answer_times, _ANSWER_TIMES_SECONDS),
            Periodic("deflection", tell_deflection, _DEFLECTION_SECONDS),
            campaigns_beside(
                CampaignSending(
                    People(Reader(database_path(home)), hasher, store.user),
                    *(ledger.writer, senders, voices, library),
                    load_push_rules(settings.content),
                )
            ),
            radar_beside(home, ledger.writer, event_source(content.short_name)),
            retention_beside(home, ledger.writer, settings.content),
            receipts_beside(home, Reader(database_path(home)), ledger.writer),
            boosters_beside(
                home,
                Boosters(
                    Reader(database_path(home)),
                    CampaignBook(Reader(database_path(home)), ledger.writer, hasher),
                    library,
                ),
            ),
            outreach_beside(
                Dispatch(
                    *(Reader(database_path(home)), ledger.writer, hasher),
                    *(voices, store.user, senders),
                )
            ),
        ),
    )


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
