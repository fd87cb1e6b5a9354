"""Makes the sinks that are configured."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bot.redis.connection import ANSWER_SECONDS, connect
from bot.settings import Settings, SettingsError
from bot.sinks.base import Sink
from bot.sinks.configuration import (
    FilesOptions,
    KafkaOptions,
    RedisOptions,
    SinkPlan,
    WebhookOptions,
    read_sinks,
)
from bot.sinks.files import FilesSink, JsonLines
from bot.sinks.redis_stream import RedisStreamSink
from bot.sinks.signing import read_keys
from bot.sinks.spreadsheet import CsvLines
from bot.sinks.webhook import WebhookSink

DEFAULT_FILE = "sinks.yml"
_DEFAULT_NAME = "redis"


def plans(settings: Settings) -> list[SinkPlan]:
    """The sinks of the file that ``JINGZHONG_SINKS`` names, or of ``sinks.yml`` in the data directory.

    Where there is no file signals go to a stream of the Redis of the settings, if one is named and not turned off.

    Raises:
        SettingsError: when the file is not as it should be.
    """
    default = settings.home / DEFAULT_FILE
    if settings.sinks is not None and not settings.sinks.exists():
        raise SettingsError(
            f"JINGZHONG_SINKS: there is no {settings.sinks}; copy docs/sinks.example.yml there or unset it"
        )
    if settings.sinks is not None or default.exists():
        return read_sinks(settings.sinks or default, production=settings.production)
    if settings.redis_url is None or not settings.forward_signals:
        return []
    return [SinkPlan(_DEFAULT_NAME, RedisOptions(kind="redis"), "JINGZHONG_REDIS_URL")]


def build_sinks(settings: Settings) -> list[tuple[SinkPlan, Sink]]:
    """All sinks with their plans; they connect at their first delivery.

    Raises:
        SettingsError: with one line, when the file, an option or a secret is not as it should be.
    """
    environment = dict(os.environ)
    if settings.redis_url is not None:
        environment["JINGZHONG_REDIS_URL"] = settings.redis_url.get_secret_value()
    return [(plan, build_sink(plan, settings.home, environment)) for plan in plans(settings)]


def build_sink(plan: SinkPlan, home: Path, environment: Mapping[str, str]) -> Sink:
    """The sink of a plan; it connects at its first delivery. Secrets come from ``environment``.

    Raises:
        SettingsError: when a secret is missing or an option cannot work.
    """
    options = plan.options
    if isinstance(options, RedisOptions):
        return _redis(plan, options, environment)
    if isinstance(options, WebhookOptions):
        return _webhook(plan, options, environment)
    if isinstance(options, KafkaOptions):
        return _kafka(plan, options, environment)
    return _files(plan, options, home)


def _redis(plan: SinkPlan, options: RedisOptions, environment: Mapping[str, str]) -> Sink:
    try:
        client = connect(plan.secret("url_env", environment), ANSWER_SECONDS)
    except ValueError as error:
        raise SettingsError(
            f"{plan.place}: url_env: {options.url_env}: {error}; write it as redis://:PASSWORD@HOST:6379/0"
        ) from None
    return RedisStreamSink(client, options.prefix, name=plan.name, owns_client=True)


def _webhook(plan: SinkPlan, options: WebhookOptions, environment: Mapping[str, str]) -> Sink:
    try:
        keys = read_keys(plan.secret("secret_env", environment))
    except ValueError as error:
        raise SettingsError(
            f"{plan.place}: secret_env: {options.secret_env}: {error}; make one with: "
            'echo "whsec_$(openssl rand -base64 32)"'
        ) from None
    return WebhookSink(
        plan.name, options.url, keys, seconds=options.timeout, parallel=options.parallel
    )


def _kafka(plan: SinkPlan, options: KafkaOptions, environment: Mapping[str, str]) -> Sink:
    # Its library takes memory that only those should pay who use it.
    from bot.sinks.kafka import FIXED, KafkaSink

    fixed = sorted(options.options.keys() & {*FIXED, "bootstrap.servers", "message.timeout.ms"})
    if fixed:
        raise SettingsError(f"{plan.place}: options: {fixed[0]} is set by the sink; remove it")
    given = {**options.options, "bootstrap.servers": options.servers}
    if options.secret_env is not None:
        given["sasl.password"] = plan.secret("secret_env", environment)
    try:
        return KafkaSink(plan.name, options.topic, given, seconds=options.timeout)
    except ValueError as error:
        raise SettingsError(f"{plan.place}: options: {error}; correct or remove it") from None


def _files(plan: SinkPlan, options: FilesOptions, home: Path) -> Sink:
    return FilesSink(
        plan.name,
        home / options.folder,
        CsvLines() if options.format == "csv" else JsonLines(),
        most_bytes=options.max_megabytes << 20,
    )
