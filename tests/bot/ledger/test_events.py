from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from actions.plan import Contact, Signal
from actions.signal_ids import event_id
from bot.hashing import Hasher
from bot.ledger.encoding import parse_time, rfc3339
from bot.ledger.events import (
    DATA_SCHEMA,
    USE_RESTRICTION,
    ThreatEvent,
    TurnContext,
    event_source,
    threat_event,
)
from bot.settings import ROOT
from nlu.analysis import STAGES, THREAT_CODES, URGENT_STATES

SCHEMA = json.loads((ROOT / "bot/schemas/threat.detected.v1.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())

texts = st.text(st.characters(blacklist_categories=()), max_size=30)
amounts = st.decimals(0, 10**9, places=2).map(str) | st.integers(0, 10**9).map(str)
contacts = st.builds(
    Contact,
    st.sampled_from(["phone", "wechat", "qq", "telegram", "url", "bank_account", "other"]),
    texts.filter(len),
    texts,
)
signals = st.builds(
    Signal,
    code=st.sampled_from(THREAT_CODES),
    confidence=st.floats(0, 1),
    stage=st.sampled_from(STAGES),
    urgency=st.none() | st.sampled_from(URGENT_STATES),
    evidence=st.lists(texts, max_size=3).map(tuple),
    contacts=st.lists(contacts, max_size=3).map(tuple),
    agency=st.none() | texts,
    amounts=st.lists(amounts, max_size=3).map(tuple),
    platform=st.none() | texts,
    follows=st.none() | st.just("0123456789abcdef" * 2),
)
contexts = st.builds(
    TurnContext,
    channel=texts.filter(len),
    user=texts,
    conversation=texts,
    message_id=texts.filter(len),
    received_at=st.datetimes(
        datetime(2020, 1, 1), datetime(2099, 1, 1), timezones=st.just(timezone.utc)
    ),
    model=texts,
    content=texts,
    replies=st.lists(texts.filter(len), max_size=3).map(tuple),
)


def build(signal: Signal, context: TurnContext) -> ThreatEvent:
    return threat_event(signal, context, source="/jingzhong/demo", hasher=Hasher([b"key"]))


def test_the_schema_is_a_schema_and_knows_the_same_codes_as_the_service() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == DATA_SCHEMA
    assert SCHEMA["additionalProperties"] is False
    assert tuple(SCHEMA["properties"]["code"]["enum"]) == THREAT_CODES
    assert tuple(SCHEMA["properties"]["stage"]["enum"]) == STAGES
    assert set(SCHEMA["properties"]["urgency"]["enum"]) == {*URGENT_STATES, None}


def test_the_schema_forbids_use_in_credit_pricing_and_collection(
    signal: Signal, context: TurnContext
) -> None:
    rule = SCHEMA["properties"]["use_restriction"]
    assert rule["const"] == USE_RESTRICTION == "not_for_credit_pricing_or_collection"
    for word in ("must not", "credit", "pricing", "collection"):
        assert word in rule["description"]
    data = dict(build(signal, context).data)
    data["use_restriction"] = "none"
    assert not VALIDATOR.is_valid(data)


def test_an_event_is_a_cloud_event(signal: Signal, context: TurnContext) -> None:
    event = build(signal, context).as_json()
    assert {name: event[name] for name in event if name != "data"} == {
        "specversion": "1.0",
        "id": event_id("rest:u1", "m1", "debt_optimization"),
        "source": "/jingzhong/demo",
        "type": "jingzhong.threat.detected.v1",
        "time": "2026-11-23T04:00:00.000000Z",
        "subject": "+8613800001234",
        "datacontenttype": "application/json",
        "dataschema": "urn:jingzhong:schema:threat.detected.v1",
    }


def test_the_data_of_an_event(signal: Signal, context: TurnContext, hasher: Hasher) -> None:
    event = threat_event(signal, context, source="/jingzhong/demo", hasher=hasher)
    assert event.data == {
        "code": "debt_optimization",
        "confidence": 0.97,
        "stage": "approached",
        "urgency": None,
        "evidence": ["交三千就能停息挂账"],
        "contacts": [{"kind": "phone", "value": "+8613800001234", "raw": "138 0000 1234"}],
        "agency": "某某优化",
        "amounts": ["3000"],
        "platform": "抖音",
        "channel": "rest",
        "user": hasher.user("rest", "u1").current,
        "conversation": hasher.conversation("rest:u1").current,
        "message_id": "m1",
        "replies": ["utter_debt_optimization_asking"],
        "model": "20261101-weir",
        "content": "0123456789ab",
        "risk_hold_suggestion": None,
        "use_restriction": USE_RESTRICTION,
        "corroboration": None,
    }
    VALIDATOR.validate(event.data)


def test_a_follow_up_names_the_signal_it_follows(signal: Signal, context: TurnContext) -> None:
    earlier = event_id("rest:u1", "m0", "debt_optimization")
    data = build(replace(signal, follows=earlier), context).data
    assert data["follows"] == earlier
    VALIDATOR.validate(data)


@pytest.mark.parametrize("field", [*SCHEMA["required"], "an additional one"])
def test_the_schema_wants_every_field_and_no_other(
    field: str, signal: Signal, context: TurnContext
) -> None:
    data = dict(build(signal, context).data)
    if data.pop(field, field) == field:
        data[field] = "x"
    assert not VALIDATOR.is_valid(data)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "smishing"),
        ("confidence", 1.1),
        ("stage", None),
        ("contacts", [{"kind": "phone", "value": "+8613800001234", "raw": "", "more": 1}]),
        ("amounts", ["18W"]),
        ("user", "u1"),
        ("risk_hold_suggestion", {"advice": "block", "reason_code": "x", "expires_at": "soon"}),
    ],
)
def test_the_schema_refuses_what_would_mislead_a_reader(
    field: str, value: Any, signal: Signal, context: TurnContext
) -> None:
    assert not VALIDATOR.is_valid({**build(signal, context).data, field: value})


