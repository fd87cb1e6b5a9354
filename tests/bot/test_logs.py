"""What users write never reaches the log of the service or its standard error."""

from __future__ import annotations

import re
import socket
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx
import pytest

from tests.bot.conftest import Rest
from tests.conftest import RunningService

WEBHOOK = "/webhooks/rest/webhook"
HERE = "CANARY"
TALK = (
    "有家公司说能帮我停息挂账，收两千定金，联系人CANARY",
    "13000000001是你们的电话吗，他叫CANARY",
    "客服让我共享屏幕，现在正在转账，会议号CANARY",
    "我不想活了 CANARY",
    "我想提前还款CANARY",
    "我的验证码是CANARY",
    "举报：CANARY冒充你们客服",
    "/restart CANARY",
    '/mule_account{"amount": "CANARY"}',
    "CANARY",
    "\x00CANARY\x1b[2J",
    "\nCANARY\n" * 100,
    "{hotline} CANARY {quote} {0} %s %(a)s",
    "https://CANARY.example/?q=1",
    "Is CANARY a scam? They asked me for a deposit",
    "CANARY" + "９" * 5000,
)


@pytest.fixture
def canaries() -> Callable[[], str]:
    """A new word at each call, the same in every encoding, which only a message can bring into a log."""
    return lambda: f"canary{uuid.uuid4().hex[:12]}"


def leaked(service: RunningService, sung: list[str]) -> list[str]:
    """The words of users that are in the log."""
    log = service.log.read_text()
    assert "ready on" in log  # standard error of the process ends up there too
    return [word for word in sung if word in log]


def test_messages_leave_no_trace(
    rest: Rest, service: RunningService, canaries: Callable[[], str]
) -> None:
    sung = []
    for text in TALK:
        for _ in range(2):
            sung.append(canaries())
            sender, message_id = canaries(), canaries()
            rest.say(sender, text.replace(HERE, sung[-1]), message_id)
            rest.parse(text.replace(HERE, sung[-1]))
            sung += [sender, message_id]
    assert leaked(service, sung) == []


def test_requests_that_are_refused_leave_no_trace(
    rest: Rest, service: RunningService, canaries: Callable[[], str]
) -> None:
    sung = [canaries() for _ in range(14)]
    words = iter(sung)
    client = rest.client
    refused = [
        client.post(WEBHOOK, content=f'{{"sender": "a", "message": "{next(words)}'),
        client.post(WEBHOOK, content=next(words).encode("utf-16")),
        client.post(WEBHOOK, json=[next(words)]),
        client.post(WEBHOOK, json={"sender": None, "message": next(words)}),
        client.post(WEBHOOK, json={"sender": "a", "message": {"text": next(words)}}),
        client.post(WEBHOOK, json={"sender": "a", "message": next(words), "message_id": [1]}),
        client.post("/model/parse", json={"text": [next(words)]}),
        client.post("/model/parse", content=f'"{next(words)}'),
        client.post(WEBHOOK, json={"sender": "a", "message": next(words) * 20_000}),
        client.post(f"/conversations/{next(words)}/tracker/events", json={"text": next(words)}),
        client.put(WEBHOOK, json={"sender": "a", "message": next(words)}),
        client.post(f"/webhooks/chat/messages?text={next(words)}", json={"text": next(words)}),
    ]
    assert [answer.status_code for answer in refused if answer.status_code < 400] == []
    assert [answer.status_code for answer in refused if answer.status_code >= 500] == []
    assert leaked(service, sung) == []


def test_broken_connections_leave_no_trace(
    rest: Rest, service: RunningService, canaries: Callable[[], str]
) -> None:
    url = httpx.URL(rest.client.base_url)
    sung = [canaries() for _ in range(5)]
    body = '{"sender": "a", "message": "%s"}'
    requests = (
        f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n{body % sung[0]}",
        f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: {sung[1]}\r\n\r\n{body % sung[1]}",
        f"{sung[2]}\r\n\r\n",
        f"POST {WEBHOOK}?{sung[3]} HTTP/9\r\nHost: {sung[3]}\r\n\r\n",
        f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{sung[4]}\r\n",
    )
    for request in requests:
        with socket.create_connection((url.host, url.port), timeout=10) as connection:
            connection.sendall(request.encode())
            connection.shutdown(socket.SHUT_WR)
            connection.recv(100)
    rest.say(uuid.uuid4().hex, "您好")  # behind them all
    # An error of the server is told by its kind and place.
    assert "ValueError" in service.log.read_text()
    assert leaked(service, sung) == []


def test_a_message_that_cannot_be_written_leaves_a_line_without_its_words(
    rest: Rest,
    service: RunningService,
    canaries: Callable[[], str],
    ledger_locked: Callable[[], AbstractContextManager[None]],
) -> None:
    before = len(service.log.read_text())
    word = canaries()
    with ledger_locked():
        answer = rest.post({"sender": word, "message": f"{word}能帮我停息挂账，收两千定金"})
    assert answer.status_code == 503
    log = service.log.read_text()[before:]
    assert re.search("not acknowledged", log)
    assert leaked(service, [word]) == []
    assert "停息挂账" not in log
