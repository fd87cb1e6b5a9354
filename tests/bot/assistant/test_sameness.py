"""The short way through Rasa says, remembers and reports what Rasa's own way does, in 300 dialogues.

Rasa's own agent with its own processor, stores and way to custom actions is told the same as ours was: what the
gate made of each message, with the facts that it had. Compared is everything but

* times: ``timestamp`` of Rasa's events, ``time`` of ours and the end of a hold, since each turn ran twice,
* what comes before the start of a session: Rasa's own store forgets it at the next message. It is the metadata of the
  first message, which the session repeats,
* what Rasa adds to the metadata of a reply when an action server utters it: all values that the reply was
  filled with, and the outcome of the turn. Ours keeps only the reply's name, which is all that anybody reads,
* of conversations that are read from the store, what is never stored (``_NOT_STORED``, and values that are null). They begin with a session and the slots they had last, so that what is compared is their end.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.trackers import DialogueStateTracker

from actions.facts import FACTS_KEY
from nlu.analysis import THREAT_CODES
from tests.bot.assistant.dialogues import COUNT, RECEIPT, dialogues
from tests.bot.assistant.playing import Led, Ours, Stock
from tests.conftest import make_services

# Of the metadata of a reply: whose model said it, and which reply it was.
_REPLY_METADATA = frozenset({"utter_action", "model_id", "assistant_id"})
# What is left out when a turn is stored: who said it, whose model heard it, and how that came to its decision.
_NOT_STORED = frozenset(
    {
        FACTS_KEY,
        "metadata",
        "message_id",
        "model_id",
        "assistant_id",
        "intent_ranking",
        "understanding",
    }
)
_SESSION_METADATA = "session_started_metadata"


@dataclass(frozen=True)
class Both:
    """What became of the same conversations."""

    stock: Led
    ours: Led
    from_store: Led
    heard_alike: bool


@pytest.fixture(scope="module")
def both(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """All dialogues, led by Rasa's own agent, by ours, and by ours without its memory."""
    services = [make_services(tmp_path_factory.mktemp(name)) for name in ("stock", "ours", "store")]
    stock = Stock(services[0], model)
    ours = Ours(services[1], model)
    forgetful = Ours(services[2], model, remembers=False)
    led = asyncio.run(ours.lead(dialogues()))
    yield Both(
        stock=asyncio.run(stock.lead(ours.heard)),
        ours=led,
        from_store=asyncio.run(forgetful.lead(dialogues())),
        heard_alike=_heard(ours) == _heard(forgetful),
    )
    for each in services:
        each.close()


def test_the_dialogues_are_many_and_of_all_kinds(both: Both) -> None:
    names = {dialogue.name for dialogue in dialogues()}
    assert len(dialogues()) == len(both.stock.bubbles) == COUNT
    assert {len(dialogue.turns) for dialogue in dialogues()} >= {1, 2, 3, 4, 5, 6, 8}
    assert names >= {"crisis", "emergency", "ordinary", "english", "traditional", "followup", "odd"}
    told = {event["data"]["code"] for events in both.ours.signals.values() for event in events}
    assert told == set(THREAT_CODES)
    texts = [said.text for dialogue in dialogues() for said in dialogue.turns]
    assert "" in texts
    assert any(text.lstrip().startswith("/") for text in texts)
    assert max(map(len, texts)) > 4000
    assert any(RECEIPT in text for text in texts)
    follows = [e for events in both.ours.signals.values() for e in events if "follows" in e["data"]]
    assert follows


def test_every_reply_is_the_same(both: Both) -> None:
    assert _differing(both.stock.bubbles, both.ours.bubbles) == {}


def test_every_reply_is_the_same_when_each_message_reads_its_conversation_from_the_store(
    both: Both,
) -> None:
    assert both.heard_alike
    assert _differing(both.stock.bubbles, both.from_store.bubbles) == {}


def test_the_events_of_every_conversation_are_the_same(both: Both) -> None:
    stock = {key: _events(tracker) for key, tracker in both.stock.trackers.items()}
    ours = {key: _events(tracker) for key, tracker in both.ours.trackers.items()}
    assert _differing(stock, ours) == {}


