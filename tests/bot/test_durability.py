"""A signal is lost if the client got a 2xx reply and no event exists: never, whenever the service dies."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from actions.signal_ids import event_id
from bot.ledger.reading import LedgerView
from tests.bot.conftest import Rest
from tests.conftest import RunningService

KILLS = 20 if os.environ.get("JINGZHONG_SOAK") == "1" else 2
SENDERS = 8
# Each says something else to the model; the second carries more than one code.
TEXTS = (
    "有家公司说能帮我停息挂账，收两千定金",
    "有人让我先交两千保证金才放款，还要我把银行卡借给他走流水跑分",
    "我付了三千块做征信修复，现在联系不上",
    "自称客服的人让我下载会议软件共享屏幕，还问我要验证码",
)


@dataclass
class Sent:
    """What one kill's load sent, and which of it was acknowledged with which reply."""

    messages: dict[str, str] = field(default_factory=dict)
    replies: dict[str, Any] = field(default_factory=dict)


def load(base_url: str, label: str, stop: threading.Event, sent: Sent) -> None:
    """One sender after the other, each with one message, until the service is gone."""
    with httpx.Client(base_url=base_url, timeout=30, trust_env=False) as client:
        number = 0
        while not stop.is_set():
            message, text = f"{label}-{number}", TEXTS[number % len(TEXTS)]
            sent.messages[message] = text
            body = {"sender": message, "message": text, "message_id": message}
            try:
                answer = client.post("/webhooks/rest/webhook", json=body)
            except httpx.TransportError:
                return
            if answer.is_success:
                sent.replies[message] = answer.json()
            number += 1


def killed_under_load(running: RunningService, label: str) -> Sent:
    """Lets many senders talk at once and kills the service in the middle of it."""
    sent, stop = Sent(), threading.Event()
    with ThreadPoolExecutor(SENDERS) as pool:
        for sender in range(SENDERS):
            pool.submit(load, running.base_url, f"{label}-{sender}", stop, sent)
        while len(sent.replies) < SENDERS:
            time.sleep(0.01)
            assert running.process.poll() is None
        time.sleep(random.uniform(0, 0.5))
        running.stop(signal.SIGKILL)
        stop.set()
    return sent


def expected(messages: dict[str, str], codes: dict[str, list[str]]) -> set[str]:
    return {
        event_id(f"rest:{message}", message, code)
        for message, text in messages.items()
        for code in codes[text]
    }


def stored(home: Path) -> Counter[str]:
    return Counter(event.id for event in LedgerView.at(home).iterate())


def test_every_acknowledged_threat_is_an_event_exactly_once_after_kills(
    start: Callable[..., RunningService], tmp_path: Path, rest_of: Callable[[str], Rest]
) -> None:
    running = start(tmp_path)
    codes = {
        text: [threat["code"] for threat in rest_of(running.base_url).parse(text)["threats"]]
        for text in TEXTS
    }
    assert all(codes.values())
    assert max(map(len, codes.values())) > 1
    everything: dict[str, str] = {}
    unanswered = 0
    for kill in range(KILLS):
        sent = killed_under_load(running, f"kill{kill}")
        everything |= sent.messages
        acknowledged = {message: sent.messages[message] for message in sent.replies}
        found = stored(tmp_path)  # at once, with the journal as the kill left it
        assert expected(acknowledged, codes) <= set(found)
        assert set(found.values()) == {1}

        running.restart()
        rest = rest_of(running.base_url)
        for message in sent.messages.keys() - sent.replies.keys():
            unanswered += 1
            assert rest.say(message, sent.messages[message], message)
        for message in random.sample(sorted(sent.replies), SENDERS):
            assert rest.say(message, sent.messages[message], message) == sent.replies[message]
        assert set(stored(tmp_path)) == expected(everything, codes)
        assert set(stored(tmp_path).values()) == {1}
    assert unanswered, "no kill came while a message was under way"
