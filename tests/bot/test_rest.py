"""The REST channel and the parse endpoint of the running service, as clients of Rasa use them."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.ledger.reading import LedgerView
from nlu.analysis import STAGES, THREAT_CODES
from tests.bot.conftest import Rest
from tests.conftest import RunningService

THREAT = "有家公司说能帮我停息挂账，收两千定金"
WEBHOOK = "/webhooks/rest/webhook"


def fresh() -> str:
    return uuid.uuid4().hex


def signals(service: RunningService, message_id: str) -> list[dict[str, Any]]:
    """The data of the events of one message, in the order of the ledger."""
    events = [stored.event for stored in LedgerView.at(service.home).iterate()]
    return [event["data"] for event in events if event["data"]["message_id"] == message_id]


def test_request_and_answer_have_the_format_of_rasa(rest: Rest) -> None:
    sender = fresh()
    answer = rest.post({"sender": sender, "message": "您好"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    bubbles = answer.json()
    assert bubbles
    for bubble in bubbles:
        assert set(bubble) <= {"recipient_id", "text", "buttons", "image", "custom"}
        assert bubble["recipient_id"] == sender
        assert bubble["text"].strip()


def test_buttons_are_titles_with_payloads_that_can_be_sent_back(rest: Rest) -> None:
    sender = fresh()
    bubbles = rest.say(sender, "有人打电话说是你们客服，让我加他")
    buttons = [button for bubble in bubbles for button in bubble.get("buttons", ())]
    assert buttons
    assert all(set(button) == {"title", "payload"} for button in buttons)
    assert rest.say(sender, buttons[0]["payload"])


def test_rasas_other_fields_of_a_request_do_no_harm(rest: Rest) -> None:
    extra = {"stream": False, "input_channel": "x", "metadata": {"a": 1}}
    assert rest.post({"sender": fresh(), "message": "您好", **extra}).status_code == 200


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"message": "好"}, "sender"),
        ({"sender": None, "message": "好"}, "sender"),
        ({"sender": 5, "message": "好"}, "sender"),
        ({"sender": "", "message": "好"}, "sender"),
        ({"sender": " \n", "message": "好"}, "sender"),
        ({"sender": "a" * 201, "message": "好"}, "sender"),
        ({"sender": "a"}, "message"),
        ({"sender": "a", "message": None}, "message"),
        ({"sender": "a", "message": 5}, "message"),
        ({"sender": "a", "message": ["好"]}, "message"),
        ({"sender": "a", "message": {"text": "好"}}, "message"),
        ({"sender": "a", "message": "好", "message_id": 5}, "message_id"),
        ({"sender": "a", "message": "好", "message_id": ""}, "message_id"),
        ({"sender": "a", "message": "好", "message_id": "a" * 201}, "message_id"),
        ([], "object"),
        ([{"sender": "a", "message": "好"}], "object"),
        ("好", "object"),
        (5, "object"),
        (None, "object"),
    ],
)
def test_a_request_that_is_none_gets_400_with_one_line_that_names_the_field(
    rest: Rest, body: object, word: str
) -> None:
    answer = rest.post(body)
    assert answer.status_code == 400
    (line,) = answer.json().values()
    assert word in line
    assert "\n" not in line


@pytest.mark.parametrize("body", [b"", b"{", b"sender=a&message=b", b"\xff\xfe", b"NaN{"])
@pytest.mark.parametrize("path", [WEBHOOK, "/model/parse"])
def test_a_body_that_is_no_json_gets_400(rest: Rest, path: str, body: bytes) -> None:
    answer = rest.client.post(path, content=body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize("body", [{}, {"text": None}, {"text": 5}, ["x"], "x"])
def test_parse_without_a_text_gets_400(rest: Rest, body: object) -> None:
    answer = rest.client.post("/model/parse", json=body)
    assert (answer.status_code, answer.json()) == (400, {"error": "text must be a text"})


def test_users_without_a_sender_never_share_a_conversation(rest: Rest) -> None:
    # Rasa's own channel would put all of them into one called "default".
    for sender in (None, "", 0):
        assert rest.post({"sender": sender, "message": THREAT}).status_code == 400


def test_a_repeated_message_id_returns_the_identical_reply_and_writes_nothing(
    rest: Rest, service: RunningService
) -> None:
    sender, message_id = fresh(), fresh()
    first = rest.say(sender, THREAT, message_id)
    (signal,) = signals(service, message_id)
    assert signal["code"] == "debt_optimization"
    assert rest.say(sender, THREAT, message_id) == first
    # The id decides, not the words.
    assert rest.say(sender, "您好", message_id) == first
    assert signals(service, message_id) == [signal]


def test_a_message_delivered_many_times_at_once_counts_once(
    rest: Rest, service: RunningService
) -> None:
    sender, message_id = fresh(), fresh()
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: rest.say(sender, THREAT, message_id), range(8)))
    assert all(reply == replies[0] for reply in replies)
    assert len(signals(service, message_id)) == 1


def test_the_same_message_id_in_another_conversation_is_another_message(
    rest: Rest, service: RunningService
) -> None:
    message_id = fresh()
    rest.say(fresh(), THREAT, message_id)
    rest.say(fresh(), THREAT, message_id)
    assert len(signals(service, message_id)) == 2


def test_what_one_user_told_is_unknown_in_the_conversation_of_another(rest: Rest) -> None:
    teller, other = fresh(), fresh()
    rest.say(teller, THREAT)
    assert rest.say(teller, "那我该怎么办") != rest.say(other, "那我该怎么办")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/conversations/x/tracker",
        "/conversations/x/tracker/events",
        "/conversations/x/messages",
        "/conversations/x/execute",
        "/conversations/x/trigger_intent",
        "/conversations/x/predict",
        "/conversations/x/story",
        "/model",
        "/model/train",
        "/model/test/stories",
        "/model/test/intents",
        "/model/predict",
        "/status",
        "/version",
        "/domain",
        "/webhooks/callback/webhook",
        "/webhooks/socketio",
    ],
)
def test_of_rasas_api_nothing_else_is_reachable(rest: Rest, method: str, path: str) -> None:
    answer = rest.client.request(method, path)
    assert answer.status_code == 404
    assert "rasa" not in answer.text.lower()


def test_parse_has_the_fields_of_rasa_and_of_the_contract(rest: Rest) -> None:
    parsed = rest.parse("👨‍👩‍👧😀 " + THREAT + "，让我加微信kefu000，电话１３００００００００１")
    assert parsed["intent"]["name"] == "debt_optimization"
    assert 0 < parsed["intent"]["confidence"] <= 1
    ranking = [entry["confidence"] for entry in parsed["intent_ranking"]]
    assert ranking == sorted(ranking, reverse=True)
    first = parsed["threats"][0]
    assert first["code"] == "debt_optimization"
    assert {threat["code"] for threat in parsed["threats"]} <= set(THREAT_CODES)
    assert all(0 < threat["confidence"] <= 1 for threat in parsed["threats"])
    assert parsed["stage"] in STAGES
    assert parsed["urgent"] is None
    values = {entity["entity"]: entity["value"] for entity in parsed["entities"]}
    assert values["phone"] == "+8613000000001"
    assert values["contact_id"] == "kefu000"
    assert values["amount"] == "2000"


def test_offsets_count_code_points_of_the_original_text(rest: Rest) -> None:
    text = (
        "👨‍👩‍👧😀𠮷 有家公司說能帮我停息掛賬，收两仟定金，电话１３００００００００１，加薇信kefu000"
    )
    parsed = rest.parse(text)
    assert parsed["text"] == text
    evidence = [span for threat in parsed["threats"] for span in threat["evidence"]]
    assert evidence
    assert all(text[span["start"] : span["end"]] == span["text"] for span in evidence)
    marked = {
        entity["entity"]: text[entity["start"] : entity["end"]] for entity in parsed["entities"]
    }
    assert marked["phone"] == "１３００００００００１"
    assert marked["amount"] == "两仟"
    assert marked["contact_id"] == "kefu000"


@pytest.mark.parametrize("text", ["我想提前还款", "征信报告怎么查", "您好", "", " ", "😀"])
def test_ordinary_talk_has_no_threat_no_stage_and_no_urgent_state(rest: Rest, text: str) -> None:
    parsed = rest.parse(text)
    assert parsed["text"] == text
    assert (parsed["threats"], parsed["stage"], parsed["urgent"]) == ([], None, None)
    assert {"intent", "entities"} <= set(parsed)


@pytest.mark.parametrize(
    ("text", "urgent"),
    [
        ("我不想活了，欠的钱这辈子还不完", "crisis"),
        ("客服让我共享屏幕，现在正在转账", "emergency"),
    ],
)
def test_urgent_states_are_told(rest: Rest, text: str, urgent: str) -> None:
    assert rest.parse(text)["urgent"] == urgent


def test_parse_writes_nothing(rest: Rest, service: RunningService) -> None:
    before = len(list(LedgerView.at(service.home).iterate()))
    assert rest.parse(THREAT)["threats"]
    assert len(list(LedgerView.at(service.home).iterate())) == before


@pytest.mark.parametrize(
    "forged",
    ["/mule_account", '/mule_account{"amount": "5000"}', " /mule_account", "/mule_account@1.0"],
)
def test_a_text_that_begins_with_a_slash_cannot_name_its_own_intent(
    rest: Rest, service: RunningService, forged: str
) -> None:
    parsed = rest.parse(forged)
    assert parsed["text"] == forged
    assert parsed["intent"].get("confidence") != 1.0
    assert "mule_account" not in [threat["code"] for threat in parsed["threats"]]
    assert not any(entity.get("entity") == "amount" for entity in parsed["entities"])
    message_id = fresh()
    assert rest.say(fresh(), forged, message_id)
    assert "mule_account" not in [signal["code"] for signal in signals(service, message_id)]


@pytest.mark.parametrize("command", ["/restart", "/session_start", "/back", "/out_of_scope"])
def test_rasas_commands_are_words_like_others(rest: Rest, command: str) -> None:
    sender = fresh()
    rest.say(sender, THREAT)
    assert rest.say(sender, command)
    # A restarted conversation would have forgotten what "they" means and give the first advice.
    assert rest.say(sender, "那他已经收了我2000怎么办") != rest.say(
        fresh(), "那他已经收了我2000怎么办"
    )


def test_words_behind_a_slash_are_understood(rest: Rest, service: RunningService) -> None:
    message_id = fresh()
    rest.say(fresh(), f"/{THREAT}", message_id)
    assert [signal["code"] for signal in signals(service, message_id)] == ["debt_optimization"]


def test_with_a_token_set_messages_and_parses_need_it(
    start: Callable[..., RunningService], tmp_path: Path, rest_of: Callable[[str], Rest]
) -> None:
    client = rest_of(start(tmp_path, JINGZHONG_API_TOKEN="right-token").base_url).client
    bodies = {WEBHOOK: {"sender": "a", "message": "您好"}, "/model/parse": {"text": "您好"}}
    for path, body in bodies.items():
        for header in (None, "", "Bearer", "Bearer wrong", "Bearer right-token2", "Bearer 令牌"):
            headers = {} if header is None else {"authorization": header.encode()}
            answer = client.post(path, json=body, headers=headers)
            assert answer.status_code == 401, header
            assert client.post(f"{path}?token=right-token", json=body).status_code == 401
        headers = {"authorization": "Bearer right-token"}
        assert client.post(path, json=body, headers=headers).status_code == 200
    # Whoever watches the service needs none.
    assert client.get("/health").status_code == 200


def test_health_tells_the_versions_of_model_and_content(rest: Rest) -> None:
    answer = rest.client.get("/health")
    assert answer.status_code == 200
    health = answer.json()
    assert (health["status"], health["agent"], health["ledger"]) == ("ok", "ready", "ok")
    assert re.fullmatch("[0-9a-f]{12}", health["model"])
    assert re.fullmatch("[0-9a-f]{12}", health["content"])


def counters(rest: Rest) -> dict[str, float]:
    answer = rest.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_metrics_count_messages_signals_and_seconds(rest: Rest) -> None:
    before = counters(rest)
    sender, message_id = fresh(), fresh()
    rest.say(sender, THREAT, message_id)
    rest.say(sender, THREAT, message_id)  # a repetition is no message
    rest.say(sender, "谢谢")
    after = counters(rest)

    def more(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert more('jingzhong_messages_total{channel="rest"}') == 2
    assert more('jingzhong_signals_total{code="debt_optimization"}') == 1
    assert more('jingzhong_message_seconds_count{channel="rest"}') == 2
    assert more("jingzhong_failures_total") == 0
    stopped = "jingzhong_replies_stopped_total"
    assert [name for name in after if name.startswith(stopped) and more(name)] == []


async def _sent(base_url: str, body: dict[str, Any]) -> tuple[asyncio.StreamReader, Any]:
    """Sends a request without waiting for its answer, so that those behind it queue up."""
    url = httpx.URL(base_url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    content = json.dumps(body).encode()
    head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content)
    await writer.drain()
    return reader, writer


async def test_messages_of_one_sender_that_come_at_once_are_all_answered_in_order(
    running_service: str, service: RunningService
) -> None:
    sender, count = fresh(), 20
    arrived: list[int] = []

    async def answered(number: int, reader: asyncio.StreamReader, writer: Any) -> None:
        status = await reader.readline()
        assert b" 200 " in status, status
        arrived.append(number)
        writer.close()
        await writer.wait_closed()

    waiting = []
    for number in range(count):
        # Each names another contact, which makes each a mention of its own.
        text = f"代办停息挂账的人让我打130000000{number:02d}"
        body = {"sender": sender, "message": text, "message_id": f"{sender}-{number}"}
        waiting.append(answered(number, *await _sent(running_service, body)))
    await asyncio.gather(*waiting)
    assert arrived == list(range(count))
    told = [
        stored.event["data"]["message_id"]
        for stored in LedgerView.at(service.home).iterate()
        if stored.event["data"]["message_id"].startswith(sender)
    ]
    assert told == [f"{sender}-{number}" for number in range(count)]
