"""The app's channel of the real service: from a token to a warning, the history and the yellow bar."""

from __future__ import annotations

import asyncio
import json
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from tests.bot.channels.app.backend import ISSUER, bearer, rsa_jwk, secret_jwk, token, write_keys
from tests.conftest import COMMAND, RunningService

PAGE = "https://m.maisui.example"
OFFER = "有人让我贷款前先交2000元解冻费，加微信zwyh_8899"
CARD = "卡号6222021234567890123"


@pytest.fixture(scope="module")
def running(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    home = tmp_path_factory.mktemp("service")
    keys = write_keys(home / "keys.json", secret_jwk(), rsa_jwk())
    service = RunningService(
        home,
        JINGZHONG_JWT_KEYS=str(keys),
        JINGZHONG_JWT_ISSUER=ISSUER,
        JINGZHONG_APP_ORIGINS=PAGE,
    )
    yield service
    service.stop()


@pytest.fixture
def client(running: RunningService) -> Iterator[httpx.Client]:
    url = f"{running.base_url}/webhooks/app"
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as opened:
        yield opened


def say(client: httpx.Client, user: str, text: str, session: str = "session-1") -> dict[str, Any]:
    body = {"message_id": uuid.uuid4().hex, "text": text}
    answer = client.post("/messages", json=body, headers=bearer(user, session))
    assert answer.status_code == 200, answer.text
    reply: dict[str, Any] = answer.json()
    return reply


def text_of(reply: dict[str, Any]) -> str:
    return "\n".join(bubble.get("text", "") for bubble in reply["messages"])


def test_who_comes_back_finds_both_sides_of_the_conversation_with_their_secrets_masked(
    client: httpx.Client,
) -> None:
    user = uuid.uuid4().hex
    replies = [say(client, user, text) for text in ("你好", f"{OFFER}，我的{CARD}")]
    entries = client.get("/history", headers=bearer(user, "another-session")).json()["entries"]
    assert [(entry["role"], entry["id"]) for entry in entries] == [
        (role, reply["in_reply_to"]) for reply in replies for role in ("user", "assistant")
    ]
    assert entries[0]["text"] == "你好"
    assert entries[2]["text"].startswith(OFFER)
    assert "621234567890123" not in json.dumps(entries)
    # What is shown again is what was shown.
    assert [entries[1]["messages"], entries[3]["messages"]] == [
        reply["messages"] for reply in replies
    ]
    assert client.get("/history", headers=bearer("nobody-yet")).json() == {"entries": []}


def test_who_erased_everything_finds_nothing(client: httpx.Client) -> None:
    user = uuid.uuid4().hex
    say(client, user, OFFER)
    say(client, user, "删除我的记录")
    assert client.get("/history", headers=bearer(user)).json() == {"entries": []}
    assert client.get("/banner", headers=bearer(user)).json()["banner"]["code"] is None


def test_the_bar_fits_what_the_user_told(client: httpx.Client) -> None:
    user = uuid.uuid4().hex
    assert client.get("/banner", headers=bearer(user)).json()["banner"]["level"] == "hint"
    say(client, user, OFFER)
    banner = client.get("/banner", headers=bearer(user)).json()["banner"]
    assert (banner["level"], banner["code"]) == ("warning", "loan_scam")
    assert OFFER[:6] not in banner["text"]
    # What a tap says is understood.
    assert "utter" not in text_of(say(client, user, banner["action"]["say"]))


@pytest.mark.parametrize("text", ["你真的是官方吗", "怎么证明你是官方的？"])
def test_the_assistant_says_the_phrase_that_the_app_shows(client: httpx.Client, text: str) -> None:
    user = uuid.uuid4().hex
    shown = client.get("/phrase", headers=bearer(user, "session-x")).json()["phrase"]
    assert shown in text_of(say(client, user, text, "session-x"))
    assert shown not in text_of(say(client, user, text, "session-y"))


def test_on_a_channel_without_a_phrase_it_says_how_to_make_sure(
    client: httpx.Client, running: RunningService
) -> None:
    body = {"sender": uuid.uuid4().hex, "message": "你真的是官方吗"}
    answer = httpx.post(
        f"{running.base_url}/webhooks/rest/webhook", json=body, timeout=30, trust_env=False
    )
    assert "自己打开官方App" in answer.text


async def test_a_socket_of_the_real_service_answers_and_closes_on_a_bad_token(
    running: RunningService,
) -> None:
    url = running.base_url.replace("http", "ws").rstrip("/") + "/webhooks/app/ws"
    offered = ["jingzhong", f"token.{token(uuid.uuid4().hex)}"]
    async with websockets.connect(url, subprotocols=offered) as socket:
        assert json.loads(await socket.recv())["type"] == "hello"
        await socket.send(json.dumps({"type": "message", "message_id": "m1", "text": OFFER}))
        assert json.loads(await socket.recv())["type"] == "typing"
        reply = json.loads(await asyncio.wait_for(socket.recv(), 30))
        assert "解冻费" in text_of(reply)
        await socket.send(json.dumps({"type": "history"}))
        history = json.loads(await asyncio.wait_for(socket.recv(), 30))
        assert [entry["role"] for entry in history["entries"]] == ["user", "assistant"]
    async with websockets.connect(url) as socket:
        await socket.send(json.dumps({"type": "token", "token": "x.y.z"}))
        await asyncio.wait_for(socket.wait_closed(), 30)
        assert socket.close_code == 4401


def test_the_page_may_be_shown_in_a_frame_of_the_listed_pages_alone(
    running: RunningService,
) -> None:
    policy = httpx.get(running.base_url, trust_env=False).headers["content-security-policy"]
    assert f"frame-ancestors 'self' {PAGE}" in policy


def test_conversations_are_counted_and_no_token_is_logged(
    client: httpx.Client, running: RunningService
) -> None:
    before = begun(running)
    user = uuid.uuid4().hex
    say(client, user, "你好")
    say(client, user, "谢谢")
    assert begun(running) == before + 1
    assert "eyJ" not in running.log.read_text()


def begun(running: RunningService) -> float:
    metrics = httpx.get(f"{running.base_url}/metrics", trust_env=False).text
    lines = [line for line in metrics.splitlines() if 'conversations_total{channel="app"}' in line]
    return float(lines[0].rpartition(" ")[2]) if lines else 0.0


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"JINGZHONG_JWT_KEYS": "{home}/empty.json"}, "JINGZHONG_JWT_KEYS: "),
        ({"JINGZHONG_APP_ORIGINS": "maisui.example"}, "JINGZHONG_APP_ORIGINS: "),
    ],
)
def test_wrong_settings_stop_the_start_with_a_line_and_exit_code_2(
    tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    (tmp_path / "empty.json").write_text("")
    filled = {name: value.format(home=tmp_path) for name, value in environment.items()}
    ended = subprocess.run(
        [str(COMMAND), "run"],
        env={
            "PATH": "/usr/bin:/bin",
            "JINGZHONG_HOME": str(tmp_path / "var"),
            "JINGZHONG_PORT": "0",
            "JINGZHONG_JWT_ISSUER": ISSUER,
            **filled,
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    (line,) = [line for line in ended.stderr.splitlines() if line.startswith("jingzhong: ")]
    assert said in line
    assert "Traceback" not in ended.stderr
