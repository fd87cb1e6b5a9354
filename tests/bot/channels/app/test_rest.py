"""The app's channel over HTTP."""

from __future__ import annotations

import time
import uuid
from typing import Any

import httpx
import pytest

from tests.bot.channels.app.backend import RSA_KEY, bearer, token
from tests.bot.channels.app.serving_app import PAGE, App

ROUTES = [
    ("POST", "/messages"),
    ("POST", "/receipts"),
    ("POST", "/pictures"),
    ("GET", "/history"),
    ("GET", "/mail"),
    ("GET", "/banner"),
    ("GET", "/phrase"),
]


def fresh() -> str:
    return uuid.uuid4().hex


def send(client: httpx.Client, user: str, text: str = "你好", **fields: Any) -> httpx.Response:
    body = {"message_id": fresh(), "text": text, **fields}
    return client.post("/messages", json=body, headers=bearer(user))


def test_a_message_is_answered_under_its_id(client: httpx.Client) -> None:
    answer = send(client, "u1", message_id="m-1")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["in_reply_to"] == "m-1"
    assert body["messages"][0] == {"text": "heard 你好"}
    assert send(client, "u1", "something else", message_id="m-1").json() == body


def test_the_user_is_the_tokens_and_nothing_in_the_body_changes_that(
    client: httpx.Client, app: App
) -> None:
    message_id = fresh()
    send(client, "u-a", message_id=message_id, session="u-b", sender="u-b", sub="u-b")
    # Under the same id, yet another user: another message.
    answer = send(client, "u-b", "later", message_id=message_id)
    assert answer.json()["messages"][0] == {"text": "heard later"}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_needs_a_token(client: httpx.Client, method: str, path: str) -> None:
    wanting = client.request(method, path)
    assert wanting.status_code == 401, wanting.text
    assert wanting.json() == {"error": "token: none was sent", "code": "token_missing"}
    assert wanting.headers["www-authenticate"] == "Bearer"
    now = int(time.time())
    for headers, code in (
        ({"Authorization": f"Basic {token()}"}, "token_missing"),
        ({"Authorization": "Bearer x.y.z"}, "token_invalid"),
        (bearer(iat=now - 900, exp=now - 300), "token_expired"),
    ):
        answer = client.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, code)
    in_url = client.request(method, path, params={"token": token(), "access_token": token()})
    assert in_url.status_code == 401


