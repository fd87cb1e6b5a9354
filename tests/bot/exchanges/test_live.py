"""Conversations in memory: as many as fit, the latest ones, and as large as they are said to be."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rasa.shared.core.trackers import DialogueStateTracker

from bot.exchanges.exchanges import Exchanges
from bot.exchanges.live import Live, LiveConversations
from tests.conftest import Desk, make_services

TALK = (
    "有家公司说能帮我停息挂账，收两千定金",
    "我已经转了2000给他了",
    "您好",
    "我想提前还款",
    "有人让我先交两千保证金才放款，还要我把银行卡借给他走流水跑分",
    "自称客服的人让我下载会议软件共享屏幕，还问我要验证码，电话13000000001，微信kefu000",
)
LONG = (TALK[4] * 12,)


def live(size: int, version: int = 1) -> Live:
    return Live(version, DialogueStateTracker("test:talk", []), size)


def test_a_conversation_is_taken_out_once() -> None:
    memory, kept = LiveConversations(), live(100)
    memory.keep("a", kept)
    assert memory.bytes == kept.bytes > 100
    assert memory.take("b") is None
    assert memory.take("a") is kept
    assert memory.take("a") is None
    assert (len(memory), memory.bytes) == (0, 0)


def test_a_conversation_that_is_put_back_takes_the_place_of_its_former_self() -> None:
    memory = LiveConversations()
    memory.keep("a", live(100))
    memory.keep("a", live(5000, version=2))
    assert (len(memory), memory.bytes) == (1, live(5000).bytes)
    taken = memory.take("a")
    assert taken is not None
    assert taken.version == 2


def test_the_bytes_are_bounded_and_who_spoke_longest_ago_goes_first() -> None:
    most = 10 * live(1000).bytes
    memory = LiveConversations(most)
    for number in range(10):
        memory.keep(f"{number}", live(1000))
    assert len(memory) == 10
    spoken = memory.take("0")
    assert spoken is not None
    memory.keep("0", spoken)
    for number in range(10, 14):
        memory.keep(f"{number}", live(1000))
        assert memory.bytes <= most
    gone = [number for number in range(14) if memory.take(f"{number}") is None]
    assert gone == [1, 2, 3, 4]


def test_many_conversations_of_any_size_stay_within_the_bound() -> None:
    most = 1024 * 1024
    memory = LiveConversations(most)
    for number in range(5000):
        memory.keep(f"{number % 700}", live(number * 7919 % 40_000))
        assert memory.bytes <= most
    memory.clear()
    assert (len(memory), memory.bytes) == (0, 0)


def test_a_conversation_larger_than_the_bound_is_not_kept() -> None:
    memory = LiveConversations(10_000)
    memory.keep("a", live(10))
    memory.keep("b", live(10_000))
    assert (len(memory), memory.bytes) == (0, 0)


@pytest.fixture(scope="module")
def remembering(
    model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Desk, LiveConversations]]:
    """An assistant, and what it holds in memory."""
    memory = LiveConversations()
    services = make_services(tmp_path_factory.mktemp("live"))
    exchanges = Exchanges(services.exchanges.store, memory=memory)
    desk = Desk(replace(services, exchanges=exchanges), model)
    for text in TALK + LONG:
        desk.say("first of all", text)
    gc.freeze()  # what is there already need not be looked through each time
    yield desk, memory
    gc.unfreeze()
    desk.close()


@pytest.mark.parametrize(
    ("texts", "turns"),
    [(TALK, 1), (TALK, 4), (TALK, 14), (LONG, 1), (LONG, 6)],
    ids=["one turn", "four turns", "fourteen turns", "one long turn", "six long turns"],
)
def test_a_conversation_takes_about_as_much_memory_as_it_is_said_to(
    remembering: tuple[Desk, LiveConversations], texts: tuple[str, ...], turns: int
) -> None:
    desk, memory = remembering
    memory.clear()
    gc.collect()
    tracemalloc.start(1)
    try:
        for number in range(3):
            for turn in range(turns):
                desk.say(f"{turns} {texts[0][:1]} {number}", texts[turn % len(texts)])
        assert len(memory) == 3
        said = memory.bytes
        gc.collect()
        with_them = tracemalloc.get_traced_memory()[0]
        memory.clear()
        gc.collect()
        taken = with_them - tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken / 1.4 < said < taken * 1.4
