"""Services side by side on one Redis: a conversation belongs to all of them, whichever dies."""

from __future__ import annotations

import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis

from bot.gate import UNAVAILABLE
from bot.ledger.reading import LedgerView
from tests.bot.conftest import Rest
from tests.bot.redis_server import RedisServer
from tests.conftest import RunningService, make_services

THREAT = "有家公司说能帮我停息挂账，收两千定金"
FOLLOW_UP = "我已经转了2000给他了"
LEASE_SECONDS = 6.0
ANSWER_SECONDS = 2.0
A_LITTLE = 2.0


@dataclass(frozen=True)
class Pair:
    """Two services with a data directory each, their REST channels, and the server that they share."""

    services: tuple[RunningService, RunningService]
    rests: tuple[Rest, Rest]
    server: RedisServer

    def events(self, message_id: str) -> list[tuple[str, str | None]]:
        """Code and what it follows of all events of a message, in either ledger."""
        found = [
            stored.event["data"]
            for service in self.services
            for stored in LedgerView.at(service.home).events()
        ]
        return [
            (data["code"], data.get("follows"))
            for data in found
            if data["message_id"] == message_id
        ]


@pytest.fixture(scope="module")
def pair(
    model: Path, tmp_path_factory: pytest.TempPathFactory, rest_of: Callable[[str], Rest]
) -> Iterator[Pair]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    homes = [tmp_path_factory.mktemp(name) for name in ("a", "b")]
    with ThreadPoolExecutor(2) as pool:
        a, b = pool.map(lambda home: RunningService(home, JINGZHONG_REDIS_URL=server.url), homes)
    yield Pair((a, b), (rest_of(a.base_url), rest_of(b.base_url)), server)
    for service in (a, b):
        if service.process.poll() is None:
            service.stop()
    server.stop()


@pytest.fixture(scope="module")
def honest(model: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a user is told whose message could not be taken."""
    services = make_services(tmp_path_factory.mktemp("words"))
    services.close()
    return services.plain(UNAVAILABLE)


def fresh() -> str:
    return uuid.uuid4().hex


def until_health(rest: Rest, status: int, redis: str) -> None:
    deadline = time.monotonic() + 15
    while True:
        answer = rest.client.get("/health")
        if (answer.status_code, answer.json()["redis"]) == (status, redis):
            return
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.05)


def test_a_conversation_that_began_at_one_service_goes_on_at_the_other(pair: Pair) -> None:
    a, b = pair.rests
    sender, follow_up = fresh(), fresh()
    a.say(sender, THREAT)
    there = b.say(sender, FOLLOW_UP, follow_up)
    assert [code for code, follows in pair.events(follow_up) if follows] == ["debt_optimization"]

    alone = fresh()
    a.say(alone, THREAT)
    assert [bubble["text"] for bubble in a.say(alone, FOLLOW_UP)] == [
        bubble["text"] for bubble in there
    ]
    new = fresh()
    assert [bubble["text"] for bubble in b.say(new, FOLLOW_UP)] != [
        bubble["text"] for bubble in there
    ]


def test_a_repeated_message_gets_its_reply_at_either_service(pair: Pair) -> None:
    a, b = pair.rests
    sender, message_id = fresh(), fresh()
    reply = a.say(sender, THREAT, message_id)
    a.say(sender, "您好")
    for rest in (b, a, b):
        assert rest.say(sender, THREAT, message_id) == reply
    assert pair.events(message_id) == [("debt_optimization", None)]


def test_many_messages_of_one_conversation_at_both_services_at_once_are_each_answered_once(
    pair: Pair,
) -> None:
    sender, messages = fresh(), [fresh() for _ in range(20)]

    def send(number: int) -> object:
        message_id = messages[number // 2]
        return message_id, pair.rests[number % 2].say(sender, THREAT, message_id)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(2 * len(messages))))
    assert answers[::2] == answers[1::2]
    counted = Counter(len(pair.events(message_id)) for message_id in messages)
    assert counted[1] >= 1
    assert max(counted) <= 1


def test_while_redis_is_gone_messages_are_refused_honestly_and_nothing_is_lost(
    pair: Pair, honest: str
) -> None:
    a, b = pair.rests
    sender, before, message_id = fresh(), fresh(), fresh()
    reply = a.say(sender, THREAT, before)
    body = {"sender": sender, "message": FOLLOW_UP, "message_id": message_id}
    time.sleep(1.1)  # the server writes its log to the disk once a second
    pair.server.stop()
    try:
        for rest in (a, b):
            refused = rest.post(body)
            assert refused.status_code == 503
            assert refused.json() == [{"recipient_id": sender, "text": honest}]
            until_health(rest, 503, "failing")
        assert pair.events(message_id) == []
    finally:
        pair.server.start()
    for rest in (a, b):
        until_health(rest, 200, "ok")
    answer = b.say(sender, FOLLOW_UP, message_id)
    assert a.say(sender, FOLLOW_UP, message_id) == answer
    assert a.say(sender, THREAT, before) == reply
    assert [code for code, follows in pair.events(message_id) if follows] == ["debt_optimization"]


def test_while_redis_hangs_a_message_is_refused_in_time(pair: Pair, honest: str) -> None:
    rest = pair.rests[0]
    sender, message_id = fresh(), fresh()
    rest.say(sender, "您好")
    pair.server.freeze()
    try:
        began = time.monotonic()
        refused = rest.post({"sender": sender, "message": THREAT, "message_id": message_id})
        took = time.monotonic() - began
        assert (refused.status_code, refused.json()[0]["text"]) == (503, honest)
        assert took < ANSWER_SECONDS + A_LITTLE
        until_health(rest, 503, "failing")
    finally:
        pair.server.thaw()
    for other in pair.rests:
        until_health(other, 200, "ok")
    assert rest.say(sender, THREAT, message_id)
    assert pair.events(message_id) == [("debt_optimization", None)]


def test_while_redis_is_full_the_service_says_that_it_takes_no_messages(
    pair: Pair, honest: str
) -> None:
    rest = pair.rests[0]
    sender, message_id = fresh(), fresh()
    with Redis.from_url(pair.server.url) as client:
        client.config_set("maxmemory", 1)
        try:
            until_health(rest, 503, "failing")
            refused = rest.post({"sender": sender, "message": THREAT, "message_id": message_id})
            assert (refused.status_code, refused.json()[0]["text"]) == (503, honest)
        finally:
            client.config_set("maxmemory", 0)
    for other in pair.rests:
        until_health(other, 200, "ok")
    assert rest.say(sender, THREAT, message_id)
    assert pair.events(message_id) == [("debt_optimization", None)]


def test_a_conversation_survives_the_death_of_its_service(pair: Pair) -> None:
    """The last one, since it ends one of both."""
    a, b = pair.rests
    sender, message_id, follow_up = fresh(), fresh(), fresh()
    reply = a.say(sender, THREAT, message_id)
    with ThreadPoolExecutor(8) as pool:
        # It dies in the middle of other messages of the conversation.
        for number in range(8):
            pool.submit(_say_whatever_happens, a, sender, f"在吗 {number}")
        time.sleep(0.01)
        pair.services[0].stop(signal.SIGKILL)
    began = time.monotonic()
    assert b.say(sender, FOLLOW_UP, follow_up)
    assert time.monotonic() - began < LEASE_SECONDS + A_LITTLE
    assert [code for code, follows in pair.events(follow_up) if follows] == ["debt_optimization"]
    assert b.say(sender, THREAT, message_id) == reply


def _say_whatever_happens(rest: Rest, sender: str, text: str) -> None:
    try:
        rest.say(sender, text)
    except Exception:
        return