def test_a_token_of_either_kind_of_key_is_taken(client: httpx.Client) -> None:
    headers = bearer("u1", key=RSA_KEY, algorithm="RS256", kid="r1")
    assert client.get("/mail", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ('{"text": "a"}', 400),
        ('{"message_id": "m"}', 400),
        ('{"message_id": "a b", "text": "a"}', 400),
        ("x" * 17_000, 413),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_in_a_line(
    client: httpx.Client, body: str, status: int
) -> None:
    answer = client.post("/messages", content=body, headers=bearer())
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert "\n" not in answer.json()["error"]


def test_mail_waits_until_a_receipt_has_come_and_read_is_noted_besides(
    client: httpx.Client, app: App
) -> None:
    app.write("u-mail", "mail-1")
    app.write("u-mail", "mail-2", text="在吗")
    headers = bearer("u-mail")
    first, second = client.get("/mail", headers=headers).json()["mail"]
    assert (first["id"], first["messages"]) == ("mail-1", [{"text": "您好"}])
    assert second["at"] > first["at"]
    assert app.mailbox_row("mail-1") == (None, None)
    noted = client.post("/receipts", json={"delivered": ["mail-1"]}, headers=headers)
    assert noted.json() == {"delivered": 1, "read": 0}
    shown, read = app.mailbox_row("mail-1")
    assert shown is not None
    assert read is None
    noted = client.post("/receipts", json={"read": ["mail-1", "mail-2"]}, headers=headers)
    assert noted.json() == {"delivered": 1, "read": 2}
    assert client.get("/mail", headers=headers).json() == {"mail": []}
    assert client.post("/receipts", json={}, headers=headers).json() == {"delivered": 0, "read": 0}


def test_nobody_acknowledges_the_mail_of_another(client: httpx.Client, app: App) -> None:
    app.write("u-own", "mail-own")
    body = {"delivered": ["mail-own"], "read": ["mail-own"]}
    answer = client.post("/receipts", json=body, headers=bearer("u-other"))
    assert answer.json() == {"delivered": 0, "read": 0}
    assert app.mailbox_row("mail-own") == (None, None)


@pytest.mark.parametrize(
    "body", [{"delivered": "m"}, {"read": [5]}, {"read": ["m"] * 101}, {"read": ["m" * 201]}]
)
def test_a_receipt_of_another_form_is_refused(client: httpx.Client, body: dict[str, Any]) -> None:
    assert client.post("/receipts", json=body, headers=bearer()).status_code == 400


def test_mail_does_not_come_with_a_reply_as_well(client: httpx.Client, app: App) -> None:
    app.write("u-once", "mail-once")
    assert "您好" not in send(client, "u-once").text


def test_the_history_of_a_user_has_their_mail_and_nobody_elses(
    client: httpx.Client, app: App
) -> None:
    app.write("u-hist", "mail-hist")
    entries = client.get("/history", headers=bearer("u-hist")).json()["entries"]
    assert [(entry["role"], entry["id"], entry["read"]) for entry in entries] == [
        ("mail", "mail-hist", False)
    ]
    assert client.get("/history", headers=bearer("u-none")).json() == {"entries": []}


def test_the_app_and_the_assistant_show_the_same_phrase_which_changes_with_the_session(
    client: httpx.Client,
) -> None:
    shown = client.get("/phrase", headers=bearer("u1", "session-a")).json()
    assert len(shown["words"]) == 4
    assert shown["phrase"] == " ".join(shown["words"])
    body = {"message_id": fresh(), "text": "你真的是官方吗"}
    answer = client.post("/messages", json=body, headers=bearer("u1", "session-a")).json()
    assert answer["messages"][1] == {"text": f"phrase {shown['phrase']}"}
    for other in (bearer("u1", "session-b"), bearer("u2", "session-a")):
        assert client.get("/phrase", headers=other).json() != shown


def test_the_banner_is_kept_for_a_minute_and_for_its_user_alone(client: httpx.Client) -> None:
    answer = client.get("/banner", headers=bearer())
    assert answer.json()["banner"]["level"] == "hint"
    assert answer.headers["cache-control"] == "private, max-age=60"
    assert {part.strip() for part in answer.headers["vary"].split(",")} == {
        "Authorization",
        "Origin",
    }


def test_a_listed_page_may_call_and_is_told_so(client: httpx.Client) -> None:
    for path in ("/messages", "/banner", "/phrase", "/pictures", "/config"):
        asked = client.options(
            path,
            headers={
                "Origin": PAGE,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization",
            },
        )
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == PAGE
        assert "Authorization" in asked.headers["access-control-allow-headers"]
    answer = client.get("/mail", headers={**bearer(), "Origin": PAGE})
    assert answer.headers["access-control-allow-origin"] == PAGE
    refused = client.get("/mail", headers={"Origin": PAGE})
    assert refused.status_code == 401
    # So that the page can read why.
    assert refused.headers["access-control-allow-origin"] == PAGE


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://m.maisui.example"])
def test_a_page_of_another_site_is_refused_whatever_it_brings(
    client: httpx.Client, origin: str
) -> None:
    for method, path in [*ROUTES, ("GET", "/config"), ("OPTIONS", "/messages")]:
        answer = client.request(method, path, headers={**bearer(), "Origin": origin})
        assert answer.status_code == 403, path
        assert "access-control-allow-origin" not in answer.headers


def test_a_message_of_a_page_of_another_site_is_not_even_read(
    client: httpx.Client, app: App
) -> None:
    message_id = fresh()
    body = {"message_id": message_id, "text": "forged"}
    headers = {**bearer("u-forged"), "Origin": "https://evil.example"}
    assert client.post("/messages", json=body, headers=headers).status_code == 403
    answer = send(client, "u-forged", "mine", message_id=message_id)
    assert answer.json()["messages"][0] == {"text": "heard mine"}


def test_the_config_needs_no_token(client: httpx.Client) -> None:
    config = client.get("/config").json()
    assert config["max_pictures"] == 3
    assert config["max_picture_bytes"] > 1_000_000
    assert config["strings"]["title"]


def test_the_demo_channel_has_the_same_routes_for_a_session(app: App) -> None:
    session = fresh()
    app.write(session, "mail-demo", channel="chat")
    url = f"{app.base_url}/webhooks/chat"
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as demo:
        (mail,) = demo.get("/mail", params={"session": session}).json()["mail"]
        assert mail["id"] == "mail-demo"
        body = {"session": session, "read": ["mail-demo"]}
        assert demo.post("/receipts", json=body).json() == {"delivered": 1, "read": 1}
        entries = demo.get("/history", params={"session": session}).json()["entries"]
        assert entries[0]["read"] is True
        assert demo.get("/banner", params={"session": session}).json()["banner"]["code"] is None
        assert demo.get("/mail").status_code == 400
        assert demo.get("/phrase", params={"session": session}).status_code == 404


def test_a_key_that_was_taken_out_of_the_file_lets_nobody_in_any_more(
    client: httpx.Client, app: App
) -> None:
    before = app.keys.read_bytes()
    try:
        app.keys.write_bytes(before.replace(b'"s1"', b'"s2"'))
        time.sleep(1.1)
        assert client.get("/mail", headers=bearer()).status_code == 401
        assert client.get("/mail", headers=bearer(kid="s2")).status_code == 200
    finally:
        app.keys.write_bytes(before)
        time.sleep(1.1)
    assert client.get("/mail", headers=bearer()).status_code == 200
