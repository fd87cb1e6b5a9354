"""Pictures sent over HTTP, to the real service: from the file to the signal."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.channels.picture_upload import LONGEST_UPLOAD
from bot.ledger.reading import LedgerView
from tests.bot.pictures import drawing
from tests.conftest import RunningService

OFFER = drawing.encoded(drawing.note("贷款先交2000元解冻费", "加微信zwyh_8899"), "JPEG", quality=80)
PATIENCE = 90


@pytest.fixture
def client(running_service: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running_service, timeout=PATIENCE, trust_env=False) as client:
        yield client


def said(bubbles: list[dict[str, Any]]) -> str:
    return "\n".join(bubble.get("text", "") for bubble in bubbles)


def upload(client: httpx.Client, path: str, data: bytes, **fields: str) -> httpx.Response:
    return client.post(path, data=fields, files={"picture": ("图.jpg", data, "image/jpeg")})


def test_an_offer_on_a_picture_is_told_back_warned_of_and_becomes_a_signal_with_its_contact(
    client: httpx.Client, service: RunningService
) -> None:
    sender, message_id = uuid.uuid4().hex, uuid.uuid4().hex
    fields = {"sender": sender, "message_id": message_id}
    answer = upload(client, "/webhooks/rest/pictures", OFFER, **fields)
    assert answer.status_code == 200, answer.text
    text = said(answer.json())
    assert text.startswith("我从图里读到：“贷款先交2000元解冻费")
    assert "zwyh_8899" not in text
    events = [stored.event["data"] for stored in LedgerView.at(service.home).events()]
    (event,) = (event for event in events if event["message_id"] == message_id)
    assert event["code"] == "loan_scam"
    assert [contact["value"] for contact in event["contacts"]] == ["zwyh_8899"]
    assert event["amounts"] == ["2000"]
    assert event["replies"][0] == "utter_picture_read"
    # A picture that comes again is the same message.
    assert upload(client, "/webhooks/rest/pictures", OFFER, **fields).json() == answer.json()
    again = [stored.event["data"] for stored in LedgerView.at(service.home).events()]
    assert len(again) == len(events)


def test_the_page_sends_pictures_with_its_session(client: httpx.Client) -> None:
    fields = {"session": uuid.uuid4().hex, "message_id": "m1", "text": "这是真的吗"}
    answer = upload(client, "/webhooks/chat/pictures", OFFER, **fields)
    assert answer.status_code == 200, answer.text
    assert answer.json()["in_reply_to"] == "m1"
    assert "我从图里读到：“贷款先交2000元解冻费" in said(answer.json()["messages"])


def test_a_file_that_is_no_picture_is_answered_in_a_line(client: httpx.Client) -> None:
    fields = {"sender": uuid.uuid4().hex}
    answer = upload(client, "/webhooks/rest/pictures", b"%PDF-1.7 ...", **fields)
    assert answer.status_code == 200
    assert said(answer.json()).startswith("这个文件我打不开")


@pytest.mark.parametrize("path", ["/webhooks/rest/pictures", "/webhooks/chat/pictures"])
def test_a_body_that_is_no_form_with_a_picture_is_refused_in_a_line(
    client: httpx.Client, path: str
) -> None:
    fields = {"sender": "a", "session": "12345678"}
    for answer in (
        client.post(path, content=OFFER, headers={"content-type": "image/jpeg"}),
        client.post(path, json={"sender": "a", "picture": "..."}),
        client.post(path, data=fields, files={"photo": ("a.jpg", OFFER, "image/jpeg")}),
        client.post(path, content=b"--x", headers={"content-type": "multipart/form-data"}),
        client.post(path),
    ):
        assert answer.status_code == 400
        assert "\n" not in answer.json()["error"]


def test_a_form_without_a_sender_is_refused(client: httpx.Client) -> None:
    assert upload(client, "/webhooks/rest/pictures", OFFER).status_code == 400
    assert upload(client, "/webhooks/chat/pictures", OFFER, session="x").status_code == 400


def test_more_than_is_read_is_refused_while_it_comes(client: httpx.Client) -> None:
    answer = upload(client, "/webhooks/rest/pictures", bytes(LONGEST_UPLOAD + 1), sender="a")
    assert answer.status_code == 413
    assert "bytes" in answer.json()["error"]


def test_a_page_of_another_site_sends_nothing(client: httpx.Client) -> None:
    answer = client.post(
        "/webhooks/chat/pictures",
        headers={"origin": "https://elsewhere.example.com"},
        files={"picture": ("a.jpg", OFFER, "image/jpeg")},
    )
    assert answer.status_code == 403
