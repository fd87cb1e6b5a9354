"""Rasa's tracker as it is stored: turn by turn, with its slots, and without what names the user."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from rasa.shared.constants import ASSISTANT_ID_KEY
from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    SESSION_START_METADATA_SLOT,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT_RANKING_KEY, METADATA_MODEL_ID
from rasa.shared.utils.common import all_subclasses

from actions.facts import FACTS_KEY
from actions.plan import TURN_KEY
from bot.exchanges.exchange import Talk
from bot.ledger.encoding import to_json

MOST_EVENTS = 120
KEPT_EVENTS = 60
# What the gate tells an action and an action the ledger names the user or stands in the ledger already. Rasa
# repeats it and the text in the parse data, and the model's id in each event. How the understanding came to
# its decisions is of use in its own turn only.
_NOT_KEPT = frozenset(
    {
        FACTS_KEY,
        TURN_KEY,
        METADATA_MODEL_ID,
        ASSISTANT_ID_KEY,
        "metadata",
        "message_id",
        INTENT_RANKING_KEY,
        "understanding",
    }
)


def slots_of(tracker: DialogueStateTracker) -> str:
    """The slots that have a value, as JSON."""
    return to_json(
        {
            name: slot.value
            for name, slot in tracker.slots.items()
            if slot.value is not None and name != SESSION_START_METADATA_SLOT
        }
    )


def written(events: Sequence[Event]) -> str:
    """The events as JSON; metadata of the channel, which names the user, is left out."""
    return to_json([_as_dict(event) for event in events if not _names_user(event)])


def tracker_of(conversation: str, talk: Talk, domain: Domain) -> DialogueStateTracker | None:
    """The conversation as it was stored, ``None`` for a new one.

    ``talk`` must be whole (``since`` 0).
    """
    if talk.version == 0:
        return None
    events = [event for turn in talk.turns for event in _events(turn)]
    return DialogueStateTracker.from_events(
        conversation, [*_head(talk.slots), *events], domain.slots
    )


def continue_with(tracker: DialogueStateTracker, turns: Sequence[str], domain: Domain) -> None:
    """Adds the turns that another process answered meanwhile."""
    for turn in turns:
        for event in _events(turn):
            tracker.update(event, domain)


def recent(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """The tracker itself while it is short, otherwise one with its slots and its last events.

    ``max_event_history`` does not reach trackers that Rasa's agent creates, so the cut is made when a
    tracker is saved; without it each message would cost more than the one before.
    """
    if len(tracker.events) <= MOST_EVENTS:
        return tracker
    tail = list(tracker.events)[-KEPT_EVENTS:]
    begin = next((i for i, event in enumerate(tail) if isinstance(event, UserUttered)), 0)
    slots = {name: slot.value for name, slot in tracker.slots.items() if slot.value is not None}
    return DialogueStateTracker.from_events(
        tracker.sender_id, [*_head(slots), *tail[begin:]], tracker.slots.values()
    )


def _head(slots: Mapping[str, Any]) -> list[Event]:
    return [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        *_slots(slots),
        ActionExecuted(ACTION_LISTEN_NAME),
    ]


def _slots(slots: Mapping[str, Any]) -> list[Event]:
    return [SlotSet(name, value) for name, value in slots.items()]


def _names_user(event: Event) -> bool:
    return isinstance(event, SlotSet) and event.key == SESSION_START_METADATA_SLOT


def _as_dict(event: Event) -> dict[str, Any]:
    entry: dict[str, Any] = event.as_dict()
    metadata = entry.pop("metadata", None)
    told = {key: value for key, value in (metadata or {}).items() if key not in _NOT_KEPT}
    if told:
        entry["metadata"] = told
    if isinstance(event, UserUttered):
        parsed = entry["parse_data"]
        entry["parse_data"] = {key: parsed[key] for key in parsed if key not in _NOT_KEPT}
    elif isinstance(event, BotUttered):
        entry["data"] = {key: value for key, value in event.data.items() if value is not None}
    return {key: value for key, value in entry.items() if value is not None or key == "value"}


def _events(turn: str) -> list[Event]:
    # Event.from_parameters looks through all classes of events for each event; one look is enough.
    # The underscore is Rasa's, but this is how its events are meant to read themselves.
    kinds = _kinds()
    return [kinds[entry["event"]]._from_parameters(entry) for entry in json.loads(turn)]


@lru_cache(maxsize=1)
def _kinds() -> dict[str, type[Event]]:
    return {kind.type_name: kind for kind in all_subclasses(Event)}
