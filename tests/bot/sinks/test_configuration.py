"""The file of the sinks: what can stand in it, and one line for whatever is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.ledger.events import EVENT_TYPE
from bot.settings import ROOT, Settings, SettingsError
from bot.sinks.backoff import Backoff, Retries
from bot.sinks.building import build_sink, build_sinks, plans
from bot.sinks.configuration import event_types, read_sinks
from bot.sinks.files import FilesSink
from bot.sinks.kafka import KafkaSink
from bot.sinks.redis_stream import RedisStreamSink
from bot.sinks.webhook import WebhookSink
from tests.bot.sinks.webhook_server import SECRET

EXAMPLE = ROOT / "docs" / "sinks.example.yml"
ENVIRONMENT = {
    "JINGZHONG_REDIS_URL": "redis://127.0.0.1:1/0",
    "RISK_WEBHOOK_SECRET": SECRET,
    "KAFKA_PASSWORD": "secret",
}


def settings(home: Path, sinks: str | None = None, **changes: object) -> Settings:
    if sinks is not None:
        (home / "sinks.yml").write_text(sinks)
    return Settings(home=home, **changes)


def wrong(home: Path, sink: str, environment: dict[str, str] | None = None) -> str:
    """What is said of a file with that sink, without the name of the file."""
    (home / "sinks.yml").write_text(f"sinks:\n  one: {sink}\n")
    with pytest.raises(SettingsError) as refused:
        _ = [build_sink(plan, home, environment or {}) for plan in plans(settings(home))]
    line = str(refused.value)
    assert line.startswith(f"{home / 'sinks.yml'}: sink one: ")
    assert "\n" not in line
    return line.partition(": sink one: ")[2]


def test_the_example_is_read_and_its_sinks_can_be_made(tmp_path: Path) -> None:
    made = [
        build_sink(plan, tmp_path, ENVIRONMENT) for plan in read_sinks(EXAMPLE, production=True)
    ]
    assert [(sink.name, type(sink)) for sink in made] == [
        ("redis", RedisStreamSink),
        ("risk-control", WebhookSink),
        ("event-bus", KafkaSink),
        ("archive", FilesSink),
        ("spreadsheet", FilesSink),
    ]


def test_the_values_that_the_example_gives_as_those_that_hold_are_those(tmp_path: Path) -> None:
    text = EXAMPLE.read_text()
    short = "sinks: {one: {kind: files, folder: x}}"
    (plan,) = plans(settings(tmp_path, short))
    assert plan.options.retries == Retries(8, Backoff(1, 600, 3)) == Retries()
    assert plan.types is None
    for line in ("tries: 8", "first_pause: 1", "longest_pause: 600", "max_megabytes: 64"):
        name, value = line.split(": ")
        assert line in text
        assert getattr(plan.options, name) == float(value)
    assert "three times as long" in text


def test_a_spreadsheet_gets_signals_alone(tmp_path: Path) -> None:
    (plan,) = plans(settings(tmp_path, "sinks: {one: {kind: files, folder: x, format: csv}}"))
    assert plan.types == {EVENT_TYPE}


def test_without_a_file_signals_go_to_the_stream_of_the_redis_that_is_set(tmp_path: Path) -> None:
    url = SecretStr("redis://127.0.0.1:1/0")
    assert plans(settings(tmp_path)) == []
    assert plans(settings(tmp_path, redis_url=url, forward_signals=False)) == []
    ((_, sink),) = build_sinks(settings(tmp_path, redis_url=url))
    assert sink.name == "redis"
    assert isinstance(sink, RedisStreamSink)


def test_with_a_file_nothing_goes_elsewhere(tmp_path: Path) -> None:
    url = SecretStr("redis://127.0.0.1:1/0")
    assert plans(settings(tmp_path, "sinks: {}", redis_url=url)) == []


def test_a_file_elsewhere_is_named_by_the_setting_and_must_be_there(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.yml"
    with pytest.raises(SettingsError, match=r"JINGZHONG_SINKS: there is no .*elsewhere\.yml; copy"):
        plans(Settings(home=tmp_path, sinks=elsewhere))
    elsewhere.write_text("sinks: {one: {kind: files, folder: x}}")
    assert [plan.name for plan in plans(Settings(home=tmp_path, sinks=elsewhere))] == ["one"]


def test_every_type_of_event_with_a_schema_can_be_chosen(tmp_path: Path) -> None:
    assert EVENT_TYPE in event_types()
    types = ", ".join(event_types())
    (plan,) = plans(
        settings(tmp_path, f"sinks: {{one: {{kind: files, folder: x, types: [{types}]}}}}")
    )
    assert plan.types == event_types()


@pytest.mark.parametrize(
    ("sink", "line"),
    [
        ("{kind: fax}", "kind: it is one of redis, webhook, kafka, files; correct it"),
        ("{url: x}", "kind: it is one of redis, webhook, kafka, files; correct it"),
        ("just a text", "kind: it is one of redis, webhook, kafka, files; correct it"),
        ("{kind: files}", "folder: it is missing; add it"),
        (
            "{kind: files, folder: x, flolder: y}",
            "flolder: there is no such option; correct or remove it",
        ),
        (
            "{kind: files, folder: x, tries: 0}",
            "tries: ensure this value is greater than or equal to 1",
        ),
        (
            "{kind: files, folder: x, format: csv, types: [jingzhong.threat.detected.v2]}",
            "types: jingzhong.threat.detected.v2 is none; there are",
        ),
        (
            "{kind: webhook, url: 'ftp://a', secret_env: A}",
            "url: it begins with https:// and a host",
        ),
        (
            "{kind: webhook, url: 'https://a:b@c', secret_env: A}",
            "url: a name and a password do not belong in it; requests are signed",
        ),
        (
            "{kind: webhook, url: 'https://a', secret_env: A}",
            "secret_env: the variable A is not set; set it",
        ),
        ("{kind: kafka, servers: a, topic: 'a b'}", "topic: string does not match regex"),
        (
            "{kind: kafka, servers: a, topic: t, options: {sasl.password: x}}",
            "options: sasl.password would be a secret in the file; name its variable in secret_env",
        ),
        (
            "{kind: kafka, servers: a, topic: t, options: {acks: 0}}",
            "options: acks is set by the sink; remove it",
        ),
        (
            "{kind: kafka, servers: a, topic: t, options: {no.such: 1}}",
            'options: Kafka: No such configuration property: "no.such"; correct or remove it',
        ),
        ("{kind: redis, url_env: NONE}", "url_env: the variable NONE is not set; set it"),
    ],
)
def test_what_is_wrong_with_a_sink_is_one_line(tmp_path: Path, sink: str, line: str) -> None:
    assert wrong(tmp_path, sink).startswith(line)


def test_a_secret_that_cannot_be_one_is_told_with_its_variable_and_without_itself(
    tmp_path: Path,
) -> None:
    line = wrong(tmp_path, "{kind: webhook, url: 'https://a', secret_env: A}", {"A": "hunter2"})
    assert line == (
        "secret_env: A: a secret begins with whsec_; make one with: "
        'echo "whsec_$(openssl rand -base64 32)"'
    )
    line = wrong(tmp_path, "{kind: redis, url_env: A}", {"A": "hunter2"})
    assert line.startswith("url_env: A: ")
    assert "hunter2" not in line
    assert line.endswith("; write it as redis://:PASSWORD@HOST:6379/0")


@pytest.mark.parametrize(
    "text", ["", "[]", "sinks: []", "sinks: {}\nmore: 1", "{", "sinks: {One: {}}"]
)
def test_a_file_that_is_no_list_of_sinks_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        plans(settings(tmp_path, text))
    assert str(refused.value).startswith(str(tmp_path / "sinks.yml"))
    assert "\n" not in str(refused.value)


def test_production_sends_to_other_machines_over_https_alone(tmp_path: Path) -> None:
    path = tmp_path / "sinks.yml"
    path.write_text("sinks: {one: {kind: webhook, url: 'http://risk.example.com', secret_env: A}}")
    with pytest.raises(SettingsError, match="production sends over https alone; use https://"):
        read_sinks(path, production=True)
    assert read_sinks(path, production=False)
    path.write_text("sinks: {one: {kind: webhook, url: 'http://127.0.0.1:80', secret_env: A}}")
    assert read_sinks(path, production=True)
