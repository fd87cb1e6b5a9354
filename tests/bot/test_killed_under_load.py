"""Whatever dies under load: every signal once, every conversation in order, every message answered.

A message that was under way when its process died is sent again until it is answered, in the same words as if
nothing had died.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from redis import Redis

from bot.bench.reference import Reference
from bot.bench.workload import Conversation, load_workload
from bot.ledger.reading import LedgerView
from bot.outbound.mailbox import MailboxSender
from bot.settings import Settings
from tests.bot.redis_server import RedisServer
from tests.conftest import Desk, RunningService, make_services

KILLS = 20 if os.environ.get("JINGZHONG_SOAK") == "1" else 2
AT_ONCE = 12
PATIENCE = 120  # seconds in which a message must be answered, whatever dies meanwhile
SEED = 20261129


@dataclass
class Load:
    """Conversations that are led while the service dies, and what was answered to them."""

    conversations: Iterator[Conversation]
    led: list[Conversation] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    sent_again: set[str] = field(default_factory=set)
    enough: threading.Event = field(default_factory=threading.Event)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def lead(self, url: Callable[[], str]) -> None:
        """One conversation after the other, each message until it is answered, until it is enough."""
        with httpx.Client(timeout=10, trust_env=False) as client:
            while not self.enough.is_set():
                with self._turn:
                    conversation = next(self.conversations)
                    self.led.append(conversation)
                for message in conversation:
                    body = {
                        "sender": message.sender,
                        "message": message.text,
                        "message_id": message.message_id,
                    }
                    self.answers[message.message_id] = self._ask(client, url, body)

    def _ask(self, client: httpx.Client, url: Callable[[], str], body: dict[str, str]) -> list[str]:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = client.post(f"{url()}/webhooks/rest/webhook", json=body)
                if answer.status_code == 200:
                    return [bubble["text"] for bubble in answer.json()]
            except httpx.TransportError:
                pass
            self.sent_again.add(body["message_id"])
            time.sleep(0.05)
        raise AssertionError(f"message {body['message_id']} was never answered")


def under_load(url: Callable[[], str], kill: Callable[[], None]) -> Load:
    """Kills again and again at moments that nobody chose, while many talk."""
    moments = random.Random(SEED)
    load = Load(load_workload().conversations("killed"))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        talking = [pool.submit(load.lead, url) for _ in range(AT_ONCE)]
        for _ in range(KILLS):
            before = len(load.answers)
            while len(load.answers) < before + AT_ONCE:
                time.sleep(0.005)
            time.sleep(moments.uniform(0.05, 0.8))
            kill()
        load.enough.set()
        for each in talking:
            each.result()
    return load


@pytest.fixture(scope="module")
def undisturbed(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An assistant of its own that nobody kills, to tell what should have been answered."""
    services = make_services(tmp_path_factory.mktemp("undisturbed"))
    # As in the service, where words that were not asked for wait for the next message.
    services.senders.add(MailboxSender("rest", services.mailbox))
    desk = Desk(services, model, channel="rest")
    yield desk
    desk.close()


def check(load: Load, home: Path, undisturbed: Desk, model: Path) -> None:
    """Every signal is there once; what was answered shows that each conversation went on in order."""
    reference = Reference.load(model, Settings().content)
    said = [message for conversation in load.led for message in conversation]
    found = Counter(stored.id for stored in LedgerView.at(home).iterate())
    assert found == Counter(set(reference.event_ids(said)))
    other: list[tuple[list[str], list[str]]] = []
    for message in said:
        wanted = undisturbed.say(message.sender, message.text, message.message_id)
        texts = [bubble["text"] for bubble in wanted.bubbles]
        if load.answers[message.message_id] != texts:
            other.append((texts, load.answers[message.message_id]))
    print(
        f"{KILLS} kills, {len(said)} messages, {sum(found.values())} signals, "
        f"{len(load.sent_again)} sent again, {len(other)} answered in other words"
    )
    assert other == []


def test_a_service_that_is_killed_loses_and_doubles_nothing(
    start: Callable[..., RunningService], undisturbed: Desk, model: Path, tmp_path: Path
) -> None:
    service = start(tmp_path)

    def kill() -> None:
        service.stop(signal.SIGKILL)
        service.restart()

    check(under_load(lambda: service.base_url, kill), tmp_path, undisturbed, model)


def test_one_of_two_processes_that_is_killed_loses_and_doubles_nothing(
    start: Callable[..., RunningService], undisturbed: Desk, model: Path, tmp_path: Path
) -> None:
    server = RedisServer(tmp_path / "redis")
    try:
        home = tmp_path / "home"
        service = start(home, "--workers", "2", JINGZHONG_REDIS_URL=server.url)
        moments = random.Random(SEED)

        def kill() -> None:
            children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
            alive = children.read_text().split()
            os.kill(int(moments.choice(alive)), signal.SIGKILL)

        load = under_load(lambda: service.base_url, kill)
        check(load, home, undisturbed, model)
        ids = {stored.id for stored in LedgerView.at(home).iterate()}
        assert forwarded(server, len(ids)) == Counter(ids)
    finally:
        server.stop()


def forwarded(server: RedisServer, wanted: int) -> Counter[str]:
    """The ids in the stream, as soon as there are as many as wanted."""
    client = Redis.from_url(server.url, decode_responses=True)
    for _ in range(200):
        if client.xlen("jz:{signals}") >= wanted:
            break
        time.sleep(0.1)
    found = Counter(fields["id"] for _, fields in client.xrange("jz:{signals}"))
    client.close()
    return found