@pytest.mark.parametrize(
    ("stage", "urgency", "reason"),
    [
        ("asking", None, None),
        ("considering", "crisis", None),
        ("reporting", None, None),
        ("engaged", None, "stage_engaged"),
        ("paid", None, "stage_paid"),
        ("paid", "emergency", "emergency"),
        ("approached", "emergency", "emergency"),
    ],
)
def test_a_hold_is_suggested_to_a_person_for_three_days_when_money_may_move(
    stage: str, urgency: str | None, reason: str | None, signal: Signal, context: TurnContext
) -> None:
    event = build(replace(signal, stage=stage, urgency=urgency), context)
    expected = {
        "advice": "manual_review",
        "reason_code": reason,
        "expires_at": "2026-11-26T04:00:00.000000Z",
    }
    assert event.data["risk_hold_suggestion"] == (expected if reason else None)
    VALIDATOR.validate(event.data)


@pytest.mark.parametrize(
    ("contacts", "agency", "subject"),
    [
        ((Contact("wechat", "abc00", "ABC00"), Contact("qq", "10000", "")), "某某", "abc00"),
        ((), "某某\u0007优化\ud800\n", "某某优化"),
        ((), None, None),
        ((), "\n", None),
    ],
)
def test_the_subject_is_the_main_contact_or_the_agency_without_control_characters(
    contacts: tuple[Contact, ...],
    agency: str | None,
    subject: str | None,
    signal: Signal,
    context: TurnContext,
) -> None:
    event = build(replace(signal, contacts=contacts, agency=agency), context)
    assert event.subject == subject
    assert event.as_json().get("subject", None) == subject
    assert ("subject" in event.as_json()) == (subject is not None)


def test_neither_user_nor_conversation_stand_in_the_event(signal: Signal) -> None:
    context = TurnContext(
        "telegram", "user-4711", "telegram:chat-4712", "m1", datetime.now(timezone.utc), "m", "c"
    )
    line = build(signal, context).line()
    assert "user-4711" not in line
    assert "chat-4712" not in line


@given(signals, contexts)
def test_every_signal_becomes_one_line_of_valid_json(signal: Signal, context: TurnContext) -> None:
    line = build(signal, context).line()
    assert len(line.splitlines()) == 1
    line.encode("utf-8")
    event = json.loads(line)
    VALIDATOR.validate(event["data"])
    assert parse_time(event["time"]) == context.received_at
    assert event == json.loads(build(signal, context).line())


@given(signals, contexts, contexts)
def test_the_id_depends_on_conversation_message_and_code_alone(
    signal: Signal, context: TurnContext, other: TurnContext
) -> None:
    told_again = replace(other, conversation=context.conversation, message_id=context.message_id)
    later = replace(signal, confidence=0.5, stage="paid", evidence=(), follows=None)
    assert build(signal, context).id == build(later, told_again).id


def test_a_time_without_a_zone_is_refused(signal: Signal, context: TurnContext) -> None:
    naive = replace(context, received_at=datetime(2026, 11, 23))
    with pytest.raises(ValueError, match="time zone"):
        build(signal, naive).line()


def test_times_are_written_in_utc_and_sort_as_texts() -> None:
    beijing = timezone(timedelta(hours=8))
    noon = datetime(2026, 11, 23, 12, tzinfo=beijing)
    assert rfc3339(noon) == "2026-11-23T04:00:00.000000Z"
    assert parse_time(rfc3339(noon)) == noon
    assert rfc3339(noon) < rfc3339(noon + timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("name", "source"),
    [("demo", "/jingzhong/demo"), ("麦穗 a/b", "/jingzhong/%E9%BA%A6%E7%A9%97%20a%2Fb")],
)
def test_the_source_is_a_uri_reference(name: str, source: str) -> None:
    assert event_source(name) == source
