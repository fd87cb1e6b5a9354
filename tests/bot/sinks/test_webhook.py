"""Webhooks: genuine for the receiver, and through all the ways in which one fails."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from bot.sinks.backoff import Backoff, Retries
from bot.sinks.base import SinkError
from bot.sinks.cursor import Refusals
from bot.sinks.forwarder import Forwarder
from bot.sinks.signing import read_keys, sign
from bot.sinks.webhook import WebhookSink
from tests.bot.sinks.conftest import Outbox, until
from tests.bot.sinks.receiver import verify_webhook
from tests.bot.sinks.webhook_server import SECRET, WebhookServer

Run = Callable[..., Forwarder]
Make = Callable[..., WebhookSink]
OTHER = "whsec_" + base64.b64encode(b"another key of the same length..").decode()
QUICK = Retries(4, Backoff(0.1, 1.0))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebhookServer]:
    server = WebhookServer(tmp_path / "hook")
    yield server
    server.kill()


@pytest.fixture
async def sink_of(server: WebhookServer) -> AsyncIterator[Callable[..., WebhookSink]]:
    """``sink_of(secrets=..., seconds=...)``: a sink to the server that is closed in the end."""
    made: list[WebhookSink] = []

    def make(secrets: str = SECRET, seconds: float = 5.0) -> WebhookSink:
        made.append(WebhookSink("hook", server.url, read_keys(secrets), seconds=seconds))
        return made[-1]

    yield make
    for sink in made:
        await sink.close()


async def test_a_receiver_gets_all_events_genuine_and_as_they_stand_in_the_ledger(
    outbox: Outbox, server: WebhookServer, sink_of: Make, run: Run
) -> None:
    await outbox.add_many(40)
    await outbox.tell("swindler", "a1", "a2", "a3")
    forwarder = run(sink_of())
    await until(lambda: len(server.ids()) == 43)
    assert sorted(server.lines()) == sorted(event.line for event in outbox.view.iterate())
    assert server.lines()[-1] == outbox.view.latest(1)[0].line
    await until(lambda: forwarder.lag() == (0, 0.0))


async def test_a_receiver_that_knows_another_secret_refuses_and_nothing_is_kept(
    outbox: Outbox, server: WebhookServer, sink_of: Make
) -> None:
    await outbox.add("m1")
    sink = sink_of(OTHER)
    delivery = await sink.deliver(outbox.view.events())
    assert delivery.refused == {1: "HTTP 401"}
    assert server.ids() == []


async def test_a_secret_is_changed_while_both_are_signed_with(
    outbox: Outbox, server: WebhookServer, sink_of: Make
) -> None:
    await outbox.add("m1")
    sink = sink_of(f"{OTHER}, {SECRET}")
    assert not (await sink.deliver(outbox.view.events())).refused
    assert len(server.ids()) == 1


async def test_while_a_receiver_is_down_everything_waits_and_no_try_is_used_up(
    outbox: Outbox, server: WebhookServer, sink_of: Make, run: Run
) -> None:
    server.kill()
    forwarder = run(sink_of(), retries=QUICK, first_pause=0.05, longest_pause=0.1)
    ids = await outbox.tell("swindler", "a1", "a2")
    await outbox.add_many(20)
    forwarder.poke()
    await until(lambda: not forwarder.healthy)
    await asyncio.sleep(1.5)  # longer than all tries of a refused event
    assert forwarder.last_error == "no connection"
    assert forwarder.refusals() == (0, 0)
    assert forwarder.lag().events == 22
    server.start()
    await until(lambda: len(server.ids()) == 22)
    assert [id for id in server.ids() if id in ids] == ids
    await until(lambda: forwarder.healthy)


@pytest.mark.parametrize("fault", ["hang", "half", "503", "429"])
async def test_an_answer_that_says_nothing_of_the_event_uses_up_no_try(
    outbox: Outbox, server: WebhookServer, sink_of: Make, run: Run, fault: str
) -> None:
    server.behave(fault)
    await outbox.tell("swindler", "a1", "a2")
    await outbox.add("m1")
    forwarder = run(sink_of(seconds=1), retries=QUICK, first_pause=0.05, longest_pause=0.1)
    await until(lambda: not forwarder.healthy)
    await asyncio.sleep(1.5)
    assert forwarder.refusals() == (0, 0)
    server.behave("ok")
    await until(lambda: len(server.ids()) == 3, 20)
    await until(lambda: forwarder.lag() == (0, 0.0))


async def test_a_slow_receiver_gets_all_in_order_and_many_contacts_at_a_time(
    outbox: Outbox, server: WebhookServer, sink_of: Make, run: Run
) -> None:
    server.behave("slow")
    ids = [id for n in range(8) for id in await outbox.tell(f"c{n}", f"first{n}", f"second{n}")]
    started = time.monotonic()
    run(sink_of())
    await until(lambda: len(server.ids()) == 16)
    assert time.monotonic() - started < 16 * 0.3
    for first, second in zip(ids[::2], ids[1::2]):
        assert server.ids().index(first) < server.ids().index(second)


async def test_a_receiver_that_answers_500_to_everything_kills_nothing_at_once(
    outbox: Outbox, server: WebhookServer, sink_of: Make, run: Run
) -> None:
    server.behave("500")
    await outbox.tell("swindler", "a1", "a2")
    await outbox.add("m1")
    forwarder = run(sink_of())
    await until(lambda: forwarder.refusals().waiting == 3)
    await asyncio.sleep(1.5)
    assert forwarder.refusals() == Refusals(waiting=3, dead=0)
    server.behave("ok")
    await until(lambda: len(server.ids()) == 3, 20)


async def test_an_event_that_is_refused_dies_after_its_tries_and_holds_up_its_contact_alone(
    outbox: Outbox, server: WebhookServer, sink_of: Make, run: Run
) -> None:
    server.behave("refuse:wxbad")
    bad = await outbox.tell("wxbad", "a1")
    good = await outbox.tell("good", "g1")
    forwarder = run(sink_of(), retries=QUICK)
    await until(lambda: server.ids() == good)
    await until(lambda: forwarder.refusals() == (0, 1))
    assert forwarder.healthy
    assert bad[0] not in server.ids()


async def test_an_event_at_which_the_receiver_hangs_does_not_stop_the_others(
    outbox: Outbox, server: WebhookServer, sink_of: Make, run: Run
) -> None:
    server.behave("poison:wxbad")
    await outbox.tell("wxbad", "a1", "a2")
    forwarder = run(sink_of(seconds=1), retries=QUICK, first_pause=0.05, longest_pause=0.2)
    for n in range(30):
        await outbox.tell(f"good{n}", f"g{n}")
        forwarder.poke()
        await asyncio.sleep(0.05)
    await until(lambda: len(server.ids()) == 30)
    await until(lambda: forwarder.refusals().waiting == 2)


async def test_an_answer_that_drips_for_ever_is_left_in_time(
    outbox: Outbox, server: WebhookServer, sink_of: Make
) -> None:
    server.behave("drip")
    await outbox.add("m1")
    started = time.monotonic()
    delivery = await sink_of(seconds=0.4).deliver(outbox.view.events())
    assert delivery.trouble == "no answer within 0.4 s"
    assert time.monotonic() - started < 3


async def test_redirects_are_not_followed(
    outbox: Outbox, server: WebhookServer, sink_of: Make
) -> None:
    server.behave("307")
    await outbox.add("m1")
    sink = sink_of()
    assert (await sink.deliver(outbox.view.events())).refused == {1: "HTTP 307"}


def signed(body: bytes, at: int, secret: str = SECRET) -> dict[str, str]:
    keys = read_keys(secret)
    return {
        "webhook-id": "x1",
        "webhook-timestamp": str(at),
        "webhook-signature": sign(keys, "x1", at, body),
    }


def test_the_signature_is_that_of_the_standard() -> None:
    keys = read_keys("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = json.dumps({"test": 2432232314}, separators=(", ", ": ")).encode()
    signature = sign(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_documented_verifier_takes_what_is_genuine_and_nothing_else() -> None:
    body, now = b'{"a": 1}', 1_800_000_000
    headers = signed(body, now)
    verify_webhook.verify(headers, body, [SECRET], now)
    verify_webhook.verify(headers, body, [OTHER, SECRET], now + 299)
    verify_webhook.verify(signed(body, now, f"{OTHER},{SECRET}"), body, [SECRET], now)
    false = [
        (headers, b'{"a": 2}', now, "no signature fits"),
        ({**headers, "webhook-id": "x2"}, body, now, "no signature fits"),
        ({**headers, "webhook-timestamp": str(now + 1)}, body, now, "no signature fits"),
        (headers, body, now + 301, "too old"),
        (headers, body, now - 301, "too new"),
        ({**headers, "webhook-signature": "v1,é v2,abc"}, body, now, "no signature fits"),
        ({}, body, now, "headers are missing"),
        ({**headers, "webhook-timestamp": "soon"}, body, now, "headers are missing"),
    ]
    for told, sent, moment, reason in false:
        with pytest.raises(verify_webhook.Rejected, match=reason):
            verify_webhook.verify(told, sent, [SECRET], moment)


@pytest.mark.parametrize(
    ("secrets", "reason"),
    [
        ("", "it is empty"),
        (" , ", "it is empty"),
        ("plain", "begins with whsec_"),
        ("whsec_###", "no base64"),
        ("whsec_c2hvcnQ=", "24 bytes or more"),
        (f"{SECRET},whsec_c2hvcnQ=", "24 bytes or more"),
    ],
)
def test_a_secret_that_cannot_be_one_is_refused_without_being_told(
    secrets: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        read_keys(secrets)
    assert "c2hvcnQ" not in str(refused.value)


async def test_what_is_told_of_a_failure_holds_no_address(
    outbox: Outbox, server: WebhookServer, sink_of: Make
) -> None:
    server.kill()
    await outbox.add("m1")
    sink = sink_of()
    with pytest.raises(SinkError) as failed:
        await sink.send(outbox.view.events()[0])
    assert str(server.port) not in str(failed.value)