def test_the_events_of_every_conversation_are_the_same_when_read_from_the_store(both: Both) -> None:
    stock = {key: _storable(_events(tracker)) for key, tracker in both.stock.trackers.items()}
    stored = {
        key: _storable(_events(tracker))[-len(stock[key]) :]
        for key, tracker in both.from_store.trackers.items()
    }
    assert _differing(stock, stored) == {}


def test_the_slots_of_every_conversation_are_the_same(both: Both) -> None:
    stock = {key: _slots(tracker) for key, tracker in both.stock.trackers.items()}
    assert _differing(stock, {key: _slots(t) for key, t in both.ours.trackers.items()}) == {}
    for slots in stock.values():
        slots[_SESSION_METADATA] = None  # names the user
    assert _differing(stock, {key: _slots(t) for key, t in both.from_store.trackers.items()}) == {}


def test_the_signals_of_every_conversation_are_the_same_in_the_same_order(both: Both) -> None:
    stock = {key: [_timeless(e) for e in events] for key, events in both.stock.signals.items()}
    for led in (both.ours, both.from_store):
        ours = {key: [_timeless(e) for e in events] for key, events in led.signals.items()}
        assert _differing(stock, ours) == {}


def test_what_is_remembered_of_every_person_is_the_same(both: Both) -> None:
    stock = {key: _person(user) for key, user in both.stock.users.items()}
    for led in (both.ours, both.from_store):
        assert _differing(stock, {key: _person(user) for key, user in led.users.items()}) == {}
    assert any(person["crisis_at"] for person in stock.values())
    assert any(person["minor"] for person in stock.values())


def _differing(stock: dict[str, Any], ours: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The conversations that differ, with the first thing in which they do."""
    assert stock.keys() == ours.keys()
    return {
        key: _first_difference(one, ours[key]) for key, one in stock.items() if one != ours[key]
    }


def _first_difference(one: Any, other: Any) -> tuple[Any, Any]:
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return next((a, b) for a, b in zip(one, other) if a != b)
    return one, other


def _events(tracker: DialogueStateTracker) -> list[dict[str, Any]]:
    """The events of the latest session."""
    events = [_comparable(event.as_dict()) for event in tracker.events]
    starts = [n for n, event in enumerate(events) if event.get("name") == "action_session_start"]
    return events[starts[-1] :]


def _comparable(event: dict[str, Any]) -> dict[str, Any]:
    # Through JSON, as Rasa's own store keeps it: a tuple is a list then.
    told = {name: value for name, value in event.items() if name != "timestamp"}
    if event["event"] == "bot":
        told["metadata"] = {
            name: value for name, value in event["metadata"].items() if name in _REPLY_METADATA
        }
    plain: dict[str, Any] = json.loads(json.dumps(told))
    return plain


def _storable(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_as_stored(event) for event in events if event.get("name") != _SESSION_METADATA]


def _as_stored(event: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in event.items() if value is not None or name == "value"}
    for part in ("metadata", "parse_data", "data"):
        inner = (told.pop(part, None) or {}).items()
        told[part] = {k: v for k, v in inner if k not in _NOT_STORED and v is not None}
    return told


def _slots(tracker: DialogueStateTracker) -> dict[str, Any]:
    slots: dict[str, Any] = json.loads(json.dumps(tracker.current_slot_values()))
    return slots


def _timeless(event: dict[str, Any]) -> dict[str, Any]:
    data = dict(event["data"])
    if data["risk_hold_suggestion"]:
        data["risk_hold_suggestion"] = {**data["risk_hold_suggestion"], "expires_at": None}
    return {**event, "time": None, "data": data}


def _person(user: Any) -> dict[str, Any]:
    return {
        name: True if isinstance(value, datetime) else value
        for name, value in asdict(user).items()
        if name != "consent"
    } | {"consent": user.consent and user.consent.given}


def _heard(ours: Ours) -> dict[str, list[tuple[str | None, Any]]]:
    return {
        key: [(message.text, message.metadata) for message in messages]
        for key, messages in ours.heard.items()
    }
