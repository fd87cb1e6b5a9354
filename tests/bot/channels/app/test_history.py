"""What a client that comes back is shown."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from actions.handoff import SILENT
from bot.channels.app.history import MOST_BUBBLES, history
from bot.outbound.mailbox import Mail

NOW = datetime(2026, 11, 29, 12, tzinfo=timezone.utc)


def ago(**time: float) -> float:
    return (NOW - timedelta(**time)).timestamp()


def turn(message_id: str, text: str, *replies: Any, at: float) -> str:
    """A turn as the exchange store keeps it, with what Rasa notes besides."""
    bubbles = [
        {"event": "bot", "timestamp": at + 0.1, "data": {}, **reply}
        for reply in (reply if isinstance(reply, dict) else {"text": reply} for reply in replies)
    ]
    return json.dumps(
        [
            {"event": "action", "name": "action_session_start", "timestamp": at},
            {"event": "slot", "name": "conversation", "value": {"turn": 1}, "timestamp": at},
            {
                "event": "user",
                "timestamp": at,
                "text": text,
                "message_id": message_id,
                "parse_data": {"intent": {"name": "greet"}},
            },
            *bubbles,
            {"event": "action", "name": "action_listen", "timestamp": at + 0.2},
        ]
    )


def mail(id: str, seq: int, at: float, **more: Any) -> Mail:
    moment = datetime.fromtimestamp(at, timezone.utc)
    return Mail(id, ({"text": f"words of {id}"},), seq, moment, **more)


def shown(*turns: str, mail: tuple[Mail, ...] = ()) -> list[dict[str, Any]]:
    return [entry.as_json() for entry in history(turns, mail, NOW)]


def test_both_sides_and_the_mail_stand_in_their_order() -> None:
    first = turn(
        "m1",
        "你好",
        "您好",
        {"text": "请选", "data": {"buttons": [1], "image": None}},
        at=ago(hours=3),
    )
    second = turn("m2", "谢谢", "不客气", at=ago(hours=1))
    entries = shown(first, second, mail=(mail("x1", 1, ago(hours=2), read=True),))
    assert [(entry["role"], entry["id"]) for entry in entries] == [
        ("user", "m1"),
        ("assistant", "m1"),
        ("mail", "x1"),
        ("user", "m2"),
        ("assistant", "m2"),
    ]
    assert entries[0]["text"] == "你好"
    assert entries[1]["messages"] == [{"text": "您好"}, {"text": "请选", "buttons": [1]}]
    assert entries[2]["read"] is True
    assert entries[2]["messages"] == [{"text": "words of x1"}]
    assert entries[0]["at"] == "2026-11-29T09:00:00.000000Z"


def test_mail_that_came_while_a_reply_was_made_does_not_part_it_from_its_question() -> None:
    at = ago(hours=1)
    entries = shown(turn("m1", "你好", "您好", at=at), mail=(mail("x1", 1, at + 0.05),))
    assert [entry["role"] for entry in entries] == ["user", "assistant", "mail"]


def test_what_is_older_than_seven_days_is_left_out() -> None:
    old = turn("m1", "你好", "您好", at=ago(days=7, seconds=1))
    new = turn("m2", "你好", "您好", at=ago(days=6.9))
    old_mail = mail("x1", 1, ago(days=8))
    assert [entry["id"] for entry in shown(old, new, mail=(old_mail,))] == ["m2", "m2"]


def test_at_most_fifty_bubbles_are_shown_and_no_reply_in_part() -> None:
    turns = [
        turn(f"m{number}", "你好", *(["您好"] * 6), at=ago(hours=20 - number))
        for number in range(10)
    ]
    entries = shown(*turns)
    bubbles = sum(len(entry.get("messages", (1,))) for entry in entries)
    assert bubbles <= MOST_BUBBLES
    assert entries[-1]["id"] == "m9"
    assert all(len(entry.get("messages", [1] * 6)) == 6 for entry in entries)


def test_a_picture_without_words_shows_its_answer_alone() -> None:
    entries = shown(turn("m1", "", "我从图里读到", at=ago(hours=1)))
    assert [entry["role"] for entry in entries] in ([], ["assistant"])


def test_a_bubble_that_says_nothing_is_left_out() -> None:
    entries = shown(
        turn("m1", "你好", {"text": None, "metadata": {"utter_action": "x"}}, at=ago(hours=1))
    )
    assert [entry["role"] for entry in entries] == ["user"]


def test_the_silence_while_a_person_answers_is_not_shown() -> None:
    silent = {"text": "（无）", "metadata": {"utter_action": SILENT}}
    entries = shown(turn("m1", "你好", silent, at=ago(hours=1)))
    assert [entry["role"] for entry in entries] == ["user"]


def test_an_empty_conversation_has_no_history() -> None:
    assert shown() == []
