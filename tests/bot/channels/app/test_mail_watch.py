"""Mail reaches those who are connected soon after anybody wrote it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import pytest

from bot.channels.app.mail_watch import MailWatch
from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger
from bot.outbound.mailbox import Mail, Mailbox
from bot.outbound.message import OutboundMessage

LOOK = 0.05
PATIENCE = 5.0


class Client:
    """Somebody who is connected, and what they got."""

    def __init__(self, slow: float = 0.0) -> None:
        self.got: list[str] = []
        self.slow = slow

    async def deliver(self, mail: Sequence[Mail]) -> None:
        await asyncio.sleep(self.slow)
        self.got += [one.id for one in mail]

    async def has(self, *ids: str) -> bool:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.got == list(ids):
                return True
            await asyncio.sleep(LOOK / 5)
        return False


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path, hasher=HASHER, source=event_source("demo"))
    yield opened
    opened.close()


HASHER = Hasher([b"the new key of the tests", b"the key before it"])
Write = Callable[[str, str], Awaitable[None]]


@pytest.fixture
def mailbox(ledger: Ledger, tmp_path: Path) -> Mailbox:
    return Mailbox(ledger.writer, Reader(database_path(tmp_path)), HASHER)


@pytest.fixture
def write(ledger: Ledger, tmp_path: Path) -> Write:
    """Writes mail the way another process would: through a mailbox of its own."""
    other = Mailbox(ledger.writer, Reader(database_path(tmp_path)), HASHER)

    async def written(user: str, id: str) -> None:
        await other.keep("app", user, OutboundMessage(id, ({"text": id},)))

    return written


@pytest.fixture
def watch(mailbox: Mailbox) -> MailWatch:
    return MailWatch(mailbox, HASHER, "app", LOOK)


async def test_what_waits_comes_at_once_and_what_is_written_later_soon(
    watch: MailWatch, write: Write
) -> None:
    await write("u1", "m1")
    client = Client()
    watched = watch.add("u1", client.deliver)
    assert await client.has("m1")
    await write("u1", "m2")
    await write("u1", "m3")
    assert await client.has("m1", "m2", "m3")
    watch.remove(watched)


async def test_everybody_gets_their_own_mail_alone(watch: MailWatch, write: Write) -> None:
    clients = {user: Client() for user in ("u1", "u2", "u3")}
    watched = [watch.add(user, client.deliver) for user, client in clients.items()]
    await write("u1", "m1")
    await write("u2", "m2")
    assert await clients["u1"].has("m1")
    assert await clients["u2"].has("m2")
    assert clients["u3"].got == []
    for one in watched:
        watch.remove(one)


async def test_each_client_of_a_user_gets_it_once_and_again_on_a_new_connection_until_it_was_shown(
    watch: MailWatch, write: Write, mailbox: Mailbox
) -> None:
    await write("u1", "m1")
    phone, desk = Client(), Client()
    both = [watch.add("u1", phone.deliver), watch.add("u1", desk.deliver)]
    assert await phone.has("m1")
    assert await desk.has("m1")
    again = Client()
    both.append(watch.add("u1", again.deliver))
    assert await again.has("m1")
    await mailbox.shown("app", "u1", ["m1"])
    late = Client()
    both.append(watch.add("u1", late.deliver))
    await write("u1", "m2")
    assert await late.has("m2")
    assert await phone.has("m1", "m2")
    for one in both:
        watch.remove(one)


async def test_a_slow_client_keeps_nobody_waiting_and_misses_nothing(
    watch: MailWatch, write: Write
) -> None:
    slow, quick = Client(slow=LOOK * 6), Client()
    both = [watch.add("u1", slow.deliver), watch.add("u1", quick.deliver)]
    await write("u1", "m1")
    assert await quick.has("m1")
    assert slow.got == []
    await write("u1", "m2")
    assert await quick.has("m1", "m2")
    assert await slow.has("m1", "m2")
    for one in both:
        watch.remove(one)


async def test_mail_under_the_hash_of_an_older_key_is_found(
    watch: MailWatch, ledger: Ledger, tmp_path: Path
) -> None:
    before = Hasher([b"the key before it"])
    old = Mailbox(ledger.writer, Reader(database_path(tmp_path)), before)
    await old.keep("app", "u1", OutboundMessage("m1", ({"text": "m1"},)))
    client = Client()
    watched = watch.add("u1", client.deliver)
    assert await client.has("m1")
    watch.remove(watched)


async def test_who_is_gone_gets_nothing_and_nobody_is_looked_for(
    watch: MailWatch, write: Write, mailbox: Mailbox
) -> None:
    client = Client()
    watch.remove(watch.add("u1", client.deliver))
    await write("u1", "m1")
    await asyncio.sleep(LOOK * 4)
    assert client.got == []
    assert [mail.id for mail in mailbox.waiting("app", "u1")] == ["m1"]
    others = [task for task in asyncio.all_tasks() if "_keep_looking" in repr(task)]
    assert others == []


async def test_a_ledger_that_fails_is_said_once_and_the_mail_comes_when_it_is_back(
    watch: MailWatch, write: Write, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await write("u1", "m1")
    path = database_path(tmp_path)
    files = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]
    away = tmp_path / "away"
    away.mkdir()
    for file in files:
        file.rename(away / file.name)
    path.write_bytes(b"no database at all, though of some length" * 20)
    client = Client()
    with caplog.at_level(logging.ERROR):
        watched = watch.add("u1", client.deliver)
        await asyncio.sleep(LOOK * 6)
        assert client.got == []
        for file in files:
            (away / file.name).replace(file)
        assert await client.has("m1")
    lines = [record for record in caplog.records if "cannot be looked for" in record.getMessage()]
    assert len(lines) == 1
    watch.remove(watched)
