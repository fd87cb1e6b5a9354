from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import islice

import pytest

from bot.bench.client import Address, ConnectionLost, connect, post
from bot.bench.load import drive, run
from bot.bench.service import unanswered
from bot.bench.workload import Workload
from tests.bot.bench.conftest import Answering, Server, echo

Serving = Callable[[Answering], Server]


def test_all_messages_arrive_whole_and_in_the_order_of_their_conversation(
    serving: Serving, workload: Workload
) -> None:
    server = serving(echo)
    record = run(drive(server.address, islice(workload.conversations("a"), 25), 6))
    told = defaultdict(list)
    for body in server.told:
        told[body["sender"]].append((body["message_id"], body["message"]))
    expected = {
        talk[0].sender: [(message.message_id, message.text) for message in talk]
        for talk in islice(workload.conversations("a"), 25)
    }
    assert told == expected
    assert len(record.times) == len(record.said) == 100
    assert unanswered([record]) is None


def test_every_conversation_at_once_keeps_one_connection(
    serving: Serving, workload: Workload
) -> None:
    server = serving(echo)
    run(drive(server.address, islice(workload.conversations("a"), 20), 4))
    assert len(server.connections) == 4


def test_as_many_messages_are_under_way_as_conversations_are_led_at_once(
    serving: Serving, workload: Workload
) -> None:
    together = threading.Barrier(5, timeout=10)

    def wait_for_the_others(body: dict[str, str]) -> tuple[int, bytes]:
        together.wait()
        return echo(body)

    record = run(
        drive(serving(wait_for_the_others).address, islice(workload.conversations("a"), 5), 5)
    )
    assert unanswered([record]) is None


def test_time_and_rate_are_those_of_the_server(serving: Serving, workload: Workload) -> None:
    def slow(body: dict[str, str]) -> tuple[int, bytes]:
        time.sleep(0.05)
        return echo(body)

    record = run(drive(serving(slow).address, workload.conversations("a"), 2, seconds=1.0))
    assert min(record.seconds) >= 0.05
    assert 20 <= record.rate(1.0) <= 40
    assert len(record.said) % 4 == 0, "what began is led to its end"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((200, b"[]"), "empty reply"),
        ((200, b'[{"recipient_id": "a", "text": " "}]'), "empty reply"),
        ((200, b"{}"), "empty reply"),
        ((200, b"not JSON"), "no JSON"),
        ((503, b'[{"text": "later"}]'), "status 503"),
    ],
)
def test_a_run_in_which_one_message_gets_no_answer_does_not_count(
    serving: Serving, workload: Workload, answer: tuple[int, bytes], problem: str
) -> None:
    def one_wrong(body: dict[str, str]) -> tuple[int, bytes]:
        return answer if body["message_id"] == "a-1-2" else echo(body)

    server = serving(one_wrong)
    record = run(drive(server.address, islice(workload.conversations("a"), 3), 2))
    assert unanswered([record]) == f"{problem} (1 times of 12 messages)"


def test_where_nobody_listens_the_run_does_not_count(workload: Workload) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = Address("127.0.0.1", taken.getsockname()[1])
        record = run(drive(address, workload.conversations("a"), 2, seconds=1.0))
    problem = unanswered([record])
    assert problem is not None
    assert "nobody listens" in problem


def test_a_connection_that_is_closed_is_told_and_not_waited_for() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n[")
        writer.close()

    async def ask() -> None:
        server = await asyncio.start_server(cut, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        connection = await connect(Address(host, port))
        try:
            await connection.ask(post("/", b"{}"))
        finally:
            server.close()
            await server.wait_closed()

    with pytest.raises(ConnectionLost, match="closed"):
        run(ask())


def test_an_answer_that_comes_in_pieces_is_put_together() -> None:
    async def dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        for byte in b"HTTP/1.1 201 Created\r\ncontent-length: 5\r\n\r\nhello":
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)
        writer.close()

    async def ask() -> tuple[int, bytes]:
        server = await asyncio.start_server(dribble, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        connection = await connect(Address(host, port))
        answer = await connection.ask(post("/", b"{}"))
        server.close()
        await server.wait_closed()
        return answer.status, answer.body

    assert run(ask()) == (201, b"hello")
